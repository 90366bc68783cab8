#pragma once

#include "base/result.hpp"
#include "net/client.hpp"

#include <string>

namespace whydrop::cli {

/// "host:port:addr[,addr]…" as curl's --resolve; "*" is any host; IPv6 addresses may stand in brackets.
Result<net::AddressOverride> parse_resolve(const std::string& text);
/// "host:port:host:port" as curl's --connect-to; each part may be empty.
Result<net::AddressOverride> parse_connect_to(const std::string& text);

/// "http://host:port" or "https://host:port", as --at takes it.
Result<net::Url> parse_at(const std::string& text);
/// Leads a connection to `at`, by its scheme, past proxies of the environment; names and paths stay as they are.
void lead_to(const net::Url& at, net::ConnectOptions& options);

}  // namespace whydrop::cli
