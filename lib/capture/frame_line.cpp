#include "base/text_scan.hpp"
#include "base/utf8.hpp"
#include "capture/decode.hpp"
#include "capture/json_text.hpp"
#include "capture/limits.hpp"
#include "capture/words.hpp"
#include "wire/encoder.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>
#include <utility>

namespace whydrop::capture {
namespace {

using session::Frame;

constexpr std::uint64_t kZeros = 0x3030303030303030U;
constexpr std::array<std::uint64_t, 9> kPowers{1, 10, 100, 1'000, 10'000, 100'000, 1'000'000, 10'000'000, 100'000'000};

/// How many of the word's first bytes are digits.
std::size_t leading_digits(std::uint64_t word) {
  const std::uint64_t values = word ^ kZeros;
  const std::uint64_t others = ((values + 0x7676767676767676U) | values) & 0x8080808080808080U;
  return others == 0 ? kWord : first_byte(others);
}

/// Of its first `count` bytes, 1 to 8 digits: neighbours are joined to numbers of two, four, eight digits.
std::uint64_t decimal(std::uint64_t word, std::size_t count) {
  word = (word ^ kZeros) << 8 * (kWord - count);
  word = (word * 10 + (word >> 8U)) & 0x00FF00FF00FF00FFU;
  word = (word * 100 + (word >> 16U)) & 0x0000FFFF0000FFFFU;
  return (word * 10'000 + (word >> 32U)) & 0xFFFFFFFFU;
}

/// Lower-case digits of base 16; others are out of range.
constexpr std::uint8_t kNoDigit = 0x80;
constexpr std::array<std::uint8_t, 256> make_nibbles() {
  std::array<std::uint8_t, 256> nibbles{};
  for (std::size_t c = 0; c < nibbles.size(); ++c) {
    nibbles[c] = static_cast<std::uint8_t>(c >= '0' && c <= '9'   ? c - '0'
                                           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                                                  : kNoDigit);
  }
  return nibbles;
}
constexpr auto kNibbles = make_nibbles();

/// Walks along a line; once something is not as expected, ok() is false for good.
class Cursor {
 public:
  explicit Cursor(std::string_view line) : rest_(line) {}

  bool ok() const { return ok_; }
  std::string_view rest() const { return rest_; }
  bool skip(std::string_view text);
  void expect(std::string_view text) { ok_ = skip(text) && ok_; }
  /// Of a length that is known when this is compiled: no call.
  template <std::size_t kSize>
  bool skip(const char (&literal)[kSize]);
  template <std::size_t kSize>
  void expect(const char (&literal)[kSize]) {
    ok_ = skip(literal) && ok_;
  }
  template <typename Number>
  Number number();
  template <typename Number>
  Number any_number();
  bool flag();
  /// What stands up to the next quote, which is passed.
  std::string_view word();
  void pass(std::size_t bytes) { rest_.remove_prefix(bytes); }
  void fail() { ok_ = false; }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

bool Cursor::skip(std::string_view text) {
  if (rest_.substr(0, text.size()) != text) {
    return false;
  }
  rest_.remove_prefix(text.size());
  return true;
}

template <std::size_t kSize>
bool Cursor::skip(const char (&literal)[kSize]) {
  constexpr std::size_t kLength = kSize - 1;
  if (rest_.size() < kLength || std::memcmp(rest_.data(), literal, kLength) != 0) {
    return false;
  }
  rest_.remove_prefix(kLength);
  return true;
}

/// Up to 15 digits are read eight at a time; more, or those near the line's end, by any_number().
template <typename Number>
Number Cursor::number() {
  if (!kLittleEndian || rest_.size() < 2 * kWord) {
    return any_number<Number>();
  }
  const std::uint64_t first = load_word(rest_.data());
  std::size_t count = leading_digits(first);
  std::uint64_t value = count > 0 ? decimal(first, count) : 0;
  if (count == kWord) {
    const std::uint64_t second = load_word(rest_.data() + kWord);
    const std::size_t more = leading_digits(second);
    value = more > 0 ? value * kPowers[more] + decimal(second, more) : value;
    count += more;
  }
  if (count == 0 || count == 2 * kWord || value > static_cast<std::uint64_t>(std::numeric_limits<Number>::max())) {
    return any_number<Number>();
  }
  rest_.remove_prefix(count);
  return static_cast<Number>(value);
}

template <typename Number>
Number Cursor::any_number() {
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

void read_mask(Cursor& line, wire::FrameHeader& header) {
  if (line.skip("null")) {
    return;
  }
  line.expect("\"");
  const std::string_view digits = line.word();
  if (digits.size() != 2 * header.masking_key.size()) {
    line.fail();
    return;
  }
  header.masked = true;
  unsigned all = 0;
  for (std::size_t i = 0; i < header.masking_key.size(); ++i) {
    const unsigned high = kNibbles[static_cast<unsigned char>(digits[2 * i])];
    const unsigned low = kNibbles[static_cast<unsigned char>(digits[2 * i + 1])];
    header.masking_key[i] = static_cast<std::uint8_t>(high * 16 + low);
    all |= high | low;
  }
  if (all >= kNoDigit) {
    line.fail();
  }
}

/// 1.1 leaves out the shortest.
void read_length_form(Cursor& line, wire::FrameHeader& header) {
  if (!line.skip(",\"length_form\":")) {
    header.length_form = wire::shortest_form(header.length);
    return;
  }
  const auto form = line.number<unsigned>();
  if (form != 7 && form != 16 && form != 64) {
    line.fail();
    return;
  }
  header.length_form = static_cast<wire::LengthForm>(form);
}

/// What stands before the mask's value or, where 1.1 leaves that out, the length's. True where it is the mask's.
bool read_common(Cursor& line, std::uint32_t& conn, wire::Side& from, wire::FrameHeader& header) {
  line.expect(",\"conn\":");
  conn = line.number<std::uint32_t>();
  line.expect(",\"kind\":\"frame\",\"from\":\"");
  const auto side = wire::parse<wire::Side>(line.word());
  from = side.value_or(wire::Side::client);
  line.expect(",\"opcode\":");
  const auto opcode = line.number<unsigned>();
  header.opcode = static_cast<wire::Opcode>(opcode & 15);
  if (line.skip(",\"name\":\"")) {
    line.expect(wire::name(header.opcode));
    line.expect("\"");
  }
  header.fin = !line.skip(",\"fin\":") || line.flag();
  const auto rsv = line.skip(",\"rsv\":") ? line.number<unsigned>() : 0;
  header.rsv = static_cast<std::uint8_t>(rsv);
  if (!side || opcode > 15 || rsv > 7) {
    line.fail();
  }
  if (line.skip(",\"mask\":")) {
    return true;
  }
  line.expect(",\"length\":");
  return false;
}

void read_lengths(Cursor& line, Frame& frame, bool mask) {
  if (mask) {
    read_mask(line, frame.header);
    line.expect(",\"length\":");
  }
  frame.header.length = line.number<std::uint64_t>();
  read_length_form(line, frame.header);
  line.expect(",\"offset\":");
  frame.offset = line.number<std::uint64_t>();
}

constexpr std::string_view kText = ",\"text\":\"";
// A number may begin with zeros without end.
constexpr std::size_t kMostCommon = 256;

/// Counts quotes whose backslash stands right before them, block by block.
struct QuotedQuotes {
  std::size_t count = 0;
  std::uint64_t open = 0;  ///< 1: the last byte is a backslash

  /// Takes a block of `size` bytes. False where another byte is special, or one of the two stands by itself.
  bool take(std::size_t size, const TextBlock& seen) {
    if (seen.special != (seen.quotes | seen.backslashes) || (seen.backslashes << 1U | open) != seen.quotes) {
      return false;
    }
    open = seen.backslashes >> (size - 1) & 1U;
    count += static_cast<std::size_t>(__builtin_popcountll(seen.quotes));
    return true;
  }
};

}  // namespace

bool is_plain_payload(std::string_view rest, std::uint64_t length) {
  if (rest.substr(0, kText.size()) != kText || rest.size() < kText.size() + 2 ||
      rest.substr(rest.size() - 2) != "\"}") {
    return false;
  }
  const std::string_view text = rest.substr(kText.size(), rest.size() - kText.size() - 2);
  QuotedQuotes quotes;
  std::array<TextBlock, text_blocks(TextScan::kMost)> blocks;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view piece = utf8_piece(text.substr(at), TextScan::kMost);
    if (!best_text_kernel().scan(piece, blocks.data())) {
      return false;
    }
    for (std::size_t i = 0; i < piece.size(); i += kTextBlock) {
      if (!quotes.take(std::min(kTextBlock, piece.size() - i), blocks[i / kTextBlock])) {
        return false;
      }
    }
    at += piece.size();
  }
  return quotes.open == 0 && text.size() - quotes.count == length;
}

/// The payload is the line's last field, so its end is the line's.
bool FrameLines::decode_payload(std::string_view rest, Frame& frame) {
  frame.has_payload = rest != "}";
  if (!frame.has_payload) {
    return true;
  }
  if (rest.substr(0, kText.size()) != kText || rest.back() != '}') {
    return false;
  }
  const std::string_view quoted = rest.substr(kText.size(), rest.size() - kText.size() - 1);
  return read_json_text(quoted, scratch_, frame.payload) && frame.payload.size() <= frame.header.length;
}

bool FrameLines::decode_head(std::string_view line, session::Event& event, std::string_view& rest) {
  Cursor cursor(line);
  if (!cursor.skip("{\"seq\":")) {
    return false;
  }
  event.seq = cursor.number<std::uint64_t>();
  cursor.expect(",\"t_ns\":");
  event.t_ns = cursor.number<std::int64_t>();
  if (!cursor.ok() || event.t_ns > kMaxTimeNs || event.t_ns < -kMaxTimeNs) {
    return false;
  }
  const Common* common = find_common(cursor.rest());
  if (common == nullptr) {
    return false;
  }
  cursor.pass(common->text.size());
  event.conn = common->conn;
  Frame& frame = event.body.emplace<Frame>();
  frame.from = common->from;
  frame.header = common->header;
  read_lengths(cursor, frame, common->mask);
  rest = cursor.rest();
  return cursor.ok();
}

/// What `rest` begins with; null if it is no frame's.
const FrameLines::Common* FrameLines::find_common(std::string_view rest) {
  for (Common& known : common_) {
    if (!known.text.empty() && rest.substr(0, known.text.size()) == known.text) {
      newest_ = static_cast<std::size_t>(&known - common_.data());
      return &known;
    }
  }
  Cursor cursor(rest);
  Common read;
  read.mask = read_common(cursor, read.conn, read.from, read.header);
  const std::size_t size = rest.size() - cursor.rest().size();
  if (!cursor.ok() || size > kMostCommon) {
    return nullptr;
  }
  read.text = rest.substr(0, size);
  newest_ = 1 - newest_;
  common_[newest_] = std::move(read);
  return &common_[newest_];
}

/// The cold ones (a Close, bytes, a cut or masked payload) are left to the LineDecoder.
bool FrameLines::decode(std::string_view line, session::Event& event) {
  std::string_view rest;
  return decode_head(line, event, rest) && decode_payload(rest, std::get<Frame>(event.body));
}

}  // namespace whydrop::capture
