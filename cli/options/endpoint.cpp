#include "cli/options/endpoint.hpp"

#include "base/units.hpp"
#include "cli/options.hpp"
#include "cli/options/addresses.hpp"
#include "cli/options/values.hpp"

#include <arpa/inet.h>
#include <net/if.h>

namespace whydrop::cli {
namespace {

void add_request_options(Options& options, EndpointFlags& flags) {
  options.group("Request");
  options.list(
      "-H,--header",
      "HEADER",
      flags.headers,
      "Send this header, as curl does: 'Name: value', 'Name;' sends it empty, 'Name:' takes it away, @FILE holds "
      "one a line");
  options.text("-o,--origin", "ORIGIN", flags.origin, "Send an Origin header");
  options.list("-s,--subprotocol,--protocol", "NAME", flags.subprotocols, "Offer a subprotocol");
  options.list("-b,--cookie", "NAME=VALUE", flags.cookies, "Send a cookie");
  options.text(
      "-u,--user", "USER:PASSWORD", flags.user, "Authenticate with HTTP Basic; without a password it is asked for");
  options.text("-A,--user-agent", "NAME", flags.user_agent, "Send this User-Agent (whydrop)");
  options.flag("-L,--location", flags.location, "Follow redirects; credentials go to the first host only");
  options.number("--max-redirs", "N", flags.max_redirects, 0, 1000, "Follow at most N redirects (10)");
}

void add_tls_options(Options& options, EndpointFlags& flags, const std::string& key_help) {
  options.group("TLS");
  options.flag("-k,--insecure", flags.tls.insecure, "Accept any certificate");
  options.text("--cacert,--ca", "PEM", flags.tls.cacert, "Trust the certificates of this file instead of the system's");
  options.text("--cert", "PEM", flags.tls.cert, "Client certificate; may hold its key too");
  options.text("--key", "PEM", flags.tls.key, key_help);
  options.text("--pass", "PHRASE", flags.tls.pass, "Pass phrase of the key");
  options.choice("--tls-max", {"1.2", "1.3"}, flags.tls.max_version, "Highest version of TLS to offer");
}

void add_path_options(Options& options, EndpointFlags& flags) {
  options.group("Network");
  options.list("--resolve", "HOST:PORT:ADDR", flags.resolve, "Use these addresses (ADDR[,ADDR]...) for HOST:PORT");
  options.list("--connect-to", "HOST1:PORT1:HOST2:PORT2", flags.connect_to, "Connect to HOST2:PORT2 for HOST1:PORT1");
  options.flag("-4,--ipv4", flags.ipv4, "Use IPv4 only");
  options.flag("-6,--ipv6", flags.ipv6, "Use IPv6 only");
  options.text("--interface", "NAME", flags.interface_name, "Send from this interface or address");
  options.text("--unix-socket", "FILE", flags.unix_socket, "Connect to a Unix domain socket");
  options.custom(
      {{"-x", "--proxy"},
       "URL",
       "Proxy: http://, socks5:// or socks5h://[user:password@]host:port; '' for none. Without it http_proxy, "
       "https_proxy, all_proxy and no_proxy of the environment count"},
      [&flags](const std::vector<std::string>& given) {
        flags.proxy.is_given = true;
        flags.proxy.given = given.back();
        return std::string();
      });
  options.text("-U,--proxy-user", "USER:PASSWORD", flags.proxy.user, "Credentials for the proxy");
  options.text("--noproxy", "LIST", flags.proxy.no_proxy, "Hosts that need no proxy");
  options.duration("--connect-timeout", flags.connect_timeout, "Limit from resolving to the upgrade's end (10s)");
}

void add_websocket_options(Options& options, EndpointFlags& flags) {
  options.group("WebSocket");
  options.flag("--no-compression", flags.no_compression, "Do not offer permessage-deflate");
  options.duration("--ping-interval", flags.ping_interval, "Send a ping this often");
  options.duration("--ping-timeout", flags.ping_timeout, "Drop the session if a ping is not answered in time (10s)");
  options.custom({{"--pong"},
                  "on|off|delay=DURATION",
                  "Answer pings at once (on, the default), never, or late",
                  {},
                  {"on", "off"}},
                 [&flags](const std::vector<std::string>& given) -> std::string {
                   const auto policy = parse_pong(given.back());
                   flags.pong = policy.value_or(flags.pong);
                   return policy ? "" : "'" + given.back() + "' is not on, off or delay=DURATION";
                 });
  options.duration("--idle-timeout", flags.idle_timeout, "Drop the session if nothing comes for this long");
  options.size("--max-message-size", flags.max_message, "Answer larger messages with Close 1009 (64M)");
}

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

void set_credentials(const EndpointFlags& flags, const net::Url& url, net::ConnectOptions& options) {
  options.basic_user = url.user;
  options.basic_password = url.password;
  if (!flags.user.empty()) {
    const std::size_t colon = flags.user.find(':');
    options.basic_user = flags.user.substr(0, colon);
    options.basic_password = colon == std::string::npos ? "" : flags.user.substr(colon + 1);
  }
}

Result<void> set_overrides(const EndpointFlags& flags, net::ConnectOptions& options) {
  for (const auto& [texts, parse] :
       {std::pair(&flags.resolve, &parse_resolve), std::pair(&flags.connect_to, &parse_connect_to)}) {
    for (const std::string& text : *texts) {
      auto parsed = parse(text);
      if (!parsed) {
        return tl::unexpected<Error>(parsed.error());
      }
      options.overrides.push_back(std::move(*parsed));
    }
  }
  return {};
}

void set_times_and_limits(const EndpointFlags& flags, net::ConnectOptions& options) {
  options.connect_timeout = flags.connect_timeout;
  options.ping_interval = flags.ping_interval;
  options.ping_timeout = flags.ping_interval.count() > 0 ? flags.ping_timeout : std::chrono::nanoseconds(0);
  options.idle_timeout = flags.idle_timeout;
  options.pong = flags.pong;
  options.max_message = flags.max_message;
}

}  // namespace

void add_endpoint_options(Options& options, EndpointFlags& flags) {
  add_request_options(options, flags);
  add_transport_options(options, flags);
  add_websocket_options(options, flags);
}

void add_transport_options(Options& options, EndpointFlags& flags, const std::string& key_help) {
  add_tls_options(options, flags, key_help);
  add_path_options(options, flags);
  options.contradict("-4", "-6");
  options.contradict("--unix-socket", "--proxy");
  options.contradict("--unix-socket", "--resolve");
  options.contradict("--insecure", "--cacert");
}

Result<net::ConnectOptions> make_connect_options(const EndpointFlags& flags,
                                                 const net::Url& url,
                                                 const Environment& environment,
                                                 const FileReader& read) {
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
  if (const auto checked = check_header_values(options); !checked) {
    return tl::unexpected<Error>(checked.error());
  }
  if (!flags.tls.key.empty() && flags.tls.cert.empty()) {
    return fail(ErrorKind::usage, "option --key: no certificate to go with it", "--cert FILE");
  }
  for (const std::string& path : {flags.tls.cacert, flags.tls.cert, flags.tls.key}) {
    if (const auto content = path.empty() ? Result<std::string>() : read(path); !content) {
      return tl::unexpected<Error>(content.error());
    }
  }
  if (!flags.interface_name.empty() && !names_an_interface(flags.interface_name)) {
    return fail(ErrorKind::usage,
                "option --interface: '" + flags.interface_name + "' is no interface of this machine, and no address",
                "ip link lists them");
  }
  if (const auto set = set_overrides(flags, options); !set) {
    return tl::unexpected<Error>(set.error());
  }
  if (flags.unix_socket.empty()) {
    auto proxy = choose_proxy(flags.proxy, url, environment);
    if (!proxy) {
      return tl::unexpected<Error>(proxy.error());
    }
    options.proxy = std::move(*proxy);
  }
  if (const auto applied = apply_headers(flags.headers, read, options); !applied) {
    return tl::unexpected<Error>(applied.error());
  }
  const bool own_files = !flags.tls.cacert.empty() || !flags.tls.cert.empty();
  if (const auto usable = own_files ? net::check(options) : Result<void>(); !usable) {
    return tl::unexpected<Error>(usable.error());
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

}  // namespace whydrop::cli
