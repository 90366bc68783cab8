#pragma once

#include "base/result.hpp"
#include "net/client.hpp"

#include <string>

namespace whydrop::cli {

/// "host:port:addr[,addr]…" as curl's --resolve; "*" is any host; IPv6 addresses may stand in brackets.
Result<net::AddressOverride> parse_resolve(const std::string& text);
/// "host:port:host:port" as curl's --connect-to; each part may be empty.
Result<net::AddressOverride> parse_connect_to(const std::string& text);

}  // namespace whydrop::cli
