#include "target/endpoint.hpp"

#include "base/text.hpp"
#include "base/try.hpp"
#include "base/units.hpp"

#include <algorithm>

#include <arpa/inet.h>
#include <net/if.h>

namespace whydrop::target {
namespace {

bool names_an_interface(const std::string& name) {
  in6_addr address{};
  return if_nametoindex(name.c_str()) != 0 || inet_pton(AF_INET, name.c_str(), &address) == 1 ||
         inet_pton(AF_INET6, name.c_str(), &address) == 1;
}

void set_times_and_limits(const Endpoint& endpoint, net::ConnectOptions& options) {
  options.connect_timeout = endpoint.connect_timeout;
  options.ping_interval = endpoint.ping_interval;
  options.ping_timeout = endpoint.ping_interval.count() > 0 ? endpoint.ping_timeout : std::chrono::nanoseconds(0);
  options.idle_timeout = endpoint.idle_timeout;
  options.pong = endpoint.pong;
  options.max_message = endpoint.max_message;
}

/// All but headers, proxy and what stands in for the server.
net::ConnectOptions plain_options(const Endpoint& endpoint, const net::Url& url) {
  net::ConnectOptions options;
  options.url = url;
  options.subprotocols = endpoint.subprotocols;
  options.origin = endpoint.origin;
  options.user_agent = endpoint.user_agent.value_or("whydrop");
  options.cookie = endpoint.cookie;
  options.basic_user = endpoint.user ? endpoint.user->name : url.user;
  options.basic_password = endpoint.user ? endpoint.user->password : url.password;
  options.tls = endpoint.tls;
  options.overrides = endpoint.overrides;
  options.ip_version = endpoint.ip_version;
  options.interface_name = endpoint.interface_name;
  options.unix_socket = endpoint.unix_socket;
  options.compression = endpoint.compression;
  set_times_and_limits(endpoint, options);
  return options;
}

}  // namespace

Result<void> check_endpoint(const Endpoint& endpoint, const os::FileReader& read) {
  if (!endpoint.tls.key.empty() && endpoint.tls.cert.empty()) {
    return fail(ErrorKind::usage, "option --key: no certificate to go with it", "--cert FILE");
  }
  for (const std::string& path : {endpoint.tls.cacert, endpoint.tls.cert, endpoint.tls.key}) {
    WHYDROP_TRY(path.empty() ? Result<std::string>() : read(path));
  }
  const std::string& name = endpoint.interface_name;
  return name.empty() || names_an_interface(name)
             ? Result<void>()
             : fail(ErrorKind::usage,
                    "option --interface: '" + name + "' is no interface of this machine, and no address",
                    "ip link lists them");
}

Result<net::ConnectOptions> connect_options(const Endpoint& endpoint, const net::Url& url) {
  net::ConnectOptions options = plain_options(endpoint, url);
  WHYDROP_TRY(check_header_values(options));
  if (endpoint.unix_socket.empty()) {
    auto proxy = choose_proxy(endpoint.proxies, url);
    WHYDROP_TRY(proxy);
    options.proxy = std::move(*proxy);
  }
  apply_headers(endpoint.headers, options);
  const bool own_files = !endpoint.tls.cacert.empty() || !endpoint.tls.cert.empty();
  WHYDROP_TRY(own_files ? net::check(options) : Result<void>());
  if (endpoint.at) {
    lead_to(*endpoint.at, options);
    options.proxy = endpoint.proxies.given ? options.proxy : net::ProxyOptions();
  }
  return options;
}

std::optional<net::PongPolicy> parse_pong(const std::string& text) {
  constexpr std::string_view kDelay = "delay=";
  net::PongPolicy policy;
  policy.enabled = text != "off";
  if (text == "on" || text == "off") {
    return policy;
  }
  const auto delay = text.rfind(kDelay, 0) == 0 ? parse_duration(std::string_view(text).substr(kDelay.size()))
                                                : Result<std::chrono::nanoseconds>(fail(ErrorKind::usage, ""));
  if (!delay) {
    return std::nullopt;
  }
  policy.delay = *delay;
  return policy;
}

bool gives_header(const Endpoint& endpoint, const std::string& header) {
  const std::string name = lower_case(header);
  const auto names_it = [&name](const HeaderLine& line) { return lower_case(line.name) == name; };
  return std::any_of(endpoint.headers.begin(), endpoint.headers.end(), names_it) ||
         (name == "origin" && !endpoint.origin.empty()) || (name == "cookie" && !endpoint.cookie.empty()) ||
         (name == "authorization" && endpoint.user);
}

}  // namespace whydrop::target
