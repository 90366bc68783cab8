#include "base/hex.hpp"
#include "base/text_scan.hpp"
#include "base/utf8.hpp"
#include "capture/json_text.hpp"
#include "capture/words.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace whydrop::capture {
namespace {

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

/// Undoes the escapes of a text, block by block.
class Unescaper {
 public:
  Unescaper(std::string_view text, std::string& scratch) : text_(text), scratch_(scratch) {}

  /// Takes the block at `begin`. False where a byte of it may not stand in a JSON string.
  bool take(std::size_t begin, const TextBlock& seen);
  /// The text without its escapes: itself where there were none.
  std::string_view finish();

 private:
  char* put_until(std::size_t end, std::size_t at, char* to) const;
  bool take_quotes(std::size_t begin, const TextBlock& seen);

  std::string_view text_;
  std::string& scratch_;
  std::size_t at_ = 0;  ///< what stands before is put
  char* to_ = nullptr;  ///< null until the first escape
  bool open_ = false;   ///< the block before ends in the backslash of a quote
};

char* Unescaper::put_until(std::size_t end, std::size_t at, char* to) const {
  const std::size_t size = end - at;
  if (size <= kPad && at + kPad <= text_.size()) {
    return put_plain(to, text_.data() + at, size);
  }
  std::memcpy(to, text_.data() + at, size);
  return to + size;
}

/// Takes a block in which all that is special are quotes and the backslashes right before them. False where it is none,
/// and nothing is taken.
bool Unescaper::take_quotes(std::size_t begin, const TextBlock& seen) {
  const std::size_t size = std::min(kTextBlock, text_.size() - begin);
  const bool opens = (seen.backslashes >> (size - 1) & 1U) != 0;
  if (at_ > begin || seen.special != (seen.quotes | seen.backslashes) ||
      (seen.backslashes << 1U | (open_ ? 1U : 0U)) != seen.quotes || (opens && text_.substr(begin + size, 1) != "\"")) {
    return false;
  }
  if (at_ < begin) {
    to_ = put_until(begin, at_, to_);
  }
  char last[kTextBlock];
  const char* from = text_.data() + begin;
  if (size < kTextBlock) {
    std::memcpy(last, from, size);
    from = last;
  }
  to_ = best_text_kernel().drop(to_, from, size, seen.backslashes);
  at_ = begin + size;
  open_ = opens;
  return true;
}

bool Unescaper::take(std::size_t begin, const TextBlock& seen) {
  if (seen.special == 0) {
    return true;
  }
  if (to_ == nullptr) {
    scratch_.resize(std::max(scratch_.size(), text_.size() + kPad));
    to_ = scratch_.data();
  }
  if (take_quotes(begin, seen)) {
    return true;
  }
  std::size_t at = at_;
  char* to = to_;
  std::uint64_t special = seen.special & ~std::uint64_t{open_ ? 1U : 0U};
  open_ = false;
  for (; special != 0; special &= special - 1) {
    const std::size_t next = begin + static_cast<std::size_t>(__builtin_ctzll(special));
    if (next < at) {
      continue;  // part of an escape
    }
    const auto byte = static_cast<unsigned char>(text_[next]);
    if (byte == '\\') {
      to = put_until(next, at, to);
      at = next;
      if (next + 1 < text_.size() && text_[next + 1] == '"') {
        *to++ = '"';
        at += 2;
      } else if (to = read_escape(text_, at, to); to == nullptr) {
        return false;
      }
    } else if (byte == '"' || byte < 0x20) {
      return false;
    }
  }
  at_ = at;
  to_ = to;
  return true;
}

std::string_view Unescaper::finish() {
  if (at_ == 0) {
    return text_;
  }
  const char* const end = put_until(text_.size(), at_, to_);
  return std::string_view(scratch_).substr(0, static_cast<std::size_t>(end - scratch_.data()));
}

}  // namespace

bool read_json_text(std::string_view quoted, std::string& scratch, std::string_view& text) {
  if (quoted.empty() || quoted.back() != '"') {
    return false;
  }
  const std::string_view escaped = quoted.substr(0, quoted.size() - 1);
  Unescaper unescaper(escaped, scratch);
  std::array<TextBlock, text_blocks(TextScan::kMost)> blocks;
  for (std::size_t at = 0; at < escaped.size();) {
    const std::string_view piece = utf8_piece(escaped.substr(at), TextScan::kMost);
    if (!best_text_kernel().scan(piece, blocks.data())) {
      return false;
    }
    for (std::size_t i = 0; i < text_blocks(piece.size()); ++i) {
      if (!unescaper.take(at + i * kTextBlock, blocks[i])) {
        return false;
      }
    }
    at += piece.size();
  }
  text = unescaper.finish();
  return true;
}

std::string without_ascii_escapes(std::string_view text) {
  if (text.find('\\') == std::string_view::npos) {
    return std::string(text);
  }
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t letter = std::min(text.size(), text.find_first_not_of('\\', at));
    const bool escape = letter > at && letter < text.size() && text[letter] == 'u';
    const std::int32_t unit = escape ? read_unit(text, letter + 1) : -1;
    const bool ascii = unit >= 0 && unit < 0x80;
    const std::size_t next = ascii ? letter + 5 : std::max(letter, at + 1);
    ascii ? static_cast<void>(out += static_cast<char>(unit)) : static_cast<void>(out.append(text, at, next - at));
    at = next;
  }
  return out;
}

}  // namespace whydrop::capture
