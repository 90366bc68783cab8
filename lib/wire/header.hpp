// A frame's header as it lies in bytes. RFC 6455 section 5.2.
#pragma once

#include "base/big_endian.hpp"
#include "wire/frame.hpp"

#include <cstddef>
#include <cstring>

namespace whydrop::wire {

/// Size of the header whose second byte this is.
inline std::size_t header_size(char second) {
  const auto byte = static_cast<unsigned char>(second);
  const std::size_t length_size = (byte & 127) == 127 ? 8 : (byte & 127) == 126 ? 2 : 0;
  return 2 + length_size + ((byte & 128) != 0 ? 4 : 0);
}

/// Reads a whole header, of header_size() bytes. Fills it in place: copying one right after its single bytes were
/// written stalls the processor.
inline void parse_header(const char* bytes, FrameHeader& header) {
  const auto first = static_cast<unsigned char>(bytes[0]);
  const auto second = static_cast<unsigned char>(bytes[1]);
  header.fin = (first & 0x80) != 0;
  header.rsv = first >> 4 & 7;
  header.opcode = static_cast<Opcode>(first & 15);
  header.masked = (second & 0x80) != 0;
  header.length = second & 127;
  header.length_form = LengthForm::bits_7;
  header.masking_key = {};
  const char* at = bytes + 2;
  if (header.length == 126) {
    header.length_form = LengthForm::bits_16;
    header.length = big_endian({at, 2});
    at += 2;
  } else if (header.length == 127) {
    header.length_form = LengthForm::bits_64;
    header.length = big_endian({at, 8});
    at += 8;
  }
  if (header.masked) {
    std::memcpy(header.masking_key.data(), at, header.masking_key.size());
  }
}

}  // namespace whydrop::wire
