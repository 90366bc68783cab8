#include "base/base64.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace whydrop {
namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kInvalid = 0xFF;

/// Two characters for each 12-bit group: half the look-ups of one character at a time.
constexpr std::array<char, 8192> make_pairs() {
  std::array<char, 8192> pairs{};
  for (std::size_t i = 0; i < 4096; ++i) {
    pairs[2 * i] = kAlphabet[i >> 6];
    pairs[2 * i + 1] = kAlphabet[i & 63];
  }
  return pairs;
}

constexpr std::array<std::uint8_t, 256> make_values(char char_62, char char_63) {
  std::array<std::uint8_t, 256> values{};
  for (auto& value : values) {
    value = kInvalid;
  }
  for (std::uint8_t i = 0; i < 62; ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = i;
  }
  values[static_cast<unsigned char>(char_62)] = 62;
  values[static_cast<unsigned char>(char_63)] = 63;
  return values;
}

constexpr auto kPairs = make_pairs();
constexpr auto kValues = make_values('+', '/');
constexpr auto kUrlValues = make_values('-', '_');

std::uint32_t byte_at(std::string_view bytes, std::size_t i) {
  return static_cast<unsigned char>(bytes[i]);
}

void put_pair(char* to, std::uint32_t bits) {
  std::memcpy(to, kPairs.data() + 2 * bits, 2);
}

/// Encodes the last one or two bytes.
void put_tail(char* to, std::string_view tail) {
  const std::uint32_t group = byte_at(tail, 0) << 16 | (tail.size() == 2 ? byte_at(tail, 1) << 8 : 0);
  put_pair(to, group >> 12);
  to[2] = tail.size() == 2 ? kAlphabet[group >> 6 & 63] : '=';
  to[3] = '=';
}

/// Decodes digits without padding.
std::optional<std::string> decode_digits(std::string_view digits, const std::array<std::uint8_t, 256>& values) {
  if (digits.size() % 4 == 1) {
    return std::nullopt;
  }
  std::string out;
  out.reserve(digits.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : digits) {
    const std::uint8_t value = values[static_cast<unsigned char>(c)];
    if (value == kInvalid) {
      return std::nullopt;
    }
    bits = bits << 6 | value;
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>(bits >> count & 0xFF);
      bits &= (1U << count) - 1;
    }
  }
  return bits == 0 ? std::optional<std::string>(std::move(out)) : std::nullopt;
}

std::string_view without_padding(std::string_view text) {
  for (int i = 0; i < 2 && !text.empty() && text.back() == '='; ++i) {
    text.remove_suffix(1);
  }
  return text;
}

}  // namespace

void append_base64(std::string& out, std::string_view bytes) {
  const std::size_t start = out.size();
  out.resize(start + (bytes.size() + 2) / 3 * 4);
  char* to = out.data() + start;
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3, to += 4) {
    const std::uint32_t group = byte_at(bytes, i) << 16 | byte_at(bytes, i + 1) << 8 | byte_at(bytes, i + 2);
    put_pair(to, group >> 12);
    put_pair(to + 2, group & 0xFFF);
  }
  if (i < bytes.size()) {
    put_tail(to, bytes.substr(i));
  }
}

std::string base64_encode(std::string_view bytes) {
  std::string out;
  append_base64(out, bytes);
  return out;
}

std::optional<std::string> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) {
    return std::nullopt;
  }
  return decode_digits(without_padding(text), kValues);
}

std::optional<std::string> base64url_decode(std::string_view text) {
  if (!text.empty() && text.back() == '=' && text.size() % 4 != 0) {
    return std::nullopt;
  }
  return decode_digits(without_padding(text), kUrlValues);
}

}  // namespace whydrop
