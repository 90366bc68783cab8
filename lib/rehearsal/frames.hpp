#pragma once

#include "wire/frame.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace whydrop::rehearsal {

/// One frame of the server's as bytes; `header.length` is taken from `payload`.
std::string frame(wire::FrameHeader header, std::string_view payload);
/// A frame's header alone, with the length that it declares.
std::string frame_start(const wire::FrameHeader& header);
/// A whole unmasked frame.
std::string frame(wire::Opcode opcode, std::string_view payload);
/// A Close frame with a body; any code, legal or not.
std::string close_frame(std::uint16_t code, std::string_view reason);
/// The beginning of a text frame, 40 bytes of 102.
std::string cut_frame();

}  // namespace whydrop::rehearsal
