#include "capture/json_text.hpp"

#include "base/utf8.hpp"

#include <array>
#include <charconv>
#include <cstring>

namespace whydrop::capture {
namespace {

constexpr std::uint64_t kOnes = 0x0101010101010101U;
constexpr std::uint64_t kHighs = 0x8080808080808080U;
constexpr std::size_t kWord = 8;
constexpr std::size_t kChunk = 1024;
constexpr std::size_t kWidest = 6;  ///< "\u001f"

/// What one ASCII byte becomes. Eight bytes are always copied and `size` of them count: no branch a byte.
struct Escape {
  std::array<char, 8> text{};
  std::uint8_t size = 1;
};

constexpr char kHex[] = "0123456789abcdef";

constexpr char short_escape(unsigned byte) {
  switch (byte) {
    case '"': return '"';
    case '\\': return '\\';
    case '\b': return 'b';
    case '\f': return 'f';
    case '\n': return 'n';
    case '\r': return 'r';
    case '\t': return 't';
    default: return 0;
  }
}

constexpr Escape escape_of(unsigned byte) {
  if (const char letter = short_escape(byte)) {
    return {{'\\', letter}, 2};
  }
  if (byte < 0x20 || byte == 0x7F) {
    return {{'\\', 'u', '0', '0', kHex[byte >> 4], kHex[byte & 15]}, 6};
  }
  return {{static_cast<char>(byte)}, 1};
}

constexpr std::array<Escape, 128> make_escapes() {
  std::array<Escape, 128> escapes{};
  for (unsigned i = 0; i < 128; ++i) {
    escapes[i] = escape_of(i);
  }
  return escapes;
}

constexpr auto kEscapes = make_escapes();

std::uint64_t load(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, kWord);
  return word;
}

constexpr std::uint64_t zero_bytes(std::uint64_t word) { return (word - kOnes) & ~word & kHighs; }

/// The high bit of each byte that is a control, DEL, a quote, a backslash or not ASCII (false alarms are possible after a
/// true one, never a miss).
constexpr std::uint64_t special_bytes(std::uint64_t word) {
  const std::uint64_t controls = (word - kOnes * 0x20) & ~word;
  const std::uint64_t del = zero_bytes(word ^ kOnes * 0x7F);
  return (controls | del | zero_bytes(word ^ kOnes * '"') | zero_bytes(word ^ kOnes * '\\') | word) & kHighs;
}

char* put_ascii(char* to, unsigned char byte) {
  const Escape& escape = kEscapes[byte];
  std::memcpy(to, escape.text.data(), kWord);
  return to + escape.size;
}

char* put_code_point(char* to, std::string_view bytes, const CodePoint& point) {
  if (point.value < 0xA0) {
    std::memcpy(to, "\\u00", 4);
    to[4] = kHex[point.value >> 4 & 15];
    to[5] = kHex[point.value & 15];
    return to + kWidest;
  }
  std::memcpy(to, bytes.data(), point.size);
  return to + point.size;
}

/// Escapes from `at` on into `to` until about kChunk bytes are read or something is not UTF-8. Returns the end in `to`.
char* put_chunk(std::string_view bytes, std::size_t& at, char* to) {
  const std::size_t stop = std::min(bytes.size(), at + kChunk);
  while (at < stop) {
    if (at + kWord <= bytes.size() && special_bytes(load(bytes.data() + at)) == 0) {
      std::memcpy(to, bytes.data() + at, kWord);
      to += kWord;
      at += kWord;
      continue;
    }
    const std::size_t block_end = std::min(bytes.size(), at + kWord);
    while (at < block_end) {
      const auto byte = static_cast<unsigned char>(bytes[at]);
      if (byte < 0x80) {
        to = put_ascii(to, byte);
        ++at;
        continue;
      }
      const CodePoint point = decode_code_point(bytes.substr(at));
      if (point.status != Utf8Status::valid) {
        return to;
      }
      to = put_code_point(to, bytes.substr(at), point);
      at += point.size;
    }
  }
  return to;
}

/// Appends the escaped bytes from `at` on, up to the first that is not UTF-8.
void append_escaped(std::string& out, std::string_view bytes, std::size_t& at) {
  char chunk[(kChunk + 2 * kWord) * kWidest];
  while (at < bytes.size()) {
    const std::size_t before = at;
    const char* end = put_chunk(bytes, at, chunk);
    out.append(chunk, static_cast<std::size_t>(end - chunk));
    if (at - before < kChunk && at < bytes.size()) {
      return;
    }
  }
}

template <typename Number>
void append_decimal(std::string& out, Number value) {
  char digits[24];
  const auto done = std::to_chars(digits, digits + sizeof digits, value);
  out.append(digits, static_cast<std::size_t>(done.ptr - digits));
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  if (c >= 'a' && c <= 'f') {
    return c - 'a' + 10;
  }
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// Four hex digits at `at`, or -1.
std::int32_t read_unit(std::string_view text, std::size_t at) {
  if (at + 4 > text.size()) {
    return -1;
  }
  std::int32_t value = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const int digit = hex_digit(text[i]);
    if (digit < 0) {
      return -1;
    }
    value = value << 4 | digit;
  }
  return value;
}

void append_utf8(std::string& out, std::uint32_t value) {
  const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (value < 0x80) {
    put(value);
  } else if (value < 0x800) {
    put(0xC0 | value >> 6);
    put(0x80 | (value & 0x3F));
  } else if (value < 0x10000) {
    put(0xE0 | value >> 12);
    put(0x80 | (value >> 6 & 0x3F));
    put(0x80 | (value & 0x3F));
  } else {
    put(0xF0 | value >> 18);
    put(0x80 | (value >> 12 & 0x3F));
    put(0x80 | (value >> 6 & 0x3F));
    put(0x80 | (value & 0x3F));
  }
}

/// Reads the digits of "\uXXXX" (and of a low surrogate after it); moves `at` behind them.
bool read_unicode(std::string_view text, std::size_t& at, std::string& out) {
  std::int32_t unit = read_unit(text, at);
  at += 4;
  if (unit < 0 || (unit >= 0xDC00 && unit <= 0xDFFF)) {
    return false;
  }
  if (unit >= 0xD800 && unit <= 0xDBFF) {
    const bool pair = text.substr(at, 2) == "\\u";
    const std::int32_t low = pair ? read_unit(text, at + 2) : -1;
    if (low < 0xDC00 || low > 0xDFFF) {
      return false;
    }
    at += 6;
    unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
  }
  append_utf8(out, static_cast<std::uint32_t>(unit));
  return true;
}

/// Reads one escape whose backslash is at `at`.
bool read_escape(std::string_view text, std::size_t& at, std::string& out) {
  static constexpr std::string_view kLetters = "\"\\/bfnrtu";
  static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  const auto letter = at + 1 < text.size() ? kLetters.find(text[at + 1]) : std::string_view::npos;
  if (letter == std::string_view::npos) {
    return false;
  }
  at += 2;
  if (letter == kMeanings.size()) {
    return read_unicode(text, at, out);
  }
  out += kMeanings[letter];
  return true;
}

/// Length of the run without escapes, quotes and controls; `ascii` turns false if it holds anything else than ASCII.
std::size_t plain_run(std::string_view text, std::size_t at, bool& ascii) {
  const std::size_t start = at;
  while (at < text.size()) {
    if (at + kWord <= text.size()) {
      const std::uint64_t word = load(text.data() + at);
      if (special_bytes(word) == 0) {
        at += kWord;
        continue;
      }
    }
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte == '\\' || byte == '"' || byte < 0x20) {
      break;
    }
    ascii = ascii && byte < 0x80;
    ++at;
  }
  return at - start;
}

}  // namespace

