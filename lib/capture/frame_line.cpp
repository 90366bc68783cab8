#include "base/base64.hpp"
#include "capture/decode.hpp"
#include "capture/json_text.hpp"
#include "capture/limits.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace whydrop::capture {
namespace {

using session::Frame;

/// Walks along a line; once something is not as expected, ok() is false for good.
class Cursor {
 public:
  explicit Cursor(std::string_view line) : rest_(line) {}

  bool ok() const { return ok_; }
  std::string_view rest() const { return rest_; }
  bool skip(std::string_view literal);
  void expect(std::string_view literal) { ok_ = skip(literal) && ok_; }
  template <typename Number>
  Number number();
  bool flag();
  /// What stands up to the next quote, which is passed.
  std::string_view word();
  void fail() { ok_ = false; }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

bool Cursor::skip(std::string_view literal) {
  if (rest_.substr(0, literal.size()) != literal) {
    return false;
  }
  rest_.remove_prefix(literal.size());
  return true;
}

template <typename Number>
Number Cursor::number() {
  Number value = 0;
  const auto done = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
  ok_ = ok_ && done.ec == std::errc();
  rest_.remove_prefix(static_cast<std::size_t>(done.ptr - rest_.data()));
  return value;
}

bool Cursor::flag() {
  if (skip("true")) {
    return true;
  }
  expect("false");
  return false;
}

std::string_view Cursor::word() {
  const std::size_t end = rest_.substr(0, 16).find('"');
  if (end == std::string_view::npos) {
    ok_ = false;
    return {};
  }
  const std::string_view found = rest_.substr(0, end);
  rest_.remove_prefix(end + 1);
  return found;
}

int nibble(char c) {
  return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void read_mask(Cursor& line, wire::FrameHeader& header) {
  if (line.skip("null")) {
    return;
  }
  line.expect("\"");
  const std::string_view digits = line.word();
  header.masked = digits.size() == 8;
  for (std::size_t i = 0; header.masked && i < header.masking_key.size(); ++i) {
    const int high = nibble(digits[2 * i]);
    const int low = nibble(digits[2 * i + 1]);
    header.masked = high >= 0 && low >= 0;
    header.masking_key[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  if (!header.masked) {
    line.fail();
  }
}

void read_length_form(Cursor& line, wire::FrameHeader& header) {
  const auto form = line.number<unsigned>();
  if (form != 7 && form != 16 && form != 64) {
    line.fail();
    return;
  }
  header.length_form = static_cast<wire::LengthForm>(form);
}

void read_header(Cursor& line, wire::FrameHeader& header) {
  line.expect(",\"opcode\":");
  const auto opcode = line.number<unsigned>();
  header.opcode = static_cast<wire::Opcode>(opcode & 15);
  line.expect(",\"name\":\"");
  line.expect(wire::name(header.opcode));
  line.expect("\",\"fin\":");
  header.fin = line.flag();
  line.expect(",\"rsv\":");
  const auto rsv = line.number<unsigned>();
  header.rsv = static_cast<std::uint8_t>(rsv);
  line.expect(",\"mask\":");
  read_mask(line, header);
  line.expect(",\"length\":");
  header.length = line.number<std::uint64_t>();
  line.expect(",\"length_form\":");
  read_length_form(line, header);
  if (opcode > 15 || rsv > 7) {
    line.fail();
  }
}

/// The payload is the line's last field, so its end is the line's.
void read_payload(Cursor& line, std::string& scratch, Frame& frame) {
  std::string_view rest = line.rest();
  if (rest == "}") {
    frame.has_payload = false;
    return;
  }
  line.expect(",\"text\":\"");
  rest = line.rest();
  const bool closed = !rest.empty() && rest.back() == '}';
  if (!closed || !read_json_text(rest.substr(0, rest.size() - 1), scratch, frame.payload) ||
      frame.payload.size() > frame.header.length) {
    line.fail();
  }
}

void read_frame_head(Cursor& line, Frame& frame) {
  line.expect(",\"kind\":\"frame\",\"from\":\"");
  const auto side = wire::parse_side(line.word());
  frame.from = side.value_or(wire::Side::client);
  if (!side) {
    line.fail();
  }
  read_header(line, frame.header);
  line.expect(",\"offset\":");
  frame.offset = line.number<std::uint64_t>();
}

constexpr std::string_view kText = ",\"text\":\"";

/// Bytes that are looked at together.
constexpr std::size_t kLanes = 16;
using Lanes [[gnu::vector_size(kLanes)]] = unsigned char;

Lanes all(char byte) {
  Lanes lanes{};
  for (std::size_t i = 0; i < kLanes; ++i) {
    lanes[i] = static_cast<unsigned char>(byte);
  }
  return lanes;
}

Lanes load(const char* from) {
  Lanes lanes{};
  std::memcpy(&lanes, from, kLanes);
  return lanes;
}

unsigned sum(Lanes lanes) {
  unsigned total = 0;
  for (std::size_t i = 0; i < kLanes; ++i) {
    total += lanes[i];
  }
  return total;
}

bool is_plain(char before, char c) {
  return c >= ' ' && c <= '~' && (c == '"') == (before == '\\');
}

}  // namespace

bool is_plain_payload(std::string_view rest, std::uint64_t length) {
  if (rest.substr(0, kText.size()) != kText || rest.size() < kText.size() + 2 ||
      rest.substr(rest.size() - 2) != "\"}") {
    return false;
  }
  // The byte before it is the opening quote.
  const std::string_view text = rest.substr(kText.size(), rest.size() - kText.size() - 2);
  const Lanes low = all(' '), high = all('~'), quote = all('"'), escape = all('\\');
  std::size_t at = 0, escapes = 0;
  Lanes wrong{};
  while (at + kLanes <= text.size()) {
    // So many that no lane's count overflows.
    const std::size_t stop = std::min(text.size() - kLanes, at + 254 * kLanes);
    Lanes count{};
    for (; at <= stop; at += kLanes) {
      const Lanes now = load(text.data() + at), before = load(text.data() + at - 1);
      wrong |= Lanes(now < low) | Lanes(now > high) | (Lanes(now == quote) ^ Lanes(before == escape));
      count -= Lanes(now == escape);
    }
    escapes += sum(count);
  }
  bool plain = text.empty() || text.back() != '\\';
  for (; at < text.size(); ++at) {
    plain = plain && is_plain(text.data()[static_cast<std::ptrdiff_t>(at) - 1], text[at]);
    escapes += text[at] == '\\' ? 1 : 0;
  }
  return plain && sum(wrong) == 0 && text.size() - escapes == length;
}

bool decode_frame_payload(std::string_view rest, std::string& scratch, session::Frame& frame) {
  Cursor line(rest);
  read_payload(line, scratch, frame);
  return line.ok();
}

bool decode_frame_head(std::string_view line, session::Event& event, std::string_view& rest) {
  Cursor cursor(line);
  if (!cursor.skip("{\"seq\":")) {
    return false;
  }
  event.seq = cursor.number<std::uint64_t>();
  cursor.expect(",\"t_ns\":");
  event.t_ns = cursor.number<std::int64_t>();
  cursor.expect(",\"conn\":");
  event.conn = cursor.number<std::uint32_t>();
  const bool in_range = event.t_ns <= kMaxTimeNs && event.t_ns >= -kMaxTimeNs;
  if (!cursor.ok() || !in_range || cursor.rest().substr(0, 15) != ",\"kind\":\"frame\"") {
    return false;
  }
  read_frame_head(cursor, event.body.emplace<Frame>());
  rest = cursor.rest();
  return cursor.ok();
}

/// The cold ones (a Close, bytes, a cut or masked payload) are left to the LineDecoder.
bool decode_frame_line(std::string_view line, std::string& scratch, session::Event& event) {
  std::string_view rest;
  return decode_frame_head(line, event, rest) && decode_frame_payload(rest, scratch, std::get<Frame>(event.body));
}

}  // namespace whydrop::capture
