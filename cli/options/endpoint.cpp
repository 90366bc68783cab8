#include "cli/options/endpoint.hpp"

#include "base/try.hpp"
#include "cli/options.hpp"
#include "os/streams.hpp"
#include "target/addresses.hpp"

#include <utility>

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
  options.text("-o,--origin",
               "ORIGIN",
               flags.endpoint.origin,
               "Send an Origin header (curl's -o names a file; here it does not)");
  options.list("-s,--subprotocol,--protocol", "NAME", flags.endpoint.subprotocols, "Offer a subprotocol");
  options.list("-b,--cookie", "NAME=VALUE", flags.cookies, "Send a cookie");
  options.text(
      "-u,--user", "USER:PASSWORD", flags.user, "Authenticate with HTTP Basic; a missing password is asked for");
  add_user_agent_option(options, flags);
  options.flag("-L,--location", flags.location, "Follow redirects; credentials go to the first host only");
  options.flag("--allow-downgrade", flags.endpoint.allow_downgrade, "Follow a redirect from wss:// to ws:// too");
  options.number("--max-redirs", "N", flags.max_redirects, 0, 1000, "Follow at most N redirects (10)");
}

void add_tls_options(Options& options, EndpointFlags& flags, const std::string& key_help) {
  options.group("TLS");
  options.flag("-k,--insecure", flags.endpoint.tls.insecure, "Accept any certificate");
  options.flag("--allow-cn",
               flags.endpoint.tls.allow_cn,
               "Accept a certificate without subjectAltName by its CN; browsers do not");
  options.text(
      "--cacert,--ca", "PEM", flags.endpoint.tls.cacert, "Trust the certificates of this file instead of the system's");
  options.text("--cert", "PEM", flags.endpoint.tls.cert, "Client certificate; may hold its key too");
  options.text("--key", "PEM", flags.endpoint.tls.key, key_help);
  options.text("--pass", "PHRASE", flags.endpoint.tls.pass, "Pass phrase of the key");
  options.text("--keylog",
               "FILE",
               flags.endpoint.tls.key_log_file,
               "Add the keys of TLS to FILE, for inspect --keylog and Wireshark ($SSLKEYLOGFILE)");
  options.choice("--tls-max", {"1.2", "1.3"}, flags.endpoint.tls.max_version, "Highest version of TLS to offer");
}

void add_path_options(Options& options, EndpointFlags& flags) {
  options.group("Network");
  options.list("--resolve", "HOST:PORT:ADDR", flags.resolve, "Use these addresses (ADDR[,ADDR]...) for HOST:PORT");
  options.list("--connect-to", "HOST1:PORT1:HOST2:PORT2", flags.connect_to, "Connect to HOST2:PORT2 for HOST1:PORT1");
  options.flag("-4,--ipv4", flags.ipv4, "Use IPv4 only");
  options.flag("-6,--ipv6", flags.ipv6, "Use IPv6 only");
  options.text("--interface", "NAME", flags.endpoint.interface_name, "Send from this interface or address");
  options.text("--unix-socket", "FILE", flags.endpoint.unix_socket, "Connect to a Unix domain socket");
  options.custom(OptionInfo::option("-x,--proxy",
                                    "URL",
                                    "Proxy: http://, socks5:// or socks5h://[user:password@]host:port; '' for none. "
                                    "Default: http_proxy, https_proxy, all_proxy and no_proxy of the environment"),
                 [&flags](const std::vector<std::string>& given) {
                   flags.endpoint.proxies.given = given.back();
                   return std::string();
                 });
  options.text("-U,--proxy-user", "USER:PASSWORD", flags.proxy_user, "Credentials for the proxy");
  options.list("--send-to",
               "HOST[:PORT]",
               flags.endpoint.send_to,
               "Let values whose home is another server go to this one, which a file or a reply names; repeatable. At "
               "a terminal you are asked");
  options.text("--noproxy", "LIST", flags.no_proxy, "Hosts that need no proxy");
  options.duration(
      "--connect-timeout", flags.endpoint.connect_timeout, "Limit from resolving to the upgrade's end (10s)");
}

