#include "base/text.hpp"
#include "profile/recognise.hpp"
#include "profile/url_parts.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace whydrop::profile {

namespace {

/// Regions' domains as the platform SDKs list them, with the AWS region of each.
struct Region {
  std::string_view label, domain;
};
constexpr Region kRegions[] = {
    {"us-east-1", "mypurecloud.com"},
    {"us-east-2", "use2.us-gov-pure.cloud"},
    {"us-west-2", "usw2.pure.cloud"},
    {"ca-central-1", "cac1.pure.cloud"},
    {"mx-central-1", "mxc1.pure.cloud"},
    {"sa-east-1", "sae1.pure.cloud"},
    {"eu-west-1", "mypurecloud.ie"},
    {"eu-west-2", "euw2.pure.cloud"},
    {"eu-central-1", "mypurecloud.de"},
    {"eu-central-2", "euc2.pure.cloud"},
    {"eusc-de-east-1", "edee1.eusc-pure.cloud"},
    {"me-central-1", "mec1.pure.cloud"},
    {"ap-south-1", "aps1.pure.cloud"},
    {"ap-northeast-1", "mypurecloud.jp"},
    {"ap-northeast-2", "apne2.pure.cloud"},
    {"ap-northeast-3", "apne3.pure.cloud"},
    {"ap-southeast-1", "apse1.pure.cloud"},
    {"ap-southeast-2", "mypurecloud.com.au"},
};
/// Newer names of some of them.
constexpr std::string_view kAliases[] = {
    "use1.pure.cloud", "euw1.pure.cloud", "euc1.pure.cloud", "apne1.pure.cloud", "apse2.pure.cloud"};

constexpr std::string_view kServices[] = {"webmessaging", "streaming", "api", "api-cdn", "login", "apps"};

/// Domains that guides and forums give for Genesys Cloud. Another vendor's, as cxone.com, are none of them.
constexpr std::string_view kLookalikes[] = {"mygen.com", "genesyscloud.com", "genesys.cloud", "pure.cloud"};
constexpr std::string_view kLookalikeParts[] = {"mypurecloud", "purecloud", "us-gov-pure", "eusc-pure"};

/// Paths that forum threads give for a guest's socket. The first fit counts.
constexpr ForumSocket kForumSockets[] = {
    {"/webchat/v1/guest/connect", "9509"},
    {"/api/v2/conversations/messaging/guests/*/ws", "12224"},
    {"/api/v2/conversations/messaging/external/contacts", "10162"},
    {"/api/v2/conversations/messaging*", "9709"},
    {"/api/v2/conversations/webmessaging/websocket", "10078"},
    {"/api/v2/conversations/webmessaging/guests/*/events", "14033"},
    {"/api/v2/conversations/webmessaging/guests*", "10793"},
    {"/api/v2/guest-conversations/websocket", "10409"},
    {"/api/v2/chat/conversations/*", "10430"},
    {"/v2/conversations/guests/*/events", "10811"},
    {"/api/v2/conversations/webchat/guest/websocket", "11707"},
    {"/api/v2/conversations/guest/websocket", "13481"},
    {"/api/v2/external/messaging/websockets", "13491"},
    {"/api/v2/webmessaging/guest/conversations", "13998"},
    {"/api/v2/guest/conversations/webchat", "14611"},
    {"/api/v2/conversations/conversations/*/endpoints", "15222"},
    {"/v2/webchat/guest/sessions", "15454"},
    {"/api/v2/webchat/visitors/*/channels/*/websocket", "15912"},
    {"/api/v2/analytics/events/realtime", "16399"},
    {"/v2/analytics/events", "1622"},
    {"/api/v2/webchat/v1/sessions/*/stream", "16657"},
    {"/api/v2/guest/message/logins", "17379"},
    {"/api/v2/engagements/guests", "18344"},
};

constexpr std::string_view kForumScopes[] = {"guest:write", "webmessaging:guest", "webchat:guest*"};

/// What stands before `domain` and its dot; null if `host` does not end in it.
std::optional<std::string_view> before(std::string_view host, std::string_view domain) {
  if (host == domain) {
    return std::string_view();
  }
  const bool ends = host.size() > domain.size() && host.substr(host.size() - domain.size()) == domain &&
                    host[host.size() - domain.size() - 1] == '.';
  return ends ? std::optional(host.substr(0, host.size() - domain.size() - 1)) : std::nullopt;
}

bool is_known_label(std::string_view label) {
  return std::any_of(
      std::begin(kRegions), std::end(kRegions), [label](const Region& row) { return row.label == label; });
}

/// True for a known label, and for what has its form: "us-west-1".
bool is_region_label(std::string_view label) {
  constexpr std::string_view kPoints[] = {"north", "south", "east", "west", "central"};
  constexpr std::size_t kShortest = 9;
  const bool form = label.size() >= kShortest && label[2] == '-' && label[label.size() - 2] == '-' &&
                    label.back() >= '1' && label.back() <= '9';
  return is_known_label(label) || (form && std::any_of(std::begin(kPoints), std::end(kPoints), [label](auto point) {
                                     return label.find(point) != std::string_view::npos;
                                   }));
}

/// The label in one part of a host's name, which may have a service before it: "webchat-eu-west-1".
std::string_view label_in(std::string_view part) {
  while (!is_region_label(part)) {
    const std::size_t dash = part.find('-');
    if (dash == std::string_view::npos) {
      return {};
    }
    part.remove_prefix(dash + 1);
  }
  return part;
}

/// The part of a host's name that is registered: "acme.io" of "purecloud-proxy.acme.io", "acme.co.uk".
std::string_view domain_of(std::string_view host) {
  constexpr std::size_t kLongestMiddle = 3;
  const std::size_t last = host.rfind('.');
  std::size_t begin = last == std::string_view::npos || last == 0 ? last : host.rfind('.', last - 1);
  if (begin != std::string_view::npos && begin != 0 && last - begin - 1 <= kLongestMiddle) {
    begin = host.rfind('.', begin - 1);
  }
  return begin == std::string_view::npos ? host : host.substr(begin + 1);
}

}  // namespace

