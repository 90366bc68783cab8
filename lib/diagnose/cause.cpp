#include "diagnose/cause.hpp"

#include "diagnose/findings.hpp"
#include "diagnose/symptoms.hpp"
#include "profile/findings.hpp"
#include "rules/rules.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace whydrop::diagnose {

using session::Basis;
using session::Confidence;
using session::Finding;
using session::Severity;

namespace {

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
  constexpr std::int64_t kSecond = 1'000'000'000;
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

}  // namespace

bool says_only_how(std::string_view id) {
  return find_finding(id) != nullptr && !is_of(token_findings(), id) && !is_of(url_findings(), id);
}

bool says_why(const Ledger& ledger, const Finding& finding) {
  if (ledger.role != "websocket") {
    return false;
  }
  const profile::FindingText* text = text_of(ledger, finding.id);
  if (is_symptom(ledger, finding)) {
    return text->explains;
  }
  if (!went_wrong(ledger) || finding.severity == Severity::note || says_only_how(finding.id)) {
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

const Finding* lead(const Ledger& ledger, std::vector<Finding>& findings) {
  // They are ranked already: the first is the best.
  const auto why =
      std::find_if(findings.begin(), findings.end(), [&](const Finding& finding) { return says_why(ledger, finding); });
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

std::string why_words(const Ledger& ledger, const Finding& why) {
  const auto last = ledger.finding_times.find(why.id);
  const std::string& says =
      last != ledger.finding_times.end() && !last->second.says.empty() ? last->second.says : why.says;
  if (!ledger.had_session() || ledger.ended_by_server_side()) {
    return fmt::format("{}: {}", likelihood(ledger, why, ""), says);
  }
  if (ledger.went_silent()) {
    return fmt::format("{}: {}", likelihood(ledger, why, " of the silence"), says);
  }
  return fmt::format("{}: {}", why.basis == Basis::observed ? "Observed" : "Inferred", says);
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
  if (ledger.role != "websocket") {
    return " " + first->says;
  }
  const bool closed_in_peace = ledger.had_session() && ledger.first_close == session::Side::client;
  return closed_in_peace && first->evidence.front() < ledger.end_seq() ? " Before that: " + first->says : std::string();
}

}  // namespace whydrop::diagnose
