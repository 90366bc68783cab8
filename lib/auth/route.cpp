#include "auth/route.hpp"

#include "handshake/head.hpp"

#include <algorithm>
#include <cstdlib>

#include <arpa/inet.h>

namespace whydrop::auth {
namespace {

constexpr std::uint16_t kProxyPort = 1080;  ///< as curl takes it where none is given

bool is_ip(const std::string& host) {
  in6_addr address{};
  return ::inet_pton(AF_INET, host.c_str(), &address) == 1 || ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

bool matches(const net::AddressOverride& rule, const HostPort& where) {
  return (rule.host.empty() || handshake::same_token(rule.host, where.host)) &&
         (rule.port == 0 || rule.port == where.port);
}

std::string without_brackets(const std::string& host) {
  return host.size() > 2 && host.front() == '[' ? host.substr(1, host.size() - 2) : host;
}

}  // namespace

ProxyName proxy_name(const std::string& url) {
  const std::size_t scheme = url.find("://");
  std::string rest = scheme == std::string::npos ? url : url.substr(scheme + 3);
  rest = rest.substr(rest.rfind('@') + 1);
  rest = rest.substr(0, rest.find('/'));
  const std::size_t colon = rest.rfind(':');
  const bool has_port = colon != std::string::npos && rest.find(']', colon) == std::string::npos;
  const auto port =
      has_port ? static_cast<std::uint16_t>(std::strtoul(rest.c_str() + colon + 1, nullptr, 10)) : kProxyPort;
  return {url.compare(0, 5, "socks") == 0 ? "socks5" : "http",
          {without_brackets(has_port ? rest.substr(0, colon) : rest), port}};
}

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
  const HostPort first = options.proxy.url.empty() ? target_of(options) : proxy_name(options.proxy.url).at;
  const bool pinned = std::any_of(options.overrides.begin(), options.overrides.end(), [&](const auto& rule) {
    return !rule.addresses.empty() && matches(rule, first);
  });
  return pinned || is_ip(first.host) || !options.unix_socket.empty() ? std::nullopt : std::optional(first);
}

}  // namespace whydrop::auth
