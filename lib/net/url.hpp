#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace whydrop::net {

/// A ws or wss URL, taken apart. https and http are taken as wss and ws. RFC 6455 section 3, RFC 3986.
struct Url {
  bool tls = false;
  std::string host;  ///< without brackets
  std::uint16_t port = 80;
  std::string target = "/";    ///< path and query, never empty
  std::string user, password;  ///< percent-decoded userinfo
  std::string text() const;    ///< "wss://host:port/path?query", default port left out, without userinfo
  std::string host_header() const;
  std::string origin() const;  ///< "wss://host:port": what a credential belongs to. RFC 6454 section 4
};

/// "host:port", an IPv6 address in brackets. RFC 3986 section 3.2.2.
std::string host_and_port(std::string_view host, std::uint16_t port);

/// Errors: usage, "url …: why". A fragment is refused (RFC 6455 section 3); without a scheme, a hint names both.
Result<Url> parse_url(std::string_view text);

}  // namespace whydrop::net
