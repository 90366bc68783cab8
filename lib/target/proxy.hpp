#pragma once

#include "base/result.hpp"
#include "net/client.hpp"
#include "os/environment.hpp"

#include <string>
#include <string_view>

namespace whydrop::target {

/// The proxy for `url`: `given` (-x; an empty one means none) or else the environment's, as curl reads it: http_proxy
/// for ws (lower case only), https_proxy or HTTPS_PROXY for wss, then all_proxy or ALL_PROXY, unless no_proxy or
/// NO_PROXY names the host. `user` is -U's "name:password".
struct ProxySettings {
  bool is_given = false;  ///< -x was given
  std::string given, user, no_proxy;
};
Result<net::ProxyOptions> choose_proxy(const ProxySettings& flags,
                                       const net::Url& url,
                                       const os::Environment& environment);

/// True if a no_proxy list names `host`: itself, a parent domain, an address, a CIDR block or "*".
bool bypasses_proxy(std::string_view list, std::string_view host);

}  // namespace whydrop::target