bool append_json_text(std::string& out, std::string_view bytes) {
  const std::size_t before = out.size();
  out += '"';
  std::size_t at = 0;
  append_escaped(out, bytes, at);
  if (at < bytes.size()) {
    out.resize(before);
    return false;
  }
  out += '"';
  return true;
}

void append_json_words(std::string& out, std::string_view bytes) {
  out += '"';
  std::size_t at = 0;
  append_escaped(out, bytes, at);
  while (at < bytes.size()) {
    out += "\xEF\xBF\xBD";
    ++at;
    append_escaped(out, bytes, at);
  }
  out += '"';
}

void append_number(std::string& out, std::uint64_t value) { append_decimal(out, value); }
void append_number(std::string& out, std::int64_t value) { append_decimal(out, value); }

bool read_json_text(std::string_view quoted, std::string& scratch, std::string_view& text) {
  if (quoted.empty() || quoted.back() != '"') {
    return false;
  }
  const std::string_view body = quoted.substr(0, quoted.size() - 1);
  bool ascii = true;
  std::size_t at = plain_run(body, 0, ascii);
  text = body;
  if (at < body.size()) {
    scratch.assign(body.data(), at);
    while (at < body.size()) {
      if (body[at] != '\\' || !read_escape(body, at, scratch)) {
        return false;
      }
      const std::size_t run = plain_run(body, at, ascii);
      scratch.append(body.data() + at, run);
      at += run;
    }
    text = scratch;
  }
  return ascii || is_utf8(text);
}

}  // namespace whydrop::capture