std::optional<GenesysHost> genesys_host(std::string_view given) {
  const std::string host = lower_case(given);
  const auto found = [&host](std::string_view domain) -> std::optional<GenesysHost> {
    const auto service = before(host, domain);
    return service ? std::optional(GenesysHost{std::string(*service), std::string(domain)}) : std::nullopt;
  };
  for (const Region& region : kRegions) {
    if (auto known = found(region.domain)) {
      return known;
    }
  }
  for (const std::string_view alias : kAliases) {
    if (auto known = found(alias)) {
      return known;
    }
  }
  return std::nullopt;
}

bool looks_like_genesys(std::string_view given) {
  const std::string host = lower_case(given);
  return genesys_host(host) ||
         std::any_of(std::begin(kLookalikes),
                     std::end(kLookalikes),
                     [&](std::string_view domain) { return before(host, domain).has_value(); }) ||
         std::any_of(std::begin(kLookalikeParts), std::end(kLookalikeParts), [&](std::string_view part) {
           return domain_of(host).find(part) != std::string_view::npos;
         });
}

bool is_genesys_service(std::string_view service) {
  return std::find(std::begin(kServices), std::end(kServices), service) != std::end(kServices);
}

std::optional<RegionLabel> region_label(std::string_view given) {
  const std::string host = lower_case(given);
  for (std::string_view rest = host; !rest.empty();) {
    const std::size_t dot = std::min(rest.size(), rest.find('.'));
    if (const std::string_view label = label_in(rest.substr(0, dot)); !label.empty()) {
      const auto region = std::find_if(
          std::begin(kRegions), std::end(kRegions), [label](const Region& row) { return row.label == label; });
      return RegionLabel{std::string(label), region == std::end(kRegions) ? "" : std::string(region->domain)};
    }
    rest.remove_prefix(std::min(rest.size(), dot + 1));
  }
  return std::nullopt;
}

const ForumSocket* forum_socket(std::string_view path) {
  const auto found = std::find_if(std::begin(kForumSockets), std::end(kForumSockets), [path](const ForumSocket& row) {
    return fits_glob(path, row.path);
  });
  return found == std::end(kForumSockets) ? nullptr : found;
}

bool is_forum_scope(std::string_view scope) {
  return std::any_of(std::begin(kForumScopes), std::end(kForumScopes), [scope](std::string_view glob) {
    return fits_glob(scope, glob);
  });
}

std::optional<session::Finding> scope_finding(const std::vector<std::string>& scopes, std::uint64_t evidence) {
  std::vector<std::string> unknown;
  std::copy_if(scopes.begin(), scopes.end(), std::back_inserter(unknown), is_forum_scope);
  if (unknown.empty()) {
    return std::nullopt;
  }
  session::Finding finding("scope-unknown", evidence);
  finding.severity = session::Severity::warning;
  finding.basis = session::Basis::inferred;
  finding.confidence = session::Confidence::medium;
  finding.at_fault = session::Party::client;
  finding.says = fmt::format("{}: no Genesys source that was read knows {} (not verified that none does).",
                             fmt::join(unknown, " and "),
                             unknown.size() == 1 ? "this scope" : "these scopes");
  finding.fix =
      "The guest socket needs no OAuth; what a client-credentials token may do comes from the OAuth client's roles.";
  return finding;
}

bool fits_glob(std::string_view text, std::string_view glob) {
  std::size_t at = 0, in = 0, star = std::string_view::npos, mark = 0;
  while (at < text.size()) {
    if (in < glob.size() && glob[in] == '*') {
      star = in++;
      mark = at;
    } else if (in < glob.size() && glob[in] == text[at]) {
      ++in;
      ++at;
    } else if (star != std::string_view::npos) {
      in = star + 1;
      at = ++mark;
    } else {
      return false;
    }
  }
  return glob.find_first_not_of('*', in) == std::string_view::npos;
}

bool fits_url(const UrlParts& url, const std::vector<std::string>& globs) {
  const std::string whole = fmt::format("{}://{}{}", url.scheme, url.host, url.path);
  return std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) { return fits_glob(whole, glob); });
}

}  // namespace whydrop::profile
