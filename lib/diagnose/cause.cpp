#include "diagnose/cause.hpp"

#include "base/time.hpp"
#include "diagnose/findings.hpp"
#include "diagnose/said.hpp"
#include "diagnose/symptoms.hpp"
#include "diagnose/words.hpp"
#include "profile/findings.hpp"
#include "rules/rules.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace whydrop::diagnose {

using session::Basis;
using session::Confidence;
using session::Finding;
using session::Severity;

namespace {

/// The findings of this module that tell why, in the order in which they are asked to lead.
struct CauseRow {
  std::string_view id;
  bool outranks_profile;      ///< leads before what a profile infers with no more confidence
  bool outranks_all = false;  ///< leads whatever else was found
};

constexpr CauseRow kCauses[] = {
    {"relay-fault", true, true},
    {"answer-from-cache", false},
    {"redirect-to-tls", false},
    {"redirect-to-login", false},
    {"redirect-to-slash", false},
    {"upgrade-lost", false},
    {"answer-says-why", false},
    {"no-credential", false},
    {"auth-scheme-missing", false},
    {"asgi-path", false},
    {"large-packets-lost", false},
    {"peer-does-not-read", false},
    {"half-open", false},
    {"peer-stuck", false},
    {"close-code-as-text", false},
    {"http-in-session", false},
    {"pong-withheld", true},
    {"heartbeat-owed", true},
    {"ping-message-unanswered", false},
    {"server-said", false},
    {"message-size-limit", false},
    {"close-reason", false},
    {"drop-after-ping", false},
    {"drop-after-message", false},
    {"forgotten-connection", false},
    {"login-timer", false},
    {"idle-limit", false},
    {"connection-age", false},
    {"same-message", false},  // these are of a whole run
    {"same-age", false},
    {"same-silence", false},
};

bool is_of(const std::vector<FindingRow>& rows, std::string_view id) {
  return std::any_of(rows.begin(), rows.end(), [id](const FindingRow& row) { return row.id == id; });
}

const profile::FindingText* text_of(const Ledger& ledger, std::string_view id) {
  if (ledger.profile.used == nullptr) {
    return nullptr;
  }
  const auto texts = profile::finding_texts(*ledger.profile.used);
  const auto found = std::find_if(texts.begin(), texts.end(), [id](const auto* text) { return text->id == id; });
  return found == texts.end() ? nullptr : *found;
}

/// True if there is something to explain: no session, an end from the server's side, or silence after a message.
bool went_wrong(const Ledger& ledger) {
  return !ledger.had_session() || ledger.ended_by_server_side() || ledger.went_silent();
}

/// A fault explains an end that came before the conversation had gone on: of the last message or of one that nothing
/// was answered after, or of the first where no more than one answer came. Long after it, the end has another cause.
bool came_before_the_end(const Ledger& ledger, const Finding& finding) {
  constexpr std::int64_t kLongAfter = 300 * kSecond, kLongAfterPushes = 30 * kSecond;
  const auto found = ledger.finding_times.find(finding.id);
  if (found == ledger.finding_times.end()) {
    return true;
  }
  const FindingTime& last = found->second;
  const std::int64_t since = ledger.end_t() - last.t_ns;
  const std::uint64_t answered = ledger.server.messages - last.server_messages;
  if (answered == 0 || (last.client_messages == 1 && answered == 1)) {
    return since <= kLongAfter;
  }
  return ledger.client.messages == last.client_messages && since <= kLongAfterPushes;
}

/// " (guest-event recognised)", where nobody named the profile that it is judged by.
std::string resting_on(const Ledger& ledger, const Finding& why) {
  return rests_on_recognition(ledger, why) ? fmt::format(" ({} recognised)", ledger.profile.used->name) : "";
}

/// "Likely cause", "Possible cause of the silence, inferred".
std::string likelihood(const Ledger& ledger, const Finding& why, std::string_view of) {
  if (why.basis == Basis::observed) {
    return fmt::format("{}ause{}", is_symptom(ledger, why) ? "C" : "Likely c", of);
  }
  const std::string_view how_sure = why.confidence == Confidence::low      ? "Possible"
                                    : why.confidence == Confidence::medium ? "Probable"
                                                                           : "Likely";
  return fmt::format("{} cause{}, inferred", how_sure, of);
}

/// A sentence: how sure `why` is, and what it says.
std::string why_words(const Ledger& ledger, const Finding& why) {
  const auto last = ledger.finding_times.find(why.id);
  const std::string& says =
      last != ledger.finding_times.end() && !last->second.says.empty() ? last->second.says : why.says;
  const std::string resting = resting_on(ledger, why) + ": " + says;
  if (!ledger.had_session() || ledger.ended_by_server_side()) {
    return likelihood(ledger, why, "") + resting;
  }
  if (ledger.went_silent()) {
    return likelihood(ledger, why, " of the silence") + resting;
  }
  return (why.basis == Basis::observed ? "Observed" : "Inferred") + resting;
}

/// `lead` as the headline's beginning: what is inferred says so.
std::string marked(const Finding& why, const std::string& lead) {
  if (why.basis == Basis::observed) {
    return capital(lead);
  }
  return fmt::format("{} {}", why.confidence == Confidence::medium ? "Probably" : "Very likely", lead);
}

/// What a profile's words leave to be said of how it ended: nothing of a refusal whose status they hold, and of a Close
/// whose code they hold no more than its reason.
std::string rest_of_how(const Ledger& ledger, const std::string& words, const std::string& how) {
  if (!ledger.had_session()) {
    const bool holds = ledger.response && contains_caseless(words, fmt::format("{}", ledger.response->fact.status));
    return holds ? std::string() : how;
  }
  if (ledger.first_close != session::Side::server ||
      !contains_caseless(words, fmt::format("{}", ledger.server.close->code.value_or(1005)))) {
    return how;
  }
  const std::string& reason = ledger.server.close->reason;
  return reason.empty() || contains_caseless(words, reason) ? std::string() : "its reason: " + quoted(reason);
}

/// True where the server itself named a cause that has nothing to do with the credential: a token's fault, true as it
/// is, did not end the session then.
bool is_beside_the_point(const Ledger& ledger, const Finding& why) {
  const auto topic = named_topic(ledger);
  return ledger.had_session() && is_of(token_findings(), why.id) && topic && *topic != Topic::credentials &&
         *topic != Topic::lifetime && *topic != Topic::login_time && *topic != Topic::finished &&
         *topic != Topic::failure;
}

/// What was seen goes before what a profile hardly more than guesses.
bool leads_before(const Ledger& ledger, const CauseRow& row, const Finding& own, const Finding& of_profile) {
  if (row.outranks_all) {
    return true;
  }
  if (is_beside_the_point(ledger, of_profile)) {
    return row.id == "server-said" || row.id == "close-reason";
  }
  return of_profile.basis == Basis::inferred &&
         (own.basis == Basis::observed ? of_profile.confidence == Confidence::low
                                       : row.outranks_profile && own.confidence <= of_profile.confidence);
}

}  // namespace

