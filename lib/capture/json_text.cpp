#include "capture/json_text.hpp"

#include "base/text_scan.hpp"
#include "base/utf8.hpp"
#include "capture/words.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace whydrop::capture {
namespace {

constexpr std::size_t kChunk = TextScan::kMost;
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

char* put_ascii(char* to, unsigned char byte) {
  std::memcpy(to, kEscapes.text[byte].data(), kWord);
  return to + kEscapes.size[byte];
}

/// C1 controls, and marks that turn the direction in which a terminal shows what follows.
constexpr bool acts_on_a_terminal(char32_t value) {
  return value < 0xA0 || value == 0x061C || value == 0x200E || value == 0x200F ||
         (value >= 0x202A && value <= 0x202E) || (value >= 0x2066 && value <= 0x2069);
}

/// A character that a terminal acts on, as an escape; null where it is another one.
char* put_if_acting(char* to, const char* from, std::size_t& size) {
  const CodePoint point = decode_code_point({from, 4});
  if (!acts_on_a_terminal(point.value)) {
    return nullptr;
  }
  size = point.size;
  *to++ = '\\';
  *to++ = 'u';
  for (const unsigned shift : {12U, 8U, 4U, 0U}) {
    *to++ = kHex[point.value >> shift & 15U];
  }
  return to;
}

/// Escapes a block's text from `at` on. `at` is then where the next block's begins: behind a character that reaches
/// into it.
char* put_block(char* to, const char* from, std::size_t block, const TextBlock& seen, std::size_t& at) {
  if (at == 0 && seen.special == 0) {
    return put_plain(to, from, block);
  }
  if (at == 0 && seen.special == (seen.quotes | seen.backslashes)) {
    return best_text_kernel().quote(to, from, block, seen.special);
  }
  std::uint64_t special = seen.special & ~std::uint64_t{0} << at;
  while (special != 0) {
    const auto next = static_cast<std::size_t>(__builtin_ctzll(special));
    to = put_plain(to, from + at, next - at);
    at = next;
    special &= special - 1;
    const auto byte = static_cast<unsigned char>(from[next]);
    if (byte < 0x80) {
      to = put_ascii(to, byte);
      ++at;
      continue;
    }
    std::size_t size = 0;
    if (char* const end = put_if_acting(to, from + next, size)) {
      to = end;
      at += size;
    }
  }
  if (at < block) {
    to = put_plain(to, from + at, block - at);
  }
  at = at > block ? at - block : 0;
  return to;
}

/// Escapes text that was looked at. Where `to` may end is kWidest times its size and kPad.
char* put_escaped(char* to, std::string_view text, const TextBlock* blocks) {
  std::size_t at = 0, begin = 0;
  for (; text.size() - begin >= 2 * kPad; begin += kTextBlock) {
    to = put_block(to, text.data() + begin, kTextBlock, *blocks++, at);
  }
  char last[4 * kPad]{};
  text.remove_prefix(begin);
  std::memcpy(last, text.data(), text.size());
  for (begin = 0; begin < text.size(); begin += kTextBlock) {
    to = put_block(to, last + begin, std::min(kTextBlock, text.size() - begin), *blocks++, at);
  }
  return to;
}

/// Appends text of at most kChunk bytes that was looked at.
void append_chunk(std::string& out, std::string_view text, const TextBlock* blocks) {
  char chunk[kChunk * kWidest + kPad + kWord];
  const char* const end = put_escaped(chunk, text, blocks);
  out.append(chunk, static_cast<std::size_t>(end - chunk));
}

/// Appends the escaped bytes from `at` on, up to where they are not UTF-8 (or a little before it).
void append_escaped(std::string& out, std::string_view bytes, std::size_t& at) {
  std::array<TextBlock, text_blocks(kChunk)> blocks;
  while (at < bytes.size()) {
    const std::string_view piece = utf8_piece(bytes.substr(at), kChunk);
    if (!best_text_kernel().scan(piece, blocks.data())) {
      return;
    }
    append_chunk(out, piece, blocks.data());
    at += piece.size();
  }
}

template <typename Number>
void append_decimal(std::string& out, Number value) {
  char digits[24];
  const auto done = std::to_chars(digits, digits + sizeof digits, value);
  out.append(digits, static_cast<std::size_t>(done.ptr - digits));
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

bool append_json_text(std::string& out, std::string_view bytes, const TextScan& seen) {
  if (!seen.utf8()) {
    return false;
  }
  out += '"';
  append_chunk(out, bytes, seen.blocks());
  out += '"';
  return true;
}

char* put_json_text(char* to, std::string_view bytes, const TextScan& seen) {
  return put_escaped(to, bytes, seen.blocks());
}

void append_json_words(std::string& out, std::string_view bytes) {
  out += '"';
  for (std::size_t at = 0; at < bytes.size();) {
    const std::string_view valid = bytes.substr(at, utf8_valid_prefix(bytes.substr(at)));
    std::size_t done = 0;
    append_escaped(out, valid, done);
    at += valid.size();
    if (at < bytes.size()) {
      out += "\xEF\xBF\xBD";
      ++at;
    }
  }
  out += '"';
}

void append_number(std::string& out, std::uint64_t value) {
  append_decimal(out, value);
}
void append_number(std::string& out, std::int64_t value) {
  append_decimal(out, value);
}

}  // namespace whydrop::capture
