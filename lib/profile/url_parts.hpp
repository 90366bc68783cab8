#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace whydrop::profile {

/// Names and values, in order.
using Query = std::vector<std::pair<std::string, std::string>>;
/// Of the text behind a URL's "?", or of a form's body. Nothing is decoded; a name without "=" has an empty value.
Query split_query(std::string_view text);
/// The first value of that name; null if there is none.
const std::string* find_in(const Query& query, std::string_view name);

/// A URL, or a template of one, taken apart as far as it goes. Nothing is decoded. RFC 3986 section 3.
struct UrlParts {
  std::string scheme;  ///< in lower case; empty where there is none
  std::string host;    ///< in lower case, without brackets
  std::string port;    ///< digits, or empty
  std::string path;    ///< "/" where there is none
  Query query;
};
/// Total: any text has parts.
UrlParts split_url(std::string_view url);

/// True for this machine's own names and addresses: localhost, 127.0.0.0/8, ::1.
bool is_loopback(std::string_view host);

}  // namespace whydrop::profile