bool is_cause(std::string_view id) {
  return std::any_of(std::begin(kCauses), std::end(kCauses), [id](const CauseRow& row) { return row.id == id; });
}

bool says_only_how(std::string_view id) {
  return find_finding(id) != nullptr && !is_cause(id) && !is_of(token_findings(), id) && !is_of(url_findings(), id);
}

bool repeats_headline(std::string_view id) {
  const FindingRow* row = find_finding(id);
  return row != nullptr && ((row->explains && says_only_how(id)) || id == "close-unanswered" || id == "close-timeout" ||
                            id == "close-crossed" || id == "no-reply" || id == "expectation-unmet" ||
                            id == "no-close-in-time" || id == "close-reason");
}

bool rests_on_recognition(const Ledger& ledger, const Finding& finding) {
  constexpr std::string_view kByProfile[] = {"url-mismatch", "token-scope", "token-missing"};
  const auto among = [&](const auto& ids) {
    return std::find(std::begin(ids), std::end(ids), finding.id) != std::end(ids);
  };
  const profile::CheckRow* check = profile::find_check(finding.id);
  return ledger.profile.recognised != nullptr &&
         (among(kByProfile) || text_of(ledger, finding.id) != nullptr || (check != nullptr && !check->of_host));
}

bool says_why(const Ledger& ledger, const Finding& finding) {
  if (ledger.role != session::Role::websocket) {
    return false;
  }
  const profile::FindingText* text = text_of(ledger, finding.id);
  if (is_symptom(ledger, finding)) {
    return text->explains;
  }
  if (!went_wrong(ledger) || finding.severity == Severity::note || says_only_how(finding.id) || is_cause(finding.id)) {
    return false;
  }
  if (find_finding(finding.id) != nullptr) {
    return finding.severity == Severity::error;  // of the token, of the URL
  }
  const profile::CheckRow* check = profile::find_check(finding.id);
  // What the server got wrong does not tell why it went; what it said (a signal) may.
  const bool explains = text != nullptr
                            ? text->explains
                            : check != nullptr && check->explains && finding.at_fault != session::Party::server;
  return explains && came_before_the_end(ledger, finding);
}

