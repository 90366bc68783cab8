#include "diagnose/judging.hpp"
#include "diagnose/words.hpp"
#include "profile/owner.hpp"
#include "profile/template.hpp"
#include "profile/url_parts.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace whydrop::diagnose {

using profile::UrlParts;

namespace {

/// The template with the values that are known; names of the others, and of secrets, stay in their braces.
std::string filled(const Ledger& ledger, std::string_view text) {
  std::string out;
  for (const profile::Piece& piece : profile::pieces_of(text)) {
    const profile::Variable* variable = piece.name ? ledger.profile.used->variable(piece.text) : nullptr;
    std::optional<std::string> value;
    if (variable != nullptr && !variable->secret) {
      value = ledger.profile.bindings != nullptr ? ledger.profile.bindings->get(piece.text) : variable->fallback;
    }
    out += !piece.name ? piece.text : value.value_or("{" + piece.text + "}");
  }
  return out;
}

/// True if `given` could be `pattern` with some value for each placeholder, none of which holds a slash.
bool fits(std::string_view given, std::string_view pattern) {
  const std::size_t open = pattern.find('{');
  if (open == std::string_view::npos) {
    return given == pattern;
  }
  if (given.substr(0, open) != pattern.substr(0, open)) {
    return false;
  }
  const std::string_view rest = pattern.substr(std::min(pattern.size(), pattern.find('}', open) + 1));
  const std::size_t slash = std::min(given.size(), given.find('/', open));
  for (std::size_t end = open + 1; end <= slash; ++end) {
    if (fits(given.substr(end), rest)) {
      return true;
    }
  }
  return false;
}

/// Both texts with the part in which they differ in brackets.
struct Marked {
  std::string given, wanted;
};
Marked mark(std::string_view given, std::string_view wanted) {
  if (given == wanted) {
    return {std::string(given), std::string(wanted)};
  }
  const auto front = static_cast<std::size_t>(
      std::mismatch(given.begin(), given.end(), wanted.begin(), wanted.end()).first - given.begin());
  const std::size_t most = std::min(given.size(), wanted.size()) - front;
  std::size_t back = 0;
  while (back < most && given[given.size() - 1 - back] == wanted[wanted.size() - 1 - back]) {
    ++back;
  }
  const auto with_brackets = [&](std::string_view text) {
    return fmt::format("{}[{}]{}",
                       text.substr(0, front),
                       text.substr(front, text.size() - back - front),
                       text.substr(text.size() - back));
  };
  return {with_brackets(given), with_brackets(wanted)};
}

std::string host_and_port(const UrlParts& url) {
  const bool usual = url.port.empty() || url.port == (url.scheme == "wss" || url.scheme == "https" ? "443" : "80");
  return usual ? url.host : url.host + ":" + url.port;
}

/// What differs between the URL in use and the profile's.
struct Difference {
  UrlParts given, wanted;
  bool scheme = false, host = false, path = false;
  std::vector<std::string> missing{};  ///< names of the query

