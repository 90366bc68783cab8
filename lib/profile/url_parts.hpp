#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace whydrop::profile {

/// A URL, or a template of one, taken apart as far as it goes. Nothing is decoded. RFC 3986 section 3.
struct UrlParts {
  std::string scheme;  ///< in lower case; empty where there is none
  std::string host;    ///< in lower case, without brackets
  std::string port;    ///< digits, or empty
  std::string path;    ///< "/" where there is none
  std::vector<std::pair<std::string, std::string>> query;

  const std::string* parameter(std::string_view name) const;
};
/// Total: any text has parts.
UrlParts split_url(std::string_view url);

/// True for this machine's own names and addresses: localhost, 127.0.0.0/8, ::1.
bool is_loopback(std::string_view host);

}  // namespace whydrop::profile
