#include "base/secret_keys.hpp"

#include "base/secret_names.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace whydrop {
namespace {

constexpr std::string_view kSchemes[] = {"bearer ", "basic ", "digest ", "negotiate "};

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

constexpr bool is_separator(char c) {
  return c == '_' || c == '-' || c == '.' || c == ' ' || c == '[' || c == ']' || c == '$' || c == ':' || c == '@';
}

/// A name's letters and digits in lower case, and where its words begin. Only the end of a long name.
class Letters {
 public:
  explicit Letters(std::string_view name);
  std::string_view text() const { return {letters_.data(), size_}; }
  bool begins_word(std::size_t at) const { return (words_ >> at & 1) != 0; }

 private:
  static constexpr std::size_t kMost = 64;
  std::array<char, kMost> letters_{};
  std::size_t size_ = 0;
  std::uint64_t words_ = 0;
};

Letters::Letters(std::string_view name) {
  name.remove_prefix(name.size() - std::min(name.size(), kMost));
  bool after_separator = true;
  for (std::size_t at = 0; at < name.size(); ++at) {
    const char c = name[at];
    if (is_separator(c)) {
      after_separator = true;
      continue;
    }
    const bool hump = is_upper(c) && at > 0 &&
                      (!is_upper(name[at - 1]) || (at + 1 < name.size() && lower(name[at + 1]) == name[at + 1] &&
                                                   !is_separator(name[at + 1]) && !is_digit(name[at + 1])));
    if (after_separator || hump || (at > 0 && is_digit(name[at - 1]) && !is_digit(c))) {
      words_ |= std::uint64_t{1} << size_;
    }
    after_separator = false;
    letters_[size_++] = lower(c);
  }
}

/// Behind the words that count: password2, X-Hub-Signature-256.
std::string_view without_digits(std::string_view text) {
  while (!text.empty() && is_digit(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

bool ends_with(std::string_view name, std::string_view end) {
  return name.size() >= end.size() && name.substr(name.size() - end.size()) == end;
}

bool matches(const SecretName& row, const Letters& name, std::string_view text) {
  if (!ends_with(text, row.letters)) {
    return false;
  }
  const std::size_t at = text.size() - row.letters.size();
  switch (row.front) {
  case NameFront::any:
    return true;
  case NameFront::words:
    return name.begins_word(at);
  case NameFront::none:
    return at == 0;
  }
  return false;
}

// Two letters, each as a number below 32.
constexpr std::size_t kLetters = 32;
constexpr std::size_t pair_of(char last_but_one, char last) {
  return (static_cast<unsigned char>(last_but_one) % kLetters) * kLetters + static_cast<unsigned char>(last) % kLetters;
}

constexpr auto make_ends() {
  std::array<bool, kLetters * kLetters> ends{};
  for (const SecretName& row : kSecretNames) {
    ends[pair_of(row.letters[row.letters.size() - 2], row.letters.back())] = true;
  }
  return ends;
}
constexpr auto kEnds = make_ends();

constexpr bool rows_are_sound() {
  for (const SecretName& row : kSecretNames) {
    for (const char c : row.letters) {
      if (c < 'a' || c > 'z') {
        return false;
      }
    }
    if (row.letters.size() < 2 || row.reason.empty()) {
      return false;
    }
  }
  return true;
}
static_assert(rows_are_sound(), "a row's words are lower-case letters, two at least, and it has a reason");

constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || is_upper(c);
}

constexpr unsigned bit_of(NamePlace place) {
  return 1U << static_cast<unsigned>(place);
}

std::string normal(std::string_view name) {
  return std::string(Letters(name).text());
}

}  // namespace

/// Of the rows that match, the one with the most letters counts.
Secrecy secrecy_of(std::string_view name, NamePlace place) {
  const Letters letters(name);
  const std::string_view text = without_digits(letters.text());
  const SecretName* best = nullptr;
  if (text.size() < 2 || !kEnds[pair_of(text[text.size() - 2], text.back())]) {
    return Secrecy::none;
  }
  for (const SecretName& row : kSecretNames) {
    const bool longer = best == nullptr || row.letters.size() > best->letters.size();
    if (longer && (row.places & bit_of(place)) != 0 && matches(row, letters, text)) {
      best = &row;
    }
  }
  return best == nullptr ? Secrecy::none : best->secrecy;
}

bool may_end_secret_key(char last_but_one, char last) {
  return !is_letter(last) || !is_letter(last_but_one) || kEnds[pair_of(last_but_one, last)];
}

bool is_secret_key(std::string_view name) {
  return secrecy_of(name, NamePlace::member) != Secrecy::none;
}

bool is_secret_header(std::string_view name) {
  return secrecy_of(name, NamePlace::header) != Secrecy::none;
}

void SecretKeys::add(std::string_view name) {
  if (std::string plain = normal(name); !plain.empty() && secrecy_of(name, NamePlace::member) != Secrecy::whole) {
    others_.push_back(std::move(plain));
  }
}

Secrecy SecretKeys::secrecy(std::string_view name, NamePlace place) const {
  const bool added = !others_.empty() && std::find(others_.begin(), others_.end(), normal(name)) != others_.end();
  return added ? Secrecy::whole : secrecy_of(name, place);
}

bool SecretKeys::may_end_other(char last) const {
  // a key may end in a character that does not count
  return is_separator(last) || std::any_of(others_.begin(), others_.end(), [last](const std::string& key) {
           return key.back() == lower(last);
         });
}

std::size_t scheme_length(std::string_view credential) {
  for (const std::string_view scheme : kSchemes) {
    const std::string_view front = credential.substr(0, scheme.size());
    if (std::equal(
            front.begin(), front.end(), scheme.begin(), scheme.end(), [](char a, char b) { return lower(a) == b; })) {
      return scheme.size();
    }
  }
  return 0;
}

}  // namespace whydrop
