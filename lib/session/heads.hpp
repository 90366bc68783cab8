#pragma once

#include "handshake/head.hpp"
#include "session/event.hpp"

#include <string>

namespace whydrop::session {

/// The head that a Request or Response fact tells, without raw bytes and without a masked Sec-WebSocket-Key. That of a
/// Response is complete only where the answer's head was.
handshake::Head head_of(const Request& request);
/// False for a request of which a browser's record holds only a part ("provisional headers"): its bytes were not seen
/// and it lacks Sec-WebSocket-Key, Host or Connection. What it lacks, and what it asked for, cannot be judged.
bool is_whole(const Request& request);
handshake::Head head_of(const Response& response);
/// The same for an answer of which a record has no header at all, and for one over HTTP/2 or 3, where no header opens a
/// session (RFC 8441 section 5).
bool is_whole(const Response& response);

/// The facts that a head is told as; `raw` only where re-serialising would differ. A Response is without its body.
Request request_of(const handshake::Head& head);
Response response_of(const handshake::Head& head);

/// A head's bytes as they were on the wire, but for masked secrets.
std::string bytes_of(const Request& request);
std::string bytes_of(const Response& response);

/// What a Close frame's payload says: a code where there are two bytes for it, whatever its value, and the rest as the
/// reason. RFC 6455 section 5.5.1.
CloseSeen read_close(std::string_view payload, std::uint64_t seq = 0);

}  // namespace whydrop::session
