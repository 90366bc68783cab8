#include "base/secret_keys.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace whydrop {
namespace {

// Without case, '_' and '-'.
constexpr std::string_view kKeys[] = {"token",
                                      "accesstoken",
                                      "guesttoken",
                                      "idtoken",
                                      "refreshtoken",
                                      "jwt",
                                      "clientsecret",
                                      "password",
                                      "apikey",
                                      "secret",
                                      "authorization"};
constexpr std::string_view kHeaders[] = {"authorization", "proxyauthorization", "cookie", "setcookie"};
constexpr std::string_view kHeaderEnds[] = {"token", "secret", "password", "apikey", "jwt"};
constexpr std::string_view kSchemes[] = {"bearer ", "basic ", "digest ", "negotiate "};
constexpr std::size_t kLongest = 64;

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string normal(std::string_view name) {
  std::string out;
  for (const char c : name.substr(0, kLongest)) {
    if (c != '_' && c != '-') {
      out += lower(c);
    }
  }
  return out;
}

template <typename List>
bool contains(const List& list, std::string_view name) {
  return std::find(std::begin(list), std::end(list), name) != std::end(list);
}

bool ends_with(std::string_view name, std::string_view end) {
  return name.size() >= end.size() && name.substr(name.size() - end.size()) == end;
}

constexpr bool each_key_may_end() {
  for (const std::string_view key : kKeys) {
    if (!may_end_secret_key(key[key.size() - 2], key.back())) {
      return false;
    }
  }
  return true;
}

static_assert(each_key_may_end());

}  // namespace

bool is_secret_key(std::string_view name) {
  return contains(kKeys, normal(name));
}

bool is_secret_header(std::string_view name) {
  const std::string plain = normal(name);
  return contains(kHeaders, plain) ||
         std::any_of(std::begin(kHeaderEnds), std::end(kHeaderEnds), [&](auto end) { return ends_with(plain, end); });
}

void SecretKeys::add(std::string_view name) {
  if (std::string plain = normal(name); !plain.empty() && !is_secret_key(plain)) {
    others_.push_back(std::move(plain));
  }
}

bool SecretKeys::has(std::string_view name) const {
  return is_secret_key(name) || (!others_.empty() && contains(others_, normal(name)));
}

bool SecretKeys::may_end_other(char last) const {
  // a key may end in a character that does not count
  return last == '_' || last == '-' || std::any_of(others_.begin(), others_.end(), [last](const std::string& key) {
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