void add_websocket_options(Options& options, EndpointFlags& flags) {
  options.group("WebSocket");
  options.flag("--no-compression", flags.no_compression, "Do not offer permessage-deflate");
  options.duration("--ping-interval", flags.endpoint.ping_interval, "Send a ping this often");
  options.duration(
      "--ping-timeout", flags.endpoint.ping_timeout, "Drop the session if a ping is not answered in time (10s)");
  options.custom(
      OptionInfo::option("--pong", "on|off|delay=DURATION", "Answer pings at once (on, the default), never, or late")
          .completed_by({"on", "off"}),
      [&flags](const std::vector<std::string>& given) -> std::string {
        const auto policy = target::parse_pong(given.back());
        flags.endpoint.pong = policy.value_or(flags.endpoint.pong);
        return policy ? "" : "'" + given.back() + "' is not on, off or delay=DURATION";
      });
  options.duration("--idle-timeout", flags.endpoint.idle_timeout, "Drop the session if nothing comes for this long");
  options.size("--max-message-size", flags.endpoint.max_message, "Answer larger messages with Close 1009 (64M)");
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

void add_user_agent_option(Options& options, EndpointFlags& flags) {
  options.custom(OptionInfo::option("-A,--user-agent", "NAME", "Send this User-Agent (whydrop)"),
                 [&flags](const std::vector<std::string>& given) {
                   flags.endpoint.user_agent = given.back();
                   return std::string();
                 });
}

Result<void> complete_user(EndpointFlags& flags) {
  std::string& user = flags.user;
  if (user.empty() || user.find(':') != std::string::npos) {
    return {};
  }
  const auto password = os::ask_secret("password of " + user);
  if (!password) {
    return fail(ErrorKind::usage,
                "option --user: no password for '" + user + "', and no terminal to ask for it",
                "-u " + user + ":PASSWORD, or -u " + user + ": for an empty one");
  }
  user += ":" + *password;
  return {};
}

namespace {

std::string joined_cookies(const std::vector<std::string>& cookies) {
  std::string all;
  for (const std::string& cookie : cookies) {
    all += (all.empty() ? "" : "; ") + cookie;
  }
  return all;
}

std::optional<target::User> user_of(const std::string& given) {
  const std::size_t colon = given.find(':');
  return given.empty() ? std::nullopt
                       : std::optional(target::User{given.substr(0, colon),
                                                    colon == std::string::npos ? "" : given.substr(colon + 1)});
}

target::ProxyRules proxies_of(const EndpointFlags& flags, const os::Environment& environment) {
  target::ProxyRules rules = target::environment_proxies(environment);
  rules.given = flags.endpoint.proxies.given;
  rules.user = flags.proxy_user;
  if (rules.given || !flags.no_proxy.empty()) {
    rules.no_proxy = flags.no_proxy;
  }
  return rules;
}

Result<std::vector<net::AddressOverride>> overrides_of(const EndpointFlags& flags) {
  std::vector<net::AddressOverride> overrides;
  for (const auto& [texts, parse] :
       {std::pair(&flags.resolve, &target::parse_resolve), std::pair(&flags.connect_to, &target::parse_connect_to)}) {
    for (const std::string& text : *texts) {
      auto parsed = parse(text);
      WHYDROP_TRY(parsed);
      overrides.push_back(std::move(*parsed));
    }
  }
  return overrides;
}

}  // namespace

Result<target::Endpoint> make_endpoint(const EndpointFlags& flags, const run::Host& host) {
  target::Endpoint endpoint = flags.endpoint;
  auto overrides = overrides_of(flags);
  WHYDROP_TRY(overrides);
  endpoint.overrides = std::move(*overrides);
  auto headers = target::parse_headers(flags.headers, host.read);
  WHYDROP_TRY(headers);
  endpoint.headers = std::move(*headers);
  endpoint.cookie = joined_cookies(flags.cookies);
  endpoint.user = user_of(flags.user);
  if (endpoint.tls.key_log_file.empty()) {
    endpoint.tls.key_log_file = host.environment("SSLKEYLOGFILE");
  } else {
    WHYDROP_TRY(os::open_private(endpoint.tls.key_log_file, os::FileMode::append));
  }
  endpoint.proxies = proxies_of(flags, host.environment);
  endpoint.ip_version = flags.ipv4 ? 4 : flags.ipv6 ? 6 : 0;
  endpoint.compression = !flags.no_compression;
  endpoint.redirects = flags.location ? flags.max_redirects : 0;
  WHYDROP_TRY(target::check_endpoint(endpoint, host.read));
  return endpoint;
}

}  // namespace whydrop::cli
