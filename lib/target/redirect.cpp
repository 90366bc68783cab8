#include "target/redirect.hpp"

#include "base/secret_keys.hpp"
#include "base/subprotocol_secrets.hpp"
#include "base/text.hpp"
#include "base/try.hpp"

#include <algorithm>
#include <array>

namespace whydrop::target {
namespace {

bool is_redirect(int status) {
  constexpr std::array<int, 5> kStatuses = {301, 302, 303, 307, 308};
  return std::find(kStatuses.begin(), kStatuses.end(), status) != kStatuses.end();
}

/// RFC 3986 section 3.1. A "://" further on belongs to a query, as in /login?next=https://host/.
bool has_scheme(const std::string& reference) {
  const std::size_t mark = reference.find("://");
  return mark != std::string::npos && mark < reference.find_first_of("/?");
}

/// A Location against the URL that it was the answer to. RFC 3986 section 5.2.
std::string absolute(const net::Url& base, std::string location) {
  location = location.substr(0, location.find('#'));
  net::Url root = base;
  root.target = "/";
  const std::string scheme = base.tls ? "wss:" : "ws:";
  if (has_scheme(location)) {
    return location;
  }
  if (location.rfind("//", 0) == 0) {
    return scheme + location;
  }
  const std::string origin = root.text().substr(0, root.text().size() - 1);
  const std::string path = base.target.substr(0, base.target.find('?'));
  if (!location.empty() && location[0] == '/') {
    return origin + location;
  }
  return origin + (location.empty() || location[0] == '?' ? path : path.substr(0, path.rfind('/') + 1)) + location;
}

/// What was meant for the first origin only: credentials in any header, and where it came from.
bool stays_behind(const handshake::HeaderField& field) {
  const std::string name = lower_case(field.name);
  return name == "host" || name == "referer" || is_secret_header(name);
}

/// Browsers have no header for a credential, and put it here.
bool holds_credential(const std::vector<std::string>& subprotocols) {
  bool next_too = false;
  return std::any_of(subprotocols.begin(), subprotocols.end(), [&](const std::string& subprotocol) {
    return credential_in(subprotocol, next_too).has_value();
  });
}

void drop_credentials(net::ConnectOptions& options) {
  options.basic_user.clear();
  options.basic_password.clear();
  options.cookie.clear();
  auto& headers = options.headers;
  headers.erase(std::remove_if(headers.begin(), headers.end(), stays_behind), headers.end());
  if (holds_credential(options.subprotocols)) {
    options.subprotocols.clear();
  }
}

}  // namespace

Result<std::optional<net::ConnectOptions>> redirected(const net::ConnectOptions& from,
                                                      const handshake::Head& answer,
                                                      const Endpoint& endpoint) {
  const std::string* location = answer.find("Location");
  if (!is_redirect(answer.status) || location == nullptr) {
    return std::optional<net::ConnectOptions>();
  }
  const auto url = net::parse_url(absolute(from.url, *location));
  if (!url) {
    return fail(ErrorKind::refused, "redirect to " + *location + ": " + url.error().message);
  }
  if (from.url.tls && !url->tls && !endpoint.allow_downgrade) {
    return fail(ErrorKind::refused,
                "redirect to " + *location + ": it leads from TLS to clear text",
                "--allow-downgrade follows it");
  }
  net::ConnectOptions next = from;
  next.url = *url;
  if (url->host != from.url.host || url->port != from.url.port || url->tls != from.url.tls) {
    drop_credentials(next);
  }
  if (endpoint.unix_socket.empty()) {
    auto proxy = choose_proxy(endpoint.proxies, *url);
    WHYDROP_TRY(proxy);
    next.proxy = std::move(*proxy);
  }
  return std::optional(std::move(next));
}

}  // namespace whydrop::target
