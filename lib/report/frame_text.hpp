#pragma once

#include "session/event.hpp"

#include <string>
#include <string_view>

namespace whydrop::report {

/// What of a frame's header is worth a remark, in brackets with a space after them: "[no FIN, RSV2] "; empty if nothing
/// is. RSV1 of a compressed message is not.
void append_flags(std::string& out, const session::Frame& frame);

/// The header's bytes as they were on the wire, in hex. RFC 6455 section 5.2.
std::string header_hex(const wire::FrameHeader& header);

/// A Close's payload in words: "1011 (internal error), reason \"deploy\"". Not yet safe for a terminal. RFC 6455
/// section 5.5.1.
std::string close_text(std::string_view payload);

/// Whether a payload is to be shown as text: by its opcode, by the message that it continues, or by its first bytes.
bool shown_as_text(const session::Frame& frame, bool continues_text);

}  // namespace whydrop::report
