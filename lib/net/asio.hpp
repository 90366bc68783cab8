// The one way into Asio: every file of net/ and rehearsal/ that needs it includes this, so that all agree on its
// settings. Asio's own code is compiled once, in asio.cpp.
#pragma once

#define ASIO_STANDALONE
#define ASIO_SEPARATE_COMPILATION
#define ASIO_NO_DEPRECATED

// Asio asks libstdc++ what it has, and gets no answer before a first standard header: without this one, Asio's own code
// and ours would allocate with aligned_alloc here and free with operator delete there.
#include <cstddef>

#include <asio.hpp>
#include <asio/ssl.hpp>
