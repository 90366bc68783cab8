#include "auth/site.hpp"

#include "base/text.hpp"

#include <optional>
#include <string>

#include <arpa/inet.h>
#include <dlfcn.h>

namespace whydrop::auth {
namespace {

/// The two functions of libpsl that are needed; null where there is no such library.
struct SuffixList {
  const void* (*builtin)() = nullptr;
  const char* (*registrable_domain)(const void* list, const char* domain) = nullptr;
};

const SuffixList& suffix_list() {
  static const SuffixList found = [] {
    SuffixList list;
    if (void* library = ::dlopen("libpsl.so.5", RTLD_NOW | RTLD_LOCAL)) {
      list.builtin = reinterpret_cast<decltype(list.builtin)>(::dlsym(library, "psl_builtin"));
      list.registrable_domain =
          reinterpret_cast<decltype(list.registrable_domain)>(::dlsym(library, "psl_registrable_domain"));
    }
    return list;
  }();
  return found;
}

bool is_address(const std::string& host) {
  in6_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1 || host.find(':') != std::string::npos;
}

/// "example.co.uk" of "ws.example.co.uk"; null for an address, a public suffix, and where nobody can tell.
std::optional<std::string> registrable_domain(const std::string& host) {
  const SuffixList& list = suffix_list();
  if (is_address(host) || list.builtin == nullptr || list.registrable_domain == nullptr) {
    return std::nullopt;
  }
  const char* domain = list.registrable_domain(list.builtin(), host.c_str());
  return domain == nullptr ? std::nullopt : std::optional<std::string>(domain);
}

}  // namespace

bool same_site(const net::Url& from, const net::Url& to) {
  if (from.tls && !to.tls) {
    return false;
  }
  const std::string here = lower_case(from.host), there = lower_case(to.host);
  if (here == there) {
    return true;
  }
  const auto domain = registrable_domain(here);
  return domain && domain == registrable_domain(there);
}

}  // namespace whydrop::auth
