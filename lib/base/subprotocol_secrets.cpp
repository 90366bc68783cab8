#include "base/subprotocol_secrets.hpp"

#include "base/secret_keys.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace whydrop {
namespace {

/// So short, it is a word and no credential.
constexpr std::size_t kShortestItem = 8;
constexpr std::string_view kSeparators = ".-_|= ";
/// Marks that end in words of their own.
constexpr std::string_view kMarks[] = {"base64url.bearer.authorization.k8s.io.", "openai-insecure-api-key."};

/// What chance made, and not words and a version: long without a dot, or with many digits.
bool is_like_credential(std::string_view text) {
  constexpr std::ptrdiff_t kManyDigits = 3;
  const bool one_word = text.find('.') == std::string_view::npos;
  return (one_word && text.size() >= 2 * kShortestItem) ||
         (text.size() >= kShortestItem && std::count_if(text.begin(), text.end(), is_digit) >= kManyDigits);
}

/// How much of an item names the credential that follows; 0 if none does.
std::size_t mark_length(std::string_view item) {
  for (const std::string_view mark : kMarks) {
    if (starts_with(item, mark)) {
      return mark.size();
    }
  }
  for (std::size_t at = item.find_first_of(kSeparators); at != std::string_view::npos && at > 0;
       at = item.find_first_of(kSeparators, at + 1)) {
    const std::string_view rest = item.substr(at + 1);
    if (is_like_credential(rest) && is_secret_header(item.substr(0, at))) {
      return at + 1;
    }
  }
  return 0;
}

}  // namespace

std::optional<std::size_t> credential_in(std::string_view subprotocol, bool& next_too) {
  const std::size_t mark = next_too ? 0 : mark_length(subprotocol);
  const bool secret = mark > 0 || (next_too && subprotocol.size() >= kShortestItem);
  next_too = !next_too && mark == 0 && is_secret_header(subprotocol);
  return secret ? std::optional(mark) : std::nullopt;
}

}  // namespace whydrop
