#include "net/proxy_address.hpp"

#include "handshake/head.hpp"
#include "net/url.hpp"

#include <array>
#include <string_view>

#include <fmt/format.h>

namespace whydrop::net {

std::string_view name(ProxyAddress::Kind kind) {
  return kind == ProxyAddress::Kind::http ? "http" : "socks5";
}

Result<ProxyAddress> parse_proxy(const ProxyOptions& options) {
  struct Scheme {
    std::string_view name;
    ProxyAddress::Kind kind;
    bool resolves;
  };
  static constexpr std::array<Scheme, 3> kSchemes{{{"http", ProxyAddress::Kind::http, true},
                                                   {"socks5", ProxyAddress::Kind::socks5, false},
                                                   {"socks5h", ProxyAddress::Kind::socks5, true}}};
  const std::string_view text = options.url;
  const auto colon = text.find("://");
  const std::string_view scheme = colon == std::string_view::npos ? "http" : text.substr(0, colon);
  const std::string_view rest = colon == std::string_view::npos ? text : text.substr(colon + 3);
  for (const Scheme& known : kSchemes) {
    if (!handshake::same_token(known.name, scheme)) {
      continue;
    }
    // What follows the scheme has a URL's form; only the default port is another.
    const auto url = parse_url(fmt::format("ws://{}", rest));
    if (!url) {
      return fail(ErrorKind::usage,
                  fmt::format("proxy {}: {}", text, url.error().message.substr(url.error().message.rfind(": ") + 2)),
                  "write http://host:port or socks5h://host:port");
    }
    const std::string_view authority = rest.substr(0, rest.find('/'));
    const bool has_port = authority.find_last_not_of("0123456789") != authority.size() - 1 &&
                          authority[authority.find_last_not_of("0123456789")] == ':';
    ProxyAddress result{known.kind,
                        known.resolves,
                        url->host,
                        has_port ? url->port : std::uint16_t{1080},
                        options.user,
                        options.password};
    if (result.user.empty() && result.password.empty()) {
      result.user = url->user;
      result.password = url->password;
    }
    return result;
  }
  return fail(ErrorKind::usage,
              fmt::format("proxy {}: the scheme \"{}\" is not supported", text, scheme),
              "write http://host:port, socks5://host:port or socks5h://host:port");
}

}  // namespace whydrop::net
