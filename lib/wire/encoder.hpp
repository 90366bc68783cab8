#pragma once

#include "wire/frame.hpp"
#include "wire/mask.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace whydrop::wire {

/// Appends one frame as `header` says it, legal or not: its opcode, RSV bits, mask, length form and declared length
/// stand even if they contradict the payload. A length form too short for the length is widened. RFC 6455 section 5.2.
void append_frame(std::string& out, const FrameHeader& header, std::string_view payload);

/// Appends one final frame in its shortest form, masked if there is a key. RFC 6455 section 5.2.
void append_frame(std::string& out, Opcode opcode, std::string_view payload, std::optional<MaskingKey> key = {});

/// Appends a header alone, as above. Its size is header.size() unless the form is widened.
void append_header(std::string& out, const FrameHeader& header);

/// The shortest form that holds `length`. RFC 6455 section 5.2.
constexpr LengthForm shortest_form(std::uint64_t length) {
  return length < 126 ? LengthForm::bits_7 : length <= 0xFFFF ? LengthForm::bits_16 : LengthForm::bits_64;
}

}  // namespace whydrop::wire
