#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop {

/// True for the name of a JSON field or query parameter whose value is a secret, in any of its spellings (access_token,
/// accessToken, Access-Token).
bool is_secret_key(std::string_view name);
/// True for a header field whose value is a secret: Authorization and cookies, and names that end like a secret key
/// (X-Api-Key, X-Auth-Token).
bool is_secret_header(std::string_view name);
/// False only where no secret key ends with these two characters: a cheap first look.
constexpr bool may_end_secret_key(char last_but_one, char last) {
  constexpr char kLowerCase = 0x20;
  const auto before = static_cast<char>(last_but_one | kLowerCase);
  switch (last | kLowerCase) {
  case 'n':
    return before == 'e' || before == 'o';
  case 't':
    return before == 'w' || before == 'e';
  case 'd':
    return before == 'r';
  case 'y':
    return before == 'e';
  default:
    return false;
  }
}
/// The well-known secret keys, and others.
class SecretKeys {
 public:
  void add(std::string_view name);
  bool has(std::string_view name) const;
  /// As may_end_secret_key.
  bool may_end(char last_but_one, char last) const {
    return may_end_secret_key(last_but_one, last) || (!others_.empty() && may_end_other(last));
  }

 private:
  bool may_end_other(char last) const;

  std::vector<std::string> others_;  ///< without case, '_' and '-'
};
/// Length of "Bearer " or the like at the front of a credential, which may be shown; 0 if there is none. RFC 9110
/// section 11.4.
std::size_t scheme_length(std::string_view credential);

}  // namespace whydrop
