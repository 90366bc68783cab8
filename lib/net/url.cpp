#include "net/url.hpp"

#include "base/percent.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>

#include <arpa/inet.h>
#include <fmt/format.h>

namespace whydrop::net {

namespace {

struct Scheme {
  std::string_view name;
  bool tls;
};
constexpr std::array<Scheme, 4> kSchemes{{{"ws", false}, {"wss", true}, {"http", false}, {"https", true}}};

constexpr std::string_view kSchemeHint = "write ws://… or wss://…";

tl::unexpected<Error> bad(std::string_view url, std::string_view why, std::string hint = {}) {
  return fail(ErrorKind::usage, fmt::format("url {}: {}", url, why), std::move(hint));
}

std::uint16_t default_port(bool tls) {
  return tls ? 443 : 80;
}

bool has_control_or_space(std::string_view text) {
  return std::any_of(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; });
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_host_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.' || c == '_' || c == '~';
}

bool is_ipv6(const std::string& text) {
  in6_addr address{};
  const std::string without_zone = text.substr(0, text.find('%'));
  return inet_pton(AF_INET6, without_zone.c_str(), &address) == 1;
}

/// Bytes outside ASCII are legal in what people paste; on the wire they are percent-encoded UTF-8. RFC 3987
/// section 3.1.
std::string encode_target(std::string_view target) {
  return percent_encoded(target, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// The authority's parts, still as text. RFC 3986 section 3.2.
struct Authority {
  std::string_view userinfo, host, port;
  bool bracketed = false, has_port = false;
  std::string_view fault;
};

Authority split_authority(std::string_view text) {
  Authority result;
  if (const auto at = text.rfind('@'); at != std::string_view::npos) {
    result.userinfo = text.substr(0, at);
    text.remove_prefix(at + 1);
  }
  std::string_view after;
  if (!text.empty() && text.front() == '[') {
    const auto end = text.find(']');
    if (end == std::string_view::npos) {
      result.fault = "the ']' of the IPv6 address is missing";
      return result;
    }
    result.bracketed = true;
    result.host = text.substr(1, end - 1);
    after = text.substr(end + 1);
  } else {
    const auto colon = text.find(':');
    result.host = text.substr(0, colon);
    after = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
  }
  if (!after.empty()) {
    result.has_port = true;
    result.port = after.substr(1);
    result.fault = after.front() == ':' ? "" : "only a port can follow the address";
  }
  return result;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value == 0 || value > 65535) {
    return std::nullopt;
  }
  return static_cast<std::uint16_t>(value);
}

std::string host_fault(const Authority& authority) {
  if (!authority.bracketed && authority.port.find(':') != std::string_view::npos) {
    return "an IPv6 address goes in brackets";
  }
  if (authority.host.empty()) {
    return "the host is missing";
  }
  if (authority.bracketed) {
    return is_ipv6(std::string(authority.host)) ? "" : fmt::format("\"{}\" is not an IPv6 address", authority.host);
  }
  if (!is_ascii(authority.host)) {
    return "the host holds characters outside ASCII";
  }
  const auto odd = std::find_if_not(authority.host.begin(), authority.host.end(), is_host_char);
  return odd == authority.host.end() ? "" : fmt::format("'{}' cannot stand in a host", *odd);
}

std::string host_hint(const Authority& authority) {
  if (!is_ascii(authority.host)) {
    return "write its ASCII form, which begins with xn--";
  }
  return !authority.bracketed && authority.port.find(':') != std::string_view::npos ? "write ws://[::1]:8080/" : "";
}

const Scheme* find_scheme(std::string_view name) {
  const auto found = std::find_if(kSchemes.begin(), kSchemes.end(), [&](const Scheme& s) { return s.name == name; });
  return found == kSchemes.end() ? nullptr : &*found;
}

/// Fills user and password; false where the percent-encoding is broken.
bool set_userinfo(Url& url, std::string_view userinfo) {
  const auto colon = std::min(userinfo.find(':'), userinfo.size());
  url.user = percent_decoded(userinfo.substr(0, colon));
  url.password = percent_decoded(userinfo.substr(std::min(colon + 1, userinfo.size())));
  return has_whole_escapes(userinfo);
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  if (text.empty()) {
    return fail(ErrorKind::usage, "url: it is empty", std::string(kSchemeHint));
  }
  if (has_control_or_space(text)) {
    return fail(ErrorKind::usage,
                fmt::format("url '{}': it holds a space or a control character", escape_for_terminal(text)),
                "leave it out, or percent-encode it: %20 is a space");
  }
  const auto colon = text.find("://");
  if (colon == std::string_view::npos) {
    return bad(text, "the scheme is missing", fmt::format("write ws://{0} or wss://{0}", text));
  }
  const Scheme* scheme = find_scheme(lower_case(text.substr(0, colon)));
  if (scheme == nullptr) {
    return bad(text, fmt::format("the scheme \"{}\" is unknown", text.substr(0, colon)), std::string(kSchemeHint));
  }
  if (text.find('#') != std::string_view::npos) {
    return bad(text, "a fragment has no meaning in a WebSocket URL", "leave out '#' and what follows it, or write %23");
  }
  const std::string_view rest = text.substr(colon + 3);
  const auto path = std::min(rest.find_first_of("/?"), rest.size());
  const Authority authority = split_authority(rest.substr(0, path));
  if (!authority.fault.empty()) {
    return bad(text, authority.fault, "write ws://[::1]:8080/");
  }
  if (const std::string fault = host_fault(authority); !fault.empty()) {
    return bad(text, fault, host_hint(authority));
  }
  Url url;
  url.tls = scheme->tls;
  url.host = lower_case(authority.host);
  url.port = default_port(url.tls);
  if (authority.has_port && !authority.port.empty()) {
    const auto port = parse_port(authority.port);
    if (!port) {
      return bad(text, fmt::format("\"{}\" is not a port", authority.port), "a port is a number from 1 to 65535");
    }
    url.port = *port;
  }
  if (!set_userinfo(url, authority.userinfo)) {
    return bad(text, "the percent-encoding of the user or password is broken", "write a literal % as %25");
  }
  url.target = encode_target(rest.substr(path));
  if (url.target.empty() || url.target.front() != '/') {
    url.target.insert(0, "/");
  }
  return url;
}

std::string host_and_port(std::string_view host, std::uint16_t port) {
  return host.find(':') == std::string_view::npos ? fmt::format("{}:{}", host, port)
                                                  : fmt::format("[{}]:{}", host, port);
}

std::string Url::origin() const {
  return fmt::format("{}://{}", tls ? "wss" : "ws", host_and_port(host, port));
}

std::string Url::host_header() const {
  const std::string name =
      host.find(':') == std::string::npos ? host : fmt::format("[{}]", host.substr(0, host.find('%')));
  return port == default_port(tls) ? name : fmt::format("{}:{}", name, port);
}

std::string Url::text() const {
  return fmt::format("{}://{}{}", tls ? "wss" : "ws", host_header(), target);
}

}  // namespace whydrop::net
