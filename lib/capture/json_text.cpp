#include "capture/json_text.hpp"

#include "base/hex.hpp"
#include "base/utf8.hpp"
#include "capture/words.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace whydrop::capture {
namespace {

constexpr std::size_t kChunk = 1024;
constexpr std::size_t kWidest = 6;  ///< "\u001f"

constexpr char kHex[] = "0123456789abcdef";

constexpr char short_escape(unsigned byte) {
  switch (byte) {
  case '"':
    return '"';
  case '\\':
    return '\\';
  case '\b':
    return 'b';
  case '\f':
    return 'f';
  case '\n':
    return 'n';
  case '\r':
    return 'r';
  case '\t':
    return 't';
  default:
    return 0;
  }
}

/// What each ASCII byte becomes. Eight bytes are always copied and `size` of them count: no branch a byte.
struct Escapes {
  std::array<std::array<char, kWord>, 128> text{};
  std::array<std::uint8_t, 128> size{};
};

constexpr Escapes make_escapes() {
  Escapes escapes;
  for (unsigned byte = 0; byte < 128; ++byte) {
    const char letter = short_escape(byte);
    if (letter != 0) {
      escapes.text[byte] = {'\\', letter};
      escapes.size[byte] = 2;
    } else if (byte < 0x20 || byte == 0x7F) {
      escapes.text[byte] = {'\\', 'u', '0', '0', kHex[byte >> 4], kHex[byte & 15]};
      escapes.size[byte] = 6;
    } else {
      escapes.text[byte] = {static_cast<char>(byte)};
      escapes.size[byte] = 1;
    }
  }
  return escapes;
}

constexpr Escapes kEscapes = make_escapes();

/// Bytes that are a control, DEL, a quote, a backslash or not ASCII.
constexpr std::uint64_t special_bytes(std::uint64_t word) {
  const std::uint64_t controls = (word - kOnes * 0x20) & ~word;
  return (controls | bytes_equal(word, 0x7F) | bytes_equal(word, '"') | bytes_equal(word, '\\') | word) & kHighs;
}

char* put_ascii(char* to, unsigned char byte) {
  std::memcpy(to, kEscapes.text[byte].data(), kWord);
  return to + kEscapes.size[byte];
}

/// C1 controls, and marks that turn the direction in which a terminal shows what follows.
constexpr bool acts_on_a_terminal(char32_t value) {
  return value < 0xA0 || value == 0x061C || value == 0x200E || value == 0x200F ||
         (value >= 0x202A && value <= 0x202E) || (value >= 0x2066 && value <= 0x2069);
}

char* put_code_point(char* to, std::string_view bytes, const CodePoint& point) {
  if (acts_on_a_terminal(point.value)) {
    *to++ = '\\';
    *to++ = 'u';
    for (const unsigned shift : {12U, 8U, 4U, 0U}) {
      *to++ = kHex[point.value >> shift & 15U];
    }
    return to;
  }
  std::memcpy(to, bytes.data(), point.size);
  return to + point.size;
}

/// Escapes whole words of ASCII from `at` on, until `stop` or a little after it.
char* put_words(std::string_view bytes, std::size_t& at, std::size_t stop, char* to) {
  for (; at < stop && at + kWord <= bytes.size(); at += kWord) {
    const char* from = bytes.data() + at;
    const std::uint64_t word = load_word(from);
    if (special_bytes(word) == 0) {
      std::memcpy(to, &word, kWord);
      to += kWord;
      continue;
    }
    if ((word & kHighs) != 0) {
      break;
    }
    for (std::size_t i = 0; i < kWord; ++i) {
      to = put_ascii(to, static_cast<unsigned char>(from[i]));
    }
  }
  return to;
}

/// Escapes from `at` on into `to` until about kChunk bytes are read or something is not UTF-8. Returns the end in `to`.
char* put_chunk(std::string_view bytes, std::size_t& at, char* to) {
  const std::size_t stop = std::min(bytes.size(), at + kChunk);
  while (at < stop) {
    to = put_words(bytes, at, stop, to);
    if (at >= stop) {
      break;
    }
    const auto byte = static_cast<unsigned char>(bytes[at]);
    if (byte < 0x80) {
      to = put_ascii(to, byte);
      ++at;
      continue;
    }
    const CodePoint point = decode_code_point(bytes.substr(at));
    if (point.status != Utf8Status::valid) {
      break;
    }
    to = put_code_point(to, bytes.substr(at), point);
    at += point.size;
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

char* put_utf8(char* to, std::uint32_t value) {
  const auto put = [&to](std::uint32_t byte) { *to++ = static_cast<char>(byte); };
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
  return to;
}

/// Reads the digits of "\uXXXX" (and of a low surrogate after it); moves `at` behind them. Null if they are wrong.
char* read_unicode(std::string_view text, std::size_t& at, char* to) {
  std::int32_t unit = read_unit(text, at);
  at += 4;
  if (unit < 0 || (unit >= 0xDC00 && unit <= 0xDFFF)) {
    return nullptr;
  }
  if (unit >= 0xD800 && unit <= 0xDBFF) {
    const bool pair = text.substr(at, 2) == "\\u";
    const std::int32_t low = pair ? read_unit(text, at + 2) : -1;
    if (low < 0xDC00 || low > 0xDFFF) {
      return nullptr;
    }
    at += 6;
    unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
  }
  return put_utf8(to, static_cast<std::uint32_t>(unit));
}

constexpr std::array<char, 128> make_meanings() {
  std::array<char, 128> meanings{};
  constexpr std::string_view kLetters = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  for (std::size_t i = 0; i < kLetters.size(); ++i) {
    meanings[static_cast<unsigned char>(kLetters[i])] = kMeanings[i];
  }
  return meanings;
}

constexpr auto kMeanings = make_meanings();

/// Reads one escape whose backslash is at `at`. Null if it is none.
char* read_escape(std::string_view text, std::size_t& at, char* to) {
  const auto letter = static_cast<unsigned char>(at + 1 < text.size() ? text[at + 1] : 0);
  at += 2;
  if (letter == 'u') {
    return read_unicode(text, at, to);
  }
  if (letter >= kMeanings.size() || kMeanings[letter] == 0) {
    return nullptr;
  }
  *to = kMeanings[letter];
  return to + 1;
}

/// Where the text stops being plain: at a backslash, a quote, a control or the end. `ascii` turns false if it holds
/// more.
std::size_t plain_end(std::string_view text, std::size_t at, bool& ascii) {
  while (at < text.size()) {
    if (at + kWord <= text.size()) {
      const std::uint64_t special = special_bytes(load_word(text.data() + at));
      at += special == 0 ? kWord : first_byte(special);
      if (special == 0) {
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
  return at;
}

/// Undoes the escapes of `text` into `to`, which has room for all of it. Null where it is malformed.
char* unescape(std::string_view text, char* to, bool& ascii) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = plain_end(text, at, ascii);
    std::memcpy(to, text.data() + at, end - at);
    to += end - at;
    at = end;
    if (at == text.size()) {
      break;
    }
    to = text[at] == '\\' ? read_escape(text, at, to) : nullptr;
    if (!to) {
      return nullptr;
    }
  }
  return to;
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

void append_number(std::string& out, std::uint64_t value) {
  append_decimal(out, value);
}
void append_number(std::string& out, std::int64_t value) {
  append_decimal(out, value);
}

bool read_json_text(std::string_view quoted, std::string& scratch, std::string_view& text) {
  if (quoted.empty() || quoted.back() != '"') {
    return false;
  }
  text = quoted.substr(0, quoted.size() - 1);
  bool ascii = true;
  if (plain_end(text, 0, ascii) < text.size()) {
    if (scratch.size() < text.size()) {
      scratch.resize(text.size());
    }
    const char* end = unescape(text, scratch.data(), ascii);
    if (!end) {
      return false;
    }
    text = std::string_view(scratch).substr(0, static_cast<std::size_t>(end - scratch.data()));
  }
  return ascii || is_utf8(text);
}

}  // namespace whydrop::capture
