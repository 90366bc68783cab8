// Which hop answered the upgrade: the server, or something before it.
#include "base/text.hpp"
#include "diagnose/guide.hpp"
#include "diagnose/judging.hpp"
#include "diagnose/words.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace whydrop::diagnose {

namespace {

/// "whoever answered (nginx/1.22.1)".
std::string answerer(const Ledger& ledger) {
  const std::string name = hop_name(ledger);
  return name.empty() ? "whoever answered" : fmt::format("whoever answered ({})", name);
}

/// True if an answer says that it saw no upgrade.
bool saw_no_upgrade(const session::Response& response) {
  static constexpr std::string_view kWords[] = {"upgrade header",
                                                "missing upgrade",
                                                "invalid upgrade",
                                                "no upgrade",
                                                "upgrade required",
                                                "expected upgrade",
                                                "not a websocket",
                                                "not websocket",
                                                "\"upgrade\" only to",
                                                "websocket upgrade",
                                                "connection header",
                                                "websockets request was expected",
                                                "expected a websocket",
                                                "upgrade to websocket",
                                                "token not found in",
                                                "must be \"upgrade\"",
                                                "cannot access a websocket server directly"};
  return std::any_of(std::begin(kWords), std::end(kWords), [&](std::string_view words) {
    return contains_caseless(response.body, words) || contains_caseless(response.start_line, words);
  });
}

/// What the named software is to be told; the row's advice where none is named.
std::string pass_upgrade_on(const Ledger& ledger) {
  const auto entries = entries_named(ledger, fieldguide::Trigger::bad_upgrade);
  return entries.empty() ? std::string() : entries.front()->fix;
}

/// The request had Upgrade, and the answer is one to a request without: something on the way took it out.
std::optional<Judgement> upgrade_lost(const Ledger& ledger, std::string_view) {
  // A server that wants another version says which.
  const std::string* version = ledger.header("Sec-WebSocket-Version");
  if (!ledger.was_refused() || !ledger.request_upgrade ||
      (version != nullptr && version->find("13") == std::string::npos)) {
    return std::nullopt;
  }
  const session::Response& response = ledger.response->fact;
  if ((response.status != 426 && response.status != 400) || !saw_no_upgrade(response)) {
    return std::nullopt;
  }
  const std::string seen = fmt::format(
      "{} request had Upgrade: websocket, and {} saw none", client_words(ledger.observer).your, answerer(ledger));
  return Judgement{capital(seen) + ": a hop on the way took it out.",
                   {ledger.request_seq, ledger.response->seq},
                   Basis::inferred,
                   Confidence::medium,
                   pass_upgrade_on(ledger),
                   std::nullopt,
                   "a hop that took Upgrade out: " + seen};
}

/// True if a header's value has "hit" as a word: "HIT", "MISS, HIT", "Hit from cloudfront", "TCP_HIT".
bool says_hit(std::string_view value) {
  const std::string lower = lower_case(value);
  const std::size_t at = lower.find("hit");
  return at != std::string::npos && (at + 3 == lower.size() || lower[at + 3] < 'a' || lower[at + 3] > 'z');
}

/// The headers by which a cache says that it answered by itself: "X-Cache: HIT, Age: 31". An Age above 0 is an answer
/// that nobody was asked for now. RFC 9111 section 5.1.
std::string cache_words(const Ledger& ledger) {
  std::string words;
  for (const std::string_view name : {"Age", "X-Cache", "CF-Cache-Status", "X-Cache-Status", "X-Proxy-Cache"}) {
    const std::string* value = ledger.header(name);
    const bool age = name == "Age";
    if (value != nullptr && (age ? value->find_first_of("123456789") == 0 : says_hit(*value))) {
      words += fmt::format("{}{}: {}", words.empty() ? "" : ", ", name, printable(*value, 60));
    }
  }
  return words;
}

std::optional<Judgement> from_cache(const Ledger& ledger, std::string_view) {
  const std::string words = ledger.was_refused() ? cache_words(ledger) : "";
  if (words.empty()) {
    return std::nullopt;
  }
  const std::string& line = ledger.response->fact.start_line;
  const std::string hop = hop_name(ledger);
  Judgement judgement{fmt::format("The answer is out of a cache ({}): it took the upgrade for a plain GET.", words),
                      {ledger.response->seq}};
  judgement.lead =
      fmt::format("a cache on the way answered, not the server ({}{}{}): it took the upgrade for a plain GET, {}.",
                  hop,
                  hop.empty() ? "" : "; ",
                  words,
                  printable(std::string_view(line).substr(line.find(' ') + 1), 60));
  return judgement;
}

}  // namespace

const std::vector<FindingRow>& hop_findings() {
  static const std::vector<FindingRow> rows = {
      {"answer-from-cache",
       Severity::error,
       Party::network,
       true,
       from_cache,
       "A cache answered the upgrade",
       "Age or X-Cache shows that a cache gave a stored answer: the upgrade did not reach the server.",
       "Let the cache pass this path on (no caching, Upgrade handed on), or connect to the server behind it "
       "(--connect-to).",
       "RFC 9111 section 5.1"},
      {"upgrade-lost",
       Severity::warning,
       Party::network,
       false,
       upgrade_lost,
       "A hop took the Upgrade header out",
       "The request carried Upgrade, and the answer says that none came: a proxy or balancer between does not pass it "
       "on, since Upgrade and Connection go from hop to hop only.",
       "Let each hop pass Upgrade and Connection on (nginx: proxy_http_version 1.1; proxy_set_header Upgrade "
       "$http_upgrade; proxy_set_header Connection upgrade).",
       "RFC 9110 section 7.8"},
  };
  return rows;
}

}  // namespace whydrop::diagnose
