// Rule of this module: target/ holds what a person says of where to connect, as values, and what it means, as curl has
// it.
#pragma once

#include "base/result.hpp"
#include "net/client.hpp"
#include "os/environment.hpp"
#include "target/headers.hpp"
#include "target/proxy.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::target {

/// The flags that say where to connect and how, as given. curl's names where curl has one.
struct EndpointSettings {
  std::vector<std::string> headers, subprotocols, cookies, resolve, connect_to;
  std::string origin, user, user_agent = "whydrop";
  net::TlsOptions tls;
  ProxySettings proxy;
  std::string interface_name, unix_socket;
  bool ipv4 = false, ipv6 = false, no_compression = false, location = false;
  std::uint64_t max_redirects = 10, max_message = 64U << 20;
  std::chrono::nanoseconds connect_timeout{std::chrono::seconds(10)};
  std::chrono::nanoseconds ping_interval{0}, ping_timeout{std::chrono::seconds(10)}, idle_timeout{0};
  net::PongPolicy pong;
};

/// What `flags` mean for `url`.
Result<net::ConnectOptions> make_connect_options(const EndpointSettings& flags,
                                                 const net::Url& url,
                                                 const os::Environment& environment,
                                                 const os::FileReader& read);

/// "on", "off" or "delay=DURATION".
std::optional<net::PongPolicy> parse_pong(const std::string& text);

/// True if a person gives a header of this name, by -H or an option of its own.
bool gives_header(const EndpointSettings& flags, const std::string& header);

}  // namespace whydrop::target
