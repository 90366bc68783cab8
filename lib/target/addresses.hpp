#pragma once

#include "base/result.hpp"
#include "net/client.hpp"

#include <string>

namespace whydrop::target {

/// "host:port:addr[,addr]…" as curl's --resolve; "*" is any host; IPv6 addresses may stand in brackets.
Result<net::AddressOverride> parse_resolve(const std::string& text);
/// "host:port:host:port" as curl's --connect-to; each part may be empty.
Result<net::AddressOverride> parse_connect_to(const std::string& text);

/// `options` of a connection that is made to `at`, "http://host:port" or "https://host:port", by its scheme, past a
/// proxy unless a person gave it; names and paths stay as they are. Unchanged where `at` is empty.
Result<net::ConnectOptions> with_connect_override(const std::string& at,
                                                  bool proxy_is_given,
                                                  Result<net::ConnectOptions> options);

}  // namespace whydrop::target
