// The one way into Asio: every file of net/ and rehearsal/ that needs it includes this, so that all agree on its
// settings. Asio's own code is compiled once, in asio.cpp.
#pragma once

#define ASIO_STANDALONE
#define ASIO_SEPARATE_COMPILATION
#define ASIO_NO_DEPRECATED

#include <asio.hpp>
#include <asio/ssl.hpp>
