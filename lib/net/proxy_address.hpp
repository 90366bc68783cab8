#pragma once

#include "base/result.hpp"
#include "net/client.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace whydrop::net {

/// A proxy's URL taken apart. RFC 1928, RFC 9110 section 9.3.6.
struct ProxyAddress {
  enum class Kind : std::uint8_t { http, socks5 };
  Kind kind = Kind::http;
  bool resolves = true;  ///< the proxy looks the name up; false: we do (socks5://)
  std::string host;
  std::uint16_t port = 1080;  ///< as curl takes it where none is given
  std::string user, password;
};

/// "http" or "socks5".
std::string_view name(ProxyAddress::Kind kind);
/// Errors: usage, "proxy …: why".
Result<ProxyAddress> parse_proxy(const ProxyOptions& options);

}  // namespace whydrop::net
