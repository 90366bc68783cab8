#include "cli/options/endpoint.hpp"

#include "cli/options.hpp"

namespace whydrop::cli {
namespace {

void add_request_options(Options& options, target::EndpointSettings& flags) {
  options.group("Request");
  options.list(
      "-H,--header",
      "HEADER",
      flags.headers,
      "Send this header, as curl does: 'Name: value', 'Name;' sends it empty, 'Name:' takes it away, @FILE holds "
      "one a line");
  options.text(
      "-o,--origin", "ORIGIN", flags.origin, "Send an Origin header (curl's -o names a file; here it does not)");
  options.list("-s,--subprotocol,--protocol", "NAME", flags.subprotocols, "Offer a subprotocol");
  options.list("-b,--cookie", "NAME=VALUE", flags.cookies, "Send a cookie");
  options.text(
      "-u,--user", "USER:PASSWORD", flags.user, "Authenticate with HTTP Basic; without a password it is asked for");
  options.text("-A,--user-agent", "NAME", flags.user_agent, "Send this User-Agent (whydrop)");
  options.flag("-L,--location", flags.location, "Follow redirects; credentials go to the first host only");
  options.number("--max-redirs", "N", flags.max_redirects, 0, 1000, "Follow at most N redirects (10)");
}

void add_tls_options(Options& options, target::EndpointSettings& flags, const std::string& key_help) {
  options.group("TLS");
  options.flag("-k,--insecure", flags.tls.insecure, "Accept any certificate");
  options.text("--cacert,--ca", "PEM", flags.tls.cacert, "Trust the certificates of this file instead of the system's");
  options.text("--cert", "PEM", flags.tls.cert, "Client certificate; may hold its key too");
  options.text("--key", "PEM", flags.tls.key, key_help);
  options.text("--pass", "PHRASE", flags.tls.pass, "Pass phrase of the key");
  options.choice("--tls-max", {"1.2", "1.3"}, flags.tls.max_version, "Highest version of TLS to offer");
}

void add_path_options(Options& options, target::EndpointSettings& flags) {
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

void add_websocket_options(Options& options, target::EndpointSettings& flags) {
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
                   const auto policy = target::parse_pong(given.back());
                   flags.pong = policy.value_or(flags.pong);
                   return policy ? "" : "'" + given.back() + "' is not on, off or delay=DURATION";
                 });
  options.duration("--idle-timeout", flags.idle_timeout, "Drop the session if nothing comes for this long");
  options.size("--max-message-size", flags.max_message, "Answer larger messages with Close 1009 (64M)");
}

}  // namespace

void add_endpoint_options(Options& options, target::EndpointSettings& flags) {
  add_request_options(options, flags);
  add_transport_options(options, flags);
  add_websocket_options(options, flags);
}

void add_transport_options(Options& options, target::EndpointSettings& flags, const std::string& key_help) {
  add_tls_options(options, flags, key_help);
  add_path_options(options, flags);
  options.contradict("-4", "-6");
  options.contradict("--unix-socket", "--proxy");
  options.contradict("--unix-socket", "--resolve");
  options.contradict("--insecure", "--cacert");
}

}  // namespace whydrop::cli
