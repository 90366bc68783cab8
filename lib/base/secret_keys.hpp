#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop {

/// Where a name stands that may mean a secret.
enum class NamePlace : std::uint8_t {
  member,     ///< of a JSON object
  parameter,  ///< of a query, a fragment or a form, or a cookie
  header,     ///< a field of HTTP or of STOMP
};

/// What of a name's value is secret.
enum class Secrecy : std::uint8_t {
  none,
  beside_state,  ///< a parameter's value, where the same query has `state` or `grant_type` too. RFC 6749 section 4.1.2
  text,          ///< a string, and all of a parameter or header; a number, an object or a list under the name is not
  whole,         ///< all of it: strings and numbers in objects and lists below as well
};

/// What a name says of its value. Names are compared by their words: case, '-', '_', '.' and camelCase do not matter,
/// nor what stands before the words that count (`x-api-key`, `apiKey`, `APP_API_KEY`), nor digits behind them.
Secrecy secrecy_of(std::string_view name, NamePlace place);

/// False only where no name that ends with these two characters is secret: a cheap first look.
bool may_end_secret_key(char last_but_one, char last);

/// True for the name of a JSON member whose value is a secret.
bool is_secret_key(std::string_view name);
/// True for a header field whose value is a secret: Authorization, cookies, X-Api-Key, X-Auth-Token.
bool is_secret_header(std::string_view name);

/// The well-known secret names, and others.
class SecretKeys {
 public:
  void add(std::string_view name);
  /// An added name is secret as a whole, at every place.
  Secrecy secrecy(std::string_view name, NamePlace place) const;
  /// True if any of a member's or a parameter's value is secret.
  bool has(std::string_view name, NamePlace place = NamePlace::member) const {
    return secrecy(name, place) != Secrecy::none;
  }
  /// As may_end_secret_key.
  bool may_end(char last_but_one, char last) const {
    return may_end_secret_key(last_but_one, last) || (!others_.empty() && may_end_other(last));
  }

 private:
  bool may_end_other(char last) const;

  std::vector<std::string> others_;  ///< without case and separators
};
/// Length of "Bearer " or the like at the front of a credential, which may be shown; 0 if there is none. RFC 9110
/// section 11.4.
std::size_t scheme_length(std::string_view credential);

}  // namespace whydrop
