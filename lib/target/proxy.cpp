#include "target/proxy.hpp"

#include "base/fields.hpp"
#include "base/percent.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <arpa/inet.h>

namespace whydrop::target {
namespace {

struct IpAddress {
  std::array<unsigned char, 16> bytes{};
  unsigned bits = 0;  ///< 32, 128 or 0: not an address
};

IpAddress parse_ip(const std::string& text) {
  IpAddress address;
  if (::inet_pton(AF_INET, text.c_str(), address.bytes.data()) == 1) {
    address.bits = 32;
  } else if (::inet_pton(AF_INET6, text.c_str(), address.bytes.data()) == 1) {
    address.bits = 128;
  }
  return address;
}

bool same_prefix(const IpAddress& a, const IpAddress& b, std::uint64_t bits) {
  for (std::uint64_t i = 0; i < bits; ++i) {
    const unsigned mask = 0x80U >> (i % 8);
    if ((a.bytes.at(i / 8) & mask) != (b.bytes.at(i / 8) & mask)) {
      return false;
    }
  }
  return true;
}

bool block_holds(const std::string& entry, const IpAddress& host) {
  const std::size_t slash = entry.find('/');
  const IpAddress block = parse_ip(entry.substr(0, slash));
  const auto bits = slash == std::string::npos ? std::optional<std::uint64_t>(block.bits)
                                               : parse_number(std::string_view(entry).substr(slash + 1), 0, block.bits);
  return block.bits != 0 && block.bits == host.bits && bits && same_prefix(block, host, *bits);
}

bool entry_names(std::string entry, const std::string& host, const IpAddress& address) {
  if (entry == "*") {
    return true;
  }
  if (address.bits != 0) {
    entry.erase(std::remove_if(entry.begin(), entry.end(), [](char c) { return c == '[' || c == ']'; }), entry.end());
    return block_holds(entry, address);
  }
  entry = lower_case(entry.substr(entry[0] == '.' ? 1 : 0));
  if (!entry.empty() && entry.back() == '.') {
    entry.pop_back();
  }
  const bool parent = host.size() > entry.size() && host[host.size() - entry.size() - 1] == '.' &&
                      host.compare(host.size() - entry.size(), entry.size(), entry) == 0;
  return !entry.empty() && (host == entry || parent);
}

std::string first_set(const os::Environment& environment, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (std::string value = environment(name); !value.empty()) {
      return value;
    }
  }
  return {};
}

void set_user(net::ProxyOptions& proxy, const std::string& user, bool decode) {
  const std::size_t colon = user.find(':');
  proxy.user = user.substr(0, colon);
  proxy.password = colon == std::string::npos ? "" : user.substr(colon + 1);
  if (decode) {
    proxy.user = percent_decoded(proxy.user);
    proxy.password = percent_decoded(proxy.password);
  }
}

}  // namespace

bool bypasses_proxy(std::string_view list, std::string_view host) {
  std::string name = lower_case(host);
  if (!name.empty() && name.back() == '.') {
    name.pop_back();
  }
  const IpAddress address = parse_ip(name);
  std::string separated(list);
  std::replace_if(
      separated.begin(), separated.end(), [](char c) { return c == ' ' || c == '\t'; }, ',');
  for (const std::string& entry : split(separated, ',')) {
    if (!entry.empty() && entry_names(entry, name, address)) {
      return true;
    }
  }
  return false;
}

ProxyRules environment_proxies(const os::Environment& environment) {
  ProxyRules rules;
  rules.no_proxy = first_set(environment, {"no_proxy", "NO_PROXY"});
  // HTTP_PROXY in capitals can be set by a request to a CGI program, so it is never read.
  rules.for_ws = first_set(environment, {"http_proxy", "all_proxy", "ALL_PROXY"});
  rules.for_wss = first_set(environment, {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"});
  return rules;
}

Result<net::ProxyOptions> choose_proxy(const ProxyRules& rules, const net::Url& url) {
  constexpr std::array<std::string_view, 3> kSchemes = {"http", "socks5", "socks5h"};
  net::ProxyOptions proxy;
  const std::string text =
      bypasses_proxy(rules.no_proxy, url.host) ? "" : rules.given.value_or(url.tls ? rules.for_wss : rules.for_ws);
  if (text.empty()) {
    return proxy;
  }
  const std::size_t mark = text.find("://");
  const std::string scheme = mark == std::string::npos ? "http" : lower_case(text.substr(0, mark));
  std::string rest = mark == std::string::npos ? text : text.substr(mark + 3);
  rest = rest.substr(0, rest.find('/'));
  if (std::find(kSchemes.begin(), kSchemes.end(), scheme) == kSchemes.end()) {
    return fail(ErrorKind::usage,
                "proxy " + scheme + "://: not a kind of proxy that whydrop speaks",
                "http://, socks5:// or socks5h://");
  }
  if (const std::size_t at = rest.rfind('@'); at != std::string::npos) {
    set_user(proxy, rest.substr(0, at), true);
    rest = rest.substr(at + 1);
  }
  const std::size_t colon = rest.rfind(':');
  const bool has_port = colon != std::string::npos && (rest[0] != '[' || rest.find(']') < colon);
  if (rest.empty() || (has_port && !parse_number(std::string_view(rest).substr(colon + 1), 1, 65535))) {
    return fail(ErrorKind::usage, "proxy '" + rest + "': not host:port", "-x http://host:3128");
  }
  proxy.url = scheme + "://" + rest + (has_port ? "" : ":1080");
  if (!rules.user.empty()) {
    set_user(proxy, rules.user, false);
  }
  return proxy;
}

}  // namespace whydrop::target
