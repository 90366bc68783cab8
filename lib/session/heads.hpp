#pragma once

#include "handshake/head.hpp"
#include "session/event.hpp"

namespace whydrop::session {

/// The head that a Request or Response fact tells, without raw bytes and without a masked Sec-WebSocket-Key. That of a
/// Response is complete only where the answer's head was.
handshake::Head head_of(const Request& request);
handshake::Head head_of(const Response& response);

/// What a Close frame says. RFC 6455 section 5.5.1.
CloseSeen read_close(const Frame& frame, std::uint64_t seq);

}  // namespace whydrop::session
