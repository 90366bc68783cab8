#include "base/percent.hpp"

#include "base/hex.hpp"
#include "base/text.hpp"

namespace whydrop {
namespace {

/// The byte that the escape at `at` stands for; negative where none begins there.
int escape_at(std::string_view text, std::size_t at) {
  if (text[at] != '%' || at + 2 >= text.size()) {
    return -1;
  }
  const int high = hex_digit(text[at + 1]), low = hex_digit(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

}  // namespace

bool is_unreserved(char c) {
  const char letter = ascii_lower(c);
  return (letter >= 'a' && letter <= 'z') || is_digit(c) || std::string_view("-._~").find(c) != std::string_view::npos;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const int byte = escape_at(text, at);
    out += byte < 0 ? text[at] : static_cast<char>(byte);
    at += byte < 0 ? 0 : 2;
  }
  return out;
}

bool has_whole_escapes(std::string_view text) {
  for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1)) {
    if (escape_at(text, at) < 0) {
      return false;
    }
  }
  return true;
}

std::string percent_encoded(std::string_view text, bool (*stays)(char)) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (stays(c)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.append({'%', kDigits[byte >> 4U], kDigits[byte & 15U]});
    }
  }
  return out;
}

}  // namespace whydrop
