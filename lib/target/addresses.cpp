#include "target/addresses.hpp"

#include "base/fields.hpp"
#include "base/text.hpp"
#include "base/try.hpp"

#include <optional>
#include <string_view>

#include <fmt/format.h>

namespace whydrop::target {
namespace {

std::string unbracketed(std::string_view text) {
  const bool bracketed = text.size() >= 2 && text.front() == '[' && text.back() == ']';
  return std::string(bracketed ? text.substr(1, text.size() - 2) : text);
}

/// Takes the part up to the next ':' (outside of brackets) from the front of `text`.
std::string take_part(std::string_view& text) {
  const std::size_t from = !text.empty() && text[0] == '[' ? text.find(']') : 0;
  const std::size_t colon = text.find(':', from == std::string_view::npos ? 0 : from);
  const std::string part = unbracketed(text.substr(0, colon));
  text.remove_prefix(colon == std::string_view::npos ? text.size() : colon + 1);
  return part;
}

/// An empty one is 0: any.
std::optional<std::uint16_t> port_of(const std::string& text) {
  if (text.empty()) {
    return std::uint16_t{0};
  }
  const auto number = parse_number(text, 1, 65535);
  return number ? std::optional(static_cast<std::uint16_t>(*number)) : std::nullopt;
}

/// An address as far as its text shows.
struct Parts {
  std::string host;  ///< without port and user
  bool scheme = false, port = false, path = false;
};

Parts split_address(std::string_view text) {
  Parts parts;
  if (const std::size_t mark = text.find("://"); mark != std::string_view::npos) {
    parts.scheme = true;
    text.remove_prefix(mark + 3);
  }
  const std::size_t end = text.find_first_of("/?#");
  parts.path = end != std::string_view::npos;
  text = text.substr(0, end);
  text.remove_prefix(text.rfind('@') == std::string_view::npos ? 0 : text.rfind('@') + 1);
  parts.host = take_part(text);
  parts.port = port_of(std::string(text)).value_or(0) != 0;
  return parts;
}

/// True for names and addresses of this machine.
bool is_own(const std::string& host) {
  return host == "localhost" || host == "::1" || host.rfind("127.", 0) == 0;
}

/// True for what can be nothing but a host: this machine, a name of several parts, or one with a port.
bool is_host(const Parts& parts) {
  return is_own(parts.host) || (!parts.host.empty() && (parts.port || parts.host.find('.') != std::string::npos));
}

}  // namespace

Result<net::AddressOverride> parse_resolve(const std::string& text) {
  const auto wrong = [&] {
    return fail(ErrorKind::usage,
                "option --resolve: '" + text + "' is not HOST:PORT:ADDR",
                "--resolve api.example.com:443:127.0.0.1");
  };
  std::string_view rest = text;
  if (!rest.empty() && rest[0] == '+') {
    rest.remove_prefix(1);  // curl's "may time out"; it makes no difference to one run
  }
  net::AddressOverride override;
  override.host = take_part(rest);
  const auto port = port_of(take_part(rest));
  if (override.host.empty() || !port || *port == 0 || rest.empty()) {
    return wrong();
  }
  override.host = override.host == "*" ? "" : override.host;
  override.port = *port;
  for (const std::string& address : split(rest, ',')) {
    override.addresses.push_back(unbracketed(trim(address)));
    if (override.addresses.back().empty()) {
      return wrong();
    }
  }
  return override;
}

Result<net::AddressOverride> parse_connect_to(const std::string& text) {
  std::string_view rest = text;
  net::AddressOverride override;
  override.host = take_part(rest);
  const auto port = port_of(take_part(rest));
  override.to_host = take_part(rest);
  const auto to_port = port_of(std::string(rest));
  if (!port || !to_port || (override.to_host.empty() && *to_port == 0)) {
    return fail(ErrorKind::usage,
                "option --connect-to: '" + text + "' is not HOST1:PORT1:HOST2:PORT2",
                "--connect-to api.example.com:443:localhost:8443");
  }
  override.port = *port;
  override.to_port = *to_port;
  return override;
}

Result<Address> parse_address(const std::string& text) {
  const Parts parts = split_address(text);
  const bool guessed = !parts.scheme && is_host(parts);
  std::string whole = guessed ? (is_own(parts.host) ? "ws://" : "wss://") + text : text;
  auto url = net::parse_url(whole);
  WHYDROP_TRY(url);
  return Address{std::move(whole), std::move(*url), parts.path, guessed};
}

bool is_address(const std::string& text) {
  const Parts parts = split_address(text);
  const bool named = parts.port || parts.path;
  return parts.scheme || is_own(parts.host) || (named && is_host(parts) && net::parse_url("wss://" + text).has_value());
}

Result<StandIn> parse_stand_in(const std::string& text) {
  auto url = net::parse_url(text);
  const bool http = text.rfind("http://", 0) == 0 || text.rfind("https://", 0) == 0;
  if (!url || !http || url->target != "/" || !url->user.empty()) {
    return fail(ErrorKind::usage, "option --at: '" + text + "' is not http://HOST:PORT", "--at http://127.0.0.1:8080");
  }
  return StandIn{text, std::move(*url)};
}

Result<ListenAddress> parse_listen_address(const std::string& option, const std::string& text) {
  ListenAddress address;
  std::string_view rest = text;
  if (const std::size_t colon = text.rfind(':'); colon != std::string::npos) {
    address.host = unbracketed(std::string_view(text).substr(0, colon));
    rest.remove_prefix(colon + 1);
  }
  const auto port = parse_number(rest, 0, 65535);
  if (!port || address.host.empty()) {
    return fail(ErrorKind::usage,
                fmt::format("option {}: '{}' is not [HOST:]PORT", option, text),
                fmt::format("{} 127.0.0.1:9464", option));
  }
  address.port = static_cast<std::uint16_t>(*port);
  return address;
}

void lead_to(const StandIn& server, net::ConnectOptions& options) {
  const auto default_port = [](bool tls) { return static_cast<std::uint16_t>(tls ? 443 : 80); };
  // The Host header names a port only where the URL does.
  if (options.url.port == default_port(options.url.tls)) {
    options.url.port = default_port(server.url.tls);
  }
  options.url.tls = server.url.tls;
  net::AddressOverride override;
  override.to_host = server.url.host;
  override.to_port = server.url.port;
  options.overrides = {override};
}

}  // namespace whydrop::target
