#include "profile/recognise.hpp"

#include <algorithm>
#include <cctype>

namespace whydrop::profile {
namespace {

/// Regions' domains as Genesys publishes them in its SDKs, then the newer alias domains of some.
constexpr std::string_view kRegions[] = {
    "mypurecloud.com",       "use2.us-gov-pure.cloud", "usw2.pure.cloud",    "cac1.pure.cloud", "mxc1.pure.cloud",
    "sae1.pure.cloud",       "mypurecloud.ie",         "euw2.pure.cloud",    "mypurecloud.de",  "euc2.pure.cloud",
    "edee1.eusc-pure.cloud", "mec1.pure.cloud",        "aps1.pure.cloud",    "mypurecloud.jp",  "apne2.pure.cloud",
    "apne3.pure.cloud",      "apse1.pure.cloud",       "mypurecloud.com.au", "use1.pure.cloud", "euw1.pure.cloud",
    "euc1.pure.cloud",       "apne1.pure.cloud",       "apse2.pure.cloud",
};

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(
      out.begin(), out.end(), out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

}  // namespace

std::optional<GenesysHost> genesys_host(std::string_view host) {
  const std::string name = lower(host);
  const std::string_view given = name;
  for (const std::string_view region : kRegions) {
    if (given == region) {
      return GenesysHost{"", std::string(region)};
    }
    if (given.size() > region.size() && given[given.size() - region.size() - 1] == '.' &&
        given.substr(given.size() - region.size()) == region) {
      return GenesysHost{std::string(given.substr(0, given.size() - region.size() - 1)), std::string(region)};
    }
  }
  return std::nullopt;
}

}  // namespace whydrop::profile
