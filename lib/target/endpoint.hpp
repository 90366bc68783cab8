// Rule of this module: target/ holds what a person says of where to connect, as values, and what it means, as curl has
// it.
#pragma once

#include "base/result.hpp"
#include "net/client.hpp"
#include "os/environment.hpp"
#include "target/addresses.hpp"
#include "target/headers.hpp"
#include "target/proxy.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::target {

/// A name and a password for HTTP Basic. RFC 7617.
struct User {
  std::string name, password;
};

/// Where to connect and how, save for the URL: what a person says, its files and the environment read.
struct Endpoint {
  std::vector<HeaderLine> headers;
  std::vector<std::string> subprotocols;
  std::string origin, cookie;
  std::optional<User> user;               ///< null: the URL's
  std::optional<std::string> user_agent;  ///< null: "whydrop"
  net::TlsOptions tls;
  ProxyRules proxies;
  std::vector<net::AddressOverride> overrides;
  std::optional<StandIn> at;  ///< connect there instead, past a proxy unless -x names it
  std::string interface_name, unix_socket;
  int ip_version = 0;  ///< 0, 4 or 6
  bool compression = true;
  std::uint64_t redirects = 0;       ///< that are followed, at most
  bool allow_downgrade = false;      ///< a redirect may lead from TLS to clear text
  std::vector<std::string> send_to;  ///< hosts, or HOST:PORT, that values whose home is elsewhere may go to
  std::uint64_t max_message = 64U << 20;
  std::chrono::nanoseconds connect_timeout{std::chrono::seconds(10)};
  std::chrono::nanoseconds ping_interval{0}, ping_timeout{std::chrono::seconds(10)}, idle_timeout{0};
  net::PongPolicy pong;
};

/// Refuses what no connection can be made with: a key without a certificate, TLS files that cannot be read, an
/// interface that this machine does not have.
Result<void> check_endpoint(const Endpoint& endpoint, const os::FileReader& read);

/// What `endpoint` means for `url`. Errors: usage, for a header's or a proxy's mistake; local, for a TLS file.
Result<net::ConnectOptions> connect_options(const Endpoint& endpoint, const net::Url& url);

/// "on", "off" or "delay=DURATION".
std::optional<net::PongPolicy> parse_pong(const std::string& text);

/// True if a header of this name is given, as one or by what makes it: the origin, a cookie, the user.
bool gives_header(const Endpoint& endpoint, const std::string& header);

}  // namespace whydrop::target