  bool any() const { return scheme || host || path || !missing.empty(); }
};

bool reaches_loopback(const Ledger& ledger, const UrlParts& url) {
  const auto& remote = ledger.connect ? ledger.connect->fact.remote : std::string();
  return profile::is_loopback(url.host) || profile::is_loopback(remote) || remote.rfind("[::1]", 0) == 0;
}

Difference compare(const Ledger& ledger, const std::string& wanted) {
  Difference found{profile::split_url(ledger.url), profile::split_url(wanted)};
  const bool here = reaches_loopback(ledger, found.given);
  // A dialect that was recognised may stand in for its server anywhere.
  const bool stand_in = here || ledger.profile.recognised != nullptr;
  found.scheme = !stand_in && found.given.scheme != found.wanted.scheme;
  const bool same_host =
      here ? fits(found.given.host, found.wanted.host) : fits(host_and_port(found.given), host_and_port(found.wanted));
  found.host = ledger.profile.recognised == nullptr && !profile::is_loopback(found.given.host) && !same_host;
  found.path = !fits(found.given.path, found.wanted.path);
  for (const auto& [name, value] : found.wanted.query) {
    if (profile::find_in(found.given.query, name) == nullptr) {
      found.missing.push_back(name);
    }
  }
  return found;
}

/// The host up to its path, and the path, each with its own brackets.
Marked mark(const Difference& found) {
  const auto scheme =
      found.scheme ? mark(found.given.scheme, found.wanted.scheme) : Marked{found.given.scheme, found.given.scheme};
  const auto host = found.host ? mark(host_and_port(found.given), host_and_port(found.wanted))
                               : Marked{host_and_port(found.given), host_and_port(found.given)};
  const auto path = found.path ? mark(found.given.path, found.wanted.path) : Marked{found.given.path, found.given.path};
  return {fmt::format("{}://{}{}", scheme.given, host.given, path.given),
          fmt::format("{}://{}{}", scheme.wanted, host.wanted, path.wanted)};
}

/// Said of a host that is right but for its region.
std::string region_words(const Difference& found) {
  const profile::Owner* owner = found.host ? profile::owner_of(found.wanted.host) : nullptr;
  if (owner == nullptr) {
    return {};
  }
  const auto given = owner->host(found.given.host), wanted = owner->host(found.wanted.host);
  const bool other = given && wanted && given->service == wanted->service && given->region != wanted->region;
  return other
             ? fmt::format(
                   " The host is the one of region {}, and the profile's region is {}.", given->region, wanted->region)
             : "";
}

bool nothing_was_answered(const Ledger& ledger) {
  return !ledger.had_session() || (ledger.ended_by_server_side() && ledger.server.messages == 0);
}

std::optional<Judgement> mismatch(const Ledger& ledger, std::string_view) {
  const profile::Profile* used = ledger.profile.used;
  if (used == nullptr || ledger.url.empty() || used->socket_url.empty()) {
    return std::nullopt;
  }
  if (ledger.profile.recognised != nullptr && used->socket_url.front() == '{') {
    return std::nullopt;  // its user chooses the URL
  }
  const std::string wanted = filled(ledger, used->socket_url);
  const Difference found = compare(ledger, wanted);
  if (wanted.find("://") == std::string::npos || !found.any()) {
    return std::nullopt;  // a URL that only a reply gives is not known here
  }
  std::string says;
  if (found.scheme || found.host || found.path) {
    const Marked marked = mark(found);
    says = fmt::format("The URL is {}; {} has {}.{}",
                       printable(marked.given, 200),
                       used->name,
                       printable(marked.wanted, 200),
                       region_words(found));
  }
  if (!found.missing.empty()) {
    says += fmt::format("{}The query lacks {}.", says.empty() ? "" : " ", fmt::join(found.missing, " and "));
  }
  Judgement made{std::move(says), {ledger.opened_seq, ledger.request_seq, ledger.end_seq()}};
  made.severity = nothing_was_answered(ledger) ? Severity::error : Severity::warning;
  // Where the dialect was recognised its host is the one in use.
  const std::string there =
      ledger.profile.recognised == nullptr
          ? wanted
          : fmt::format("{}://{}{}",
                        found.given.scheme,
                        host_and_port(found.given),
                        wanted.substr(std::min(wanted.size(), wanted.find('/', wanted.find("://") + 3))));
  made.fix = fmt::format("Connect to {}.", printable(there, 200));
  return made;
}

}  // namespace

const std::vector<FindingRow>& url_findings() {
  static const std::vector<FindingRow> rows = {
      {"url-mismatch",
       Severity::error,
       Party::client,
       true,
       mismatch,
       "The URL is not the profile's",
       "Scheme, host, path or the names in the query differ from the profile's URL. The part that differs stands in "
       "brackets. Values of variables count in the host only: another region is another host.",
       "Connect to the profile's URL: whydrop profile show prints it.",
       ""},
  };
  return rows;
}

}  // namespace whydrop::diagnose
