#pragma once

#include "base/result.hpp"
#include "cli/options/environment.hpp"
#include "cli/options/headers.hpp"
#include "cli/options/proxy.hpp"
#include "net/client.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::cli {

class Options;

/// The flags that say where to connect and how, as given. curl's names where curl has one.
struct EndpointFlags {
  std::vector<std::string> headers, subprotocols, cookies, resolve, connect_to;
  std::string origin, user, user_agent = "whydrop";
  net::TlsOptions tls;
  ProxyFlags proxy;
  std::string interface_name, unix_socket;
  bool ipv4 = false, ipv6 = false, no_compression = false, location = false;
  std::uint64_t max_redirects = 10, max_message = 64U << 20;
  std::chrono::nanoseconds connect_timeout{std::chrono::seconds(10)};
  std::chrono::nanoseconds ping_interval{0}, ping_timeout{std::chrono::seconds(10)}, idle_timeout{0};
  net::PongPolicy pong;
};

void add_endpoint_options(Options& options, EndpointFlags& flags);
/// Those of them that a REST call has too: TLS and network. `key_help`: where --key is more than the certificate's.
void add_transport_options(Options& options,
                           EndpointFlags& flags,
                           const std::string& key_help = "Key of the client certificate");

/// What `flags` mean for `url`.
Result<net::ConnectOptions> make_connect_options(const EndpointFlags& flags,
                                                 const net::Url& url,
                                                 const Environment& environment,
                                                 const FileReader& read);

/// "on", "off" or "delay=DURATION".
std::optional<net::PongPolicy> parse_pong(const std::string& text);

}  // namespace whydrop::cli
