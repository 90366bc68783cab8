#include "target/endpoint.hpp"

#include "base/text.hpp"
#include "base/try.hpp"
#include "base/units.hpp"
#include "target/addresses.hpp"

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

std::string joined_cookies(const std::vector<std::string>& cookies) {
  std::string all;
  for (const std::string& cookie : cookies) {
    all += (all.empty() ? "" : "; ") + cookie;
  }
  return all;
}

void set_credentials(const EndpointSettings& flags, const net::Url& url, net::ConnectOptions& options) {
  options.basic_user = url.user;
  options.basic_password = url.password;
  if (!flags.user.empty()) {
    const std::size_t colon = flags.user.find(':');
    options.basic_user = flags.user.substr(0, colon);
    options.basic_password = colon == std::string::npos ? "" : flags.user.substr(colon + 1);
  }
}

Result<void> set_overrides(const EndpointSettings& flags, net::ConnectOptions& options) {
  for (const auto& [texts, parse] :
       {std::pair(&flags.resolve, &parse_resolve), std::pair(&flags.connect_to, &parse_connect_to)}) {
    for (const std::string& text : *texts) {
      auto parsed = parse(text);
      WHYDROP_TRY(parsed);
      options.overrides.push_back(std::move(*parsed));
    }
  }
  return {};
}

void set_times_and_limits(const EndpointSettings& flags, net::ConnectOptions& options) {
  options.connect_timeout = flags.connect_timeout;
  options.ping_interval = flags.ping_interval;
  options.ping_timeout = flags.ping_interval.count() > 0 ? flags.ping_timeout : std::chrono::nanoseconds(0);
  options.idle_timeout = flags.idle_timeout;
  options.pong = flags.pong;
  options.max_message = flags.max_message;
}

}  // namespace

Result<net::ConnectOptions> make_connect_options(const EndpointSettings& flags,
                                                 const net::Url& url,
                                                 const os::Environment& environment,
                                                 const os::FileReader& read) {
  net::ConnectOptions options;
  options.url = url;
  options.subprotocols = flags.subprotocols;
  options.origin = flags.origin;
  options.user_agent = flags.user_agent;
  options.cookie = joined_cookies(flags.cookies);
  options.tls = flags.tls;
  options.tls.key_log_file = environment("SSLKEYLOGFILE");
  options.ip_version = flags.ipv4 ? 4 : flags.ipv6 ? 6 : 0;
  options.interface_name = flags.interface_name;
  options.unix_socket = flags.unix_socket;
  options.compression = !flags.no_compression;
  set_credentials(flags, url, options);
  set_times_and_limits(flags, options);
  WHYDROP_TRY(check_header_values(options));
  if (!flags.tls.key.empty() && flags.tls.cert.empty()) {
    return fail(ErrorKind::usage, "option --key: no certificate to go with it", "--cert FILE");
  }
  for (const std::string& path : {flags.tls.cacert, flags.tls.cert, flags.tls.key}) {
    WHYDROP_TRY(path.empty() ? Result<std::string>() : read(path));
  }
  if (!flags.interface_name.empty() && !names_an_interface(flags.interface_name)) {
    return fail(ErrorKind::usage,
                "option --interface: '" + flags.interface_name + "' is no interface of this machine, and no address",
                "ip link lists them");
  }
  WHYDROP_TRY(set_overrides(flags, options));
  if (flags.unix_socket.empty()) {
    auto proxy = choose_proxy(flags.proxy, url, environment);
    WHYDROP_TRY(proxy);
    options.proxy = std::move(*proxy);
  }
  WHYDROP_TRY(apply_headers(flags.headers, read, options));
  const bool own_files = !flags.tls.cacert.empty() || !flags.tls.cert.empty();
  WHYDROP_TRY(own_files ? net::check(options) : Result<void>());
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

bool gives_header(const EndpointSettings& flags, const std::string& header) {
  const std::string name = lower_case(header);
  const auto names_it = [&name](const std::string& given) {
    return lower_case(given.substr(0, given.find_first_of(":;"))) == name;
  };
  return std::any_of(flags.headers.begin(), flags.headers.end(), names_it) ||
         (name == "origin" && !flags.origin.empty()) || (name == "cookie" && !flags.cookies.empty()) ||
         (name == "authorization" && !flags.user.empty());
}

}  // namespace whydrop::target
