#include "base/text.hpp"
#include "handshake/head.hpp"

#include <algorithm>

namespace whydrop::handshake {
namespace {

constexpr std::string_view kTokenMarks = "!#$%&'*+-.^_`|~";

bool is_token_char(char c) {
  const char folded = ascii_lower(c);
  return (folded >= 'a' && folded <= 'z') || (c >= '0' && c <= '9') || kTokenMarks.find(c) != kTokenMarks.npos;
}

}  // namespace

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == text.npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace whydrop::handshake
