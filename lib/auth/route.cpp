#include "auth/route.hpp"

#include "handshake/head.hpp"
#include "net/proxy_address.hpp"

#include <algorithm>

#include <arpa/inet.h>

namespace whydrop::auth {
namespace {

bool is_ip(const std::string& host) {
  in6_addr address{};
  return ::inet_pton(AF_INET, host.c_str(), &address) == 1 || ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

bool matches(const net::AddressOverride& rule, const HostPort& where) {
  return (rule.host.empty() || handshake::same_token(rule.host, where.host)) &&
         (rule.port == 0 || rule.port == where.port);
}

}  // namespace

HostPort target_of(const net::ConnectOptions& options) {
  const HostPort asked{options.url.host, options.url.port};
  for (const net::AddressOverride& rule : options.overrides) {
    if (rule.addresses.empty() && matches(rule, asked)) {
      return {rule.to_host.empty() ? asked.host : rule.to_host, rule.to_port == 0 ? asked.port : rule.to_port};
    }
  }
  return asked;
}

std::optional<HostPort> name_to_look_up(const net::ConnectOptions& options) {
  const auto proxy = net::parse_proxy(options.proxy);
  const HostPort first = options.proxy.url.empty() || !proxy ? target_of(options) : HostPort{proxy->host, proxy->port};
  const bool pinned = std::any_of(options.overrides.begin(), options.overrides.end(), [&](const auto& rule) {
    return !rule.addresses.empty() && matches(rule, first);
  });
  return pinned || is_ip(first.host) || !options.unix_socket.empty() ? std::nullopt : std::optional(first);
}

}  // namespace whydrop::auth
