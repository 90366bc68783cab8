#include "rehearsal/frames.hpp"

#include "wire/close_code.hpp"
#include "wire/encoder.hpp"

namespace whydrop::rehearsal {

std::string frame(wire::FrameHeader header, std::string_view payload) {
  header.length = payload.size();
  std::string bytes;
  wire::append_frame(bytes, header, payload);
  return bytes;
}

std::string frame_start(const wire::FrameHeader& header) {
  std::string bytes;
  wire::append_header(bytes, header);
  return bytes;
}

std::string frame(wire::Opcode opcode, std::string_view payload) {
  std::string bytes;
  wire::append_frame(bytes, opcode, payload);
  return bytes;
}

std::string close_frame(std::uint16_t code, std::string_view reason) {
  return frame(wire::Opcode::close, wire::close_payload(code, reason));
}

std::string cut_frame() {
  constexpr std::size_t kWhole = 100, kHave = 40;
  return frame(wire::Opcode::text, std::string(kWhole, 'x')).substr(0, kHave);
}

}  // namespace whydrop::rehearsal
