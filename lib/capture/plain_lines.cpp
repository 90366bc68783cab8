#include "capture/plain_lines.hpp"

#include "base/little_endian.hpp"
#include "base/text_scan.hpp"
#include "capture/json_text.hpp"
#include "wire/encoder.hpp"

#include <cstring>
#include <string_view>

namespace whydrop::capture {
namespace {

constexpr std::uint64_t kEightDigits = 100'000'000;

/// Eight digits of a number below 10^8, the first of them in the lowest byte, as numbers. Halves of four digits, of two
/// and of one are divided together; the products are exact for what can stand there.
constexpr std::uint64_t digits_of(std::uint64_t value) {
  const std::uint64_t fours = value / 10'000 | value % 10'000 << 32;
  const std::uint64_t high_twos = fours * 10'486 >> 20 & 0x0000'007F'0000'007FU;
  const std::uint64_t twos = ((fours - 100 * high_twos) << 16) + high_twos;
  const std::uint64_t tens = twos * 103 >> 10 & 0x000F'000F'000F'000FU;
  return tens + ((twos - 10 * tens) << 8);
}

char* put_word(char* to, std::uint64_t word) {
  store_little_endian(to, word);
  return to + sizeof word;
}

constexpr std::uint64_t kZeroDigits = 0x3030'3030'3030'3030U;

/// Writes a number in decimal, and up to seven bytes behind it.
char* put_number(char* to, std::uint64_t value) {
  if (value >= kEightDigits) {
    const std::uint64_t rest = value % kEightDigits;
    to = put_number(to, value / kEightDigits);
    return put_word(to, digits_of(rest) + kZeroDigits);
  }
  if (value < 10) {
    *to = static_cast<char>('0' + value);
    return to + 1;
  }
  const std::uint64_t digits = digits_of(value);
  // The last digit stands even if it is 0.
  const auto zeros = static_cast<std::size_t>(__builtin_ctzll(digits | std::uint64_t{1} << 56)) / 8;
  return put_word(to, (digits + kZeroDigits) >> 8 * zeros) - zeros;
}

template <std::size_t kSize>
char* put_text(char* to, const char (&literal)[kSize]) {
  std::memcpy(to, literal, kSize - 1);
  return to + kSize - 1;
}

char* put_mask(char* to, const wire::MaskingKey& key) {
  constexpr char kLowerHex[] = "0123456789abcdef";
  to = put_text(to, ",\"mask\":\"");
  for (const std::uint8_t byte : key) {
    *to++ = kLowerHex[byte >> 4];
    *to++ = kLowerHex[byte & 15];
  }
  return put_text(to, "\"");
}

bool is_plain(const session::Frame& frame) {
  constexpr std::uint64_t kExact = 1ULL << 53;
  const wire::FrameHeader& header = frame.header;
  return header.opcode == wire::Opcode::text && header.fin && header.rsv == 0 && frame.has_payload &&
         header.length == frame.payload.size() && header.length_form == wire::shortest_form(header.length) &&
         frame.redact.empty() && frame.offset < kExact && frame.seen != nullptr && frame.seen->is_of(frame.payload) &&
         frame.seen->utf8();
}

}  // namespace

char* PlainLines::put_common(char* to, const session::Event& event, session::Side from) {
  if (event.t_ns != t_ns_ || event.conn != conn_ || from != from_ || common_.empty()) {
    t_ns_ = event.t_ns;
    conn_ = event.conn;
    from_ = from;
    common_ = ",\"t_ns\":";
    append_number(common_, t_ns_);
    common_ += ",\"conn\":";
    append_number(common_, std::uint64_t{conn_});
    common_.append(",\"kind\":\"frame\",\"from\":\"").append(wire::name(from)).append("\",\"opcode\":1");
  }
  std::memcpy(to, common_.data(), common_.size());
  return to + common_.size();
}

char* PlainLines::put_length(char* to, std::uint64_t length) {
  if (length != length_is_ || length_.empty()) {
    length_is_ = length;
    length_ = ",\"length\":";
    append_number(length_, length);
    length_ += ",\"offset\":";
  }
  std::memcpy(to, length_.data(), length_.size());
  return to + length_.size();
}

char* PlainLines::put(char* to, const session::Event& event, const session::Frame& frame) {
  if (!is_plain(frame)) {
    return nullptr;
  }
  to = put_number(put_text(to, "{\"seq\":"), event.seq);
  to = put_common(to, event, frame.from);
  if (frame.header.masked) {
    to = put_mask(to, frame.header.masking_key);
  }
  to = put_number(put_length(to, frame.header.length), frame.offset);
  to = put_json_text(put_text(to, ",\"text\":\""), frame.payload, *frame.seen);
  return put_text(to, "\"}\n");
}

}  // namespace whydrop::capture
