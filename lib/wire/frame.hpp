#pragma once

#include "wire/opcode.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace whydrop::wire {

/// Which of the three encodings of the payload length the sender chose. RFC 6455 section 5.2.
enum class LengthForm : std::uint8_t { bits_7 = 7, bits_16 = 16, bits_64 = 64 };

/// RSV bits as one number: RSV1 is 4, RSV2 is 2, RSV3 is 1. RFC 6455 section 5.2.
inline constexpr std::uint8_t kRsv1 = 4;

/// Everything that a frame's header says, legal or not. RFC 6455 section 5.2.
struct FrameHeader {
  bool fin = true;
  std::uint8_t rsv = 0;
  Opcode opcode = Opcode::text;
  bool masked = false;
  std::array<std::uint8_t, 4> masking_key{};
  std::uint64_t length = 0;  ///< payload length as declared, bytes; may exceed 2^63
  LengthForm length_form = LengthForm::bits_7;

  /// Size of this header on the wire, 2 to 14 bytes.
  std::uint32_t size() const {
    return 2U +
           (length_form == LengthForm::bits_16   ? 2U
            : length_form == LengthForm::bits_64 ? 8U
                                                 : 0U) +
           (masked ? 4U : 0U);
  }
};

/// One whole frame as it was on the wire. `payload` is unmasked and borrowed: it is valid until the
/// decoder is fed or asked again. Where the frame is longer than the decoder's cap, `payload` holds
/// the first bytes only (payload.size() < header.length).
struct Frame {
  FrameHeader header;
  std::uint64_t offset = 0;  ///< of the header's first byte in this direction, from the first byte after the head
  std::string_view payload;
};

/// A frame that the end of the stream cut: `have` of its bytes came; `need` is the whole frame's size, or 0
/// while the header itself is incomplete.
struct PartialFrame {
  bool has_header = false;
  FrameHeader header;  ///< meaningful if has_header
  std::uint64_t offset = 0;
  std::uint64_t have = 0;
  std::uint64_t need = 0;
  std::string_view bytes;    ///< the raw header bytes (masked payload is not kept); borrowed
  std::string_view payload;  ///< what came of the payload, unmasked, up to the cap; borrowed
};

/// Bytes after framing was lost (a length over 2^63 - 1). No later byte of this direction can be framed.
struct Undecoded {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::string_view bytes;  ///< borrowed; the whole chunk
};

}  // namespace whydrop::wire