const Finding* lead(const Ledger& ledger, Judged& judged) {
  auto& findings = judged.findings;
  // Where nothing went wrong, what a profile found stands behind the end.
  const bool beside = !went_wrong(ledger) && !beside_words(ledger, findings).empty();
  // They are ranked already: the first is the best.
  auto why =
      std::find_if(findings.begin(), findings.end(), [&](const Finding& finding) { return says_why(ledger, finding); });
  for (const CauseRow& row : kCauses) {
    const auto own = std::find_if(findings.begin(), findings.end(), [&](const Finding& f) { return f.id == row.id; });
    if (own == findings.end() || own->confidence == Confidence::low || judged.leads.count(row.id) == 0 ||
        (beside && row.id == "server-said")) {
      continue;
    }
    if (why == findings.end() || leads_before(ledger, row, *own, *why)) {
      why = own;
    }
    break;
  }
  if (why == findings.end()) {
    return nullptr;
  }
  std::rotate(findings.begin(), why, why + 1);
  return &findings.front();
}

void lead_with(const std::string& cause, std::vector<Finding>& findings) {
  const auto why =
      std::find_if(findings.begin(), findings.end(), [&](const Finding& finding) { return finding.id == cause; });
  if (why != findings.end() && !says_only_how(cause) && rules::find_rule(cause) == nullptr) {
    std::rotate(findings.begin(), why, why + 1);
  }
}

std::string caused_headline(
    const Ledger& ledger, const Finding& why, const Judged& judged, const std::string& how, const std::string& plain) {
  const auto own = judged.leads.find(why.id);
  if (own != judged.leads.end() && !own->second.empty()) {
    const std::string cause = marked(why, own->second);
    return cause.back() == '.' ? cause : fmt::format("{}; {}.", cause, how);
  }
  const std::string words = why_words(ledger, why);
  if (why.basis == Basis::inferred && why.confidence == Confidence::low) {
    return fmt::format("{} {}", plain, words);
  }
  const std::string rest = rest_of_how(ledger, words, how);
  return rest.empty() ? words : fmt::format("{}; {}.", words.substr(0, words.find_last_not_of(". ") + 1), rest);
}

std::string beside_words(const Ledger& ledger, const std::vector<Finding>& findings) {
  const auto is_worth_it = [&](const Finding& finding) {
    const bool of_profile = text_of(ledger, finding.id) != nullptr || profile::find_check(finding.id) != nullptr;
    return of_profile && finding.basis == Basis::observed && finding.severity != Severity::note;
  };
  const auto first = std::find_if(findings.begin(), findings.end(), is_worth_it);
  if (first == findings.end()) {
    return {};
  }
  if (ledger.role != session::Role::websocket) {
    return " " + first->says;
  }
  const bool closed_in_peace = ledger.had_session() && ledger.first_close == session::Side::client;
  return closed_in_peace && first->evidence.front() < ledger.end_seq()
             ? fmt::format(" Before that{}: {}", resting_on(ledger, *first), first->says)
             : std::string();
}

}  // namespace whydrop::diagnose
