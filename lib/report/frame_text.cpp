#include "report/frame_text.hpp"

#include "base/units.hpp"
#include "base/utf8.hpp"
#include "payload/view.hpp"
#include "report/names.hpp"
#include "session/heads.hpp"

#include <cstddef>
#include <cstdint>

namespace whydrop::report {
namespace {

using session::Frame;
using session::Side;
using wire::FrameHeader;
using wire::LengthForm;
using wire::Opcode;

void add_flag(std::string& out, std::string_view flag) {
  out += out.empty() || out.back() != '[' ? ", " : "";
  out += flag;
}

bool longer_than_needed(const FrameHeader& header) {
  constexpr std::uint64_t kMax7 = 125;
  constexpr std::uint64_t kMax16 = 65535;
  return (header.length_form == LengthForm::bits_16 && header.length <= kMax7) ||
         (header.length_form == LengthForm::bits_64 && header.length <= kMax16);
}

bool mask_is_wrong(const Frame& frame) {
  return frame.header.masked != (frame.from == Side::client);
}

std::uint8_t notable_rsv(const Frame& frame) {
  // Without a payload of its own, the frame is part of a compressed message and has RSV1 by right.
  return frame.has_payload ? frame.header.rsv : static_cast<std::uint8_t>(frame.header.rsv & ~wire::kRsv1);
}

bool is_notable(const Frame& frame) {
  return !frame.header.fin || notable_rsv(frame) != 0 || mask_is_wrong(frame) || longer_than_needed(frame.header) ||
         frame.cut();
}

}  // namespace

void append_flags(std::string& out, const Frame& frame) {
  if (!is_notable(frame)) {
    return;
  }
  out += '[';
  if (!frame.header.fin) {
    add_flag(out, "no FIN");
  }
  for (unsigned bit = 1; bit <= 3; ++bit) {
    if ((notable_rsv(frame) & (8U >> bit)) != 0) {
      add_flag(out, "RSV" + std::to_string(bit));
    }
  }
  if (mask_is_wrong(frame)) {
    add_flag(out, frame.header.masked ? "masked" : "not masked");
  }
  if (longer_than_needed(frame.header)) {
    add_flag(out, frame.header.length_form == LengthForm::bits_16 ? "length in 16 bits" : "length in 64 bits");
  }
  if (frame.cut()) {
    add_flag(out, "first " + format_size(frame.payload.size()) + " kept");
  }
  out += "] ";
}

std::string header_hex(const FrameHeader& header) {
  std::string bytes;
  const auto put = [&bytes](std::uint64_t value) {
    bytes += static_cast<char>(static_cast<unsigned char>(value & 0xFFU));
  };
  put((header.fin ? 0x80U : 0U) | (static_cast<unsigned>(header.rsv & 7U) << 4U) |
      static_cast<unsigned>(header.opcode));
  const unsigned mask_bit = header.masked ? 0x80U : 0U;
  unsigned extra = 0;
  if (header.length_form == LengthForm::bits_7) {
    put(mask_bit | header.length);
  } else {
    extra = header.length_form == LengthForm::bits_16 ? 2 : 8;
    put(mask_bit | (extra == 2 ? 126U : 127U));
  }
  for (unsigned i = extra; i > 0; --i) {
    put(header.length >> (8 * (i - 1)));
  }
  if (header.masked) {
    for (const std::uint8_t byte : header.masking_key) {
      put(byte);
    }
  }
  std::string out;
  payload::append_spaced_hex(out, bytes);
  return out;
}

std::string close_text(std::string_view payload) {
  if (payload.empty()) {
    return "no code";
  }
  if (payload.size() == 1) {
    return "one byte, which is no code";
  }
  const session::CloseSeen close = session::read_close(payload);
  const std::string text = close_code_words(*close.code);
  return close.reason.empty() ? text + ", no reason" : text + ", reason \"" + close.reason + "\"";
}

bool shown_as_text(const Frame& frame, bool continues_text) {
  if (frame.header.opcode == Opcode::text || (frame.header.opcode == Opcode::continuation && continues_text)) {
    return true;
  }
  if (frame.header.opcode == Opcode::binary) {
    return false;
  }
  constexpr std::size_t kLook = 64;
  constexpr std::size_t kHalfCodePoint = 3;
  const std::string_view start = frame.payload.substr(0, kLook);
  return start.find('\0') == std::string_view::npos && utf8_valid_prefix(start) + kHalfCodePoint >= start.size() &&
         (start.size() > kHalfCodePoint || is_utf8(start));
}

}  // namespace whydrop::report
