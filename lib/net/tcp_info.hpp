// For the .cpp files of net/ only.
#pragma once

#include "session/event.hpp"

namespace whydrop::net {

/// TCP_INFO of a socket as it is now; empty for other sockets.
session::TcpInfo read_tcp_info(int socket);

}  // namespace whydrop::net
