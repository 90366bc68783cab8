#pragma once

#include "base/result.hpp"
#include "net/client.hpp"
#include "os/environment.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace whydrop::target {

/// What says which proxy a connection goes through.
struct ProxyRules {
  std::optional<std::string> given;  ///< -x: wins over the environment; an empty one means none
  std::string user;                  ///< -U, "name:password"
  std::string no_proxy;              ///< --noproxy, else with no -x the environment's: hosts that need none
  std::string for_ws, for_wss;       ///< the environment's; empty: none
};

/// The rules of the environment, as curl reads it: http_proxy for ws (lower case only), https_proxy or HTTPS_PROXY for
/// wss, then all_proxy or ALL_PROXY; no_proxy or NO_PROXY names the hosts that need none.
ProxyRules environment_proxies(const os::Environment& environment);

/// The proxy for `url`. Errors: usage.
Result<net::ProxyOptions> choose_proxy(const ProxyRules& rules, const net::Url& url);

/// True if a no_proxy list names `host`: itself, a parent domain, an address, a CIDR block or "*".
bool bypasses_proxy(std::string_view list, std::string_view host);

}  // namespace whydrop::target
