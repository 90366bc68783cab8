#include "wire/encoder.hpp"

#include <algorithm>

namespace whydrop::wire {
namespace {

void append_big_endian(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out += static_cast<char>(value >> shift & 0xFF);
  }
}

void append_length(std::string& out, const FrameHeader& header) {
  const std::uint8_t mask_bit = header.masked ? 0x80 : 0;
  switch (std::max(header.length_form, shortest_form(header.length))) {
  case LengthForm::bits_7:
    out += static_cast<char>(mask_bit | static_cast<std::uint8_t>(header.length));
    return;
  case LengthForm::bits_16:
    out += static_cast<char>(mask_bit | 126);
    append_big_endian(out, header.length, 2);
    return;
  case LengthForm::bits_64:
    out += static_cast<char>(mask_bit | 127);
    append_big_endian(out, header.length, 8);
    return;
  }
}

}  // namespace

void append_header(std::string& out, const FrameHeader& header) {
  out += static_cast<char>((header.fin ? 0x80 : 0) | (header.rsv & 7) << 4 | static_cast<int>(header.opcode));
  append_length(out, header);
  if (header.masked) {
    out.append(header.masking_key.begin(), header.masking_key.end());
  }
}

void append_frame(std::string& out, const FrameHeader& header, std::string_view payload) {
  append_header(out, header);
  const std::size_t start = out.size();
  out.append(payload);
  if (header.masked) {
    apply_mask(out.data() + start, out.data() + start, payload.size(), header.masking_key);
  }
}

void append_frame(std::string& out, Opcode opcode, std::string_view payload, std::optional<MaskingKey> key) {
  FrameHeader header;
  header.opcode = opcode;
  header.length = payload.size();
  header.length_form = shortest_form(payload.size());
  header.masked = key.has_value();
  header.masking_key = key.value_or(MaskingKey{});
  append_frame(out, header, payload);
}

}  // namespace whydrop::wire
