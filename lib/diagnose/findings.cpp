#include "diagnose/findings.hpp"

#include "diagnose/cause.hpp"
#include "diagnose/symptoms.hpp"
#include "profile/owner.hpp"
#include "profile/url_parts.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace whydrop::diagnose {

const std::vector<FindingRow>& known_findings() {
  static const std::vector<FindingRow> all = [] {
    std::vector<FindingRow> rows;
    for (const auto* part :
         {&connect_findings(), &address_findings(),    &answer_findings(),   &upgrade_findings(), &request_findings(),
          &hop_findings(),     &credential_findings(), &close_findings(),    &foreign_findings(), &path_findings(),
          &ending_findings(),  &words_findings(),      &beat_findings(),     &clock_findings(),   &timing_findings(),
          &guide_findings(),   &token_findings(),      &url_findings(),      &call_findings(),    &refusal_findings(),
          &run_findings(),     &limit_findings(),      &numbering_findings()}) {
      rows.insert(rows.end(), part->begin(), part->end());
    }
    return rows;
  }();
  return all;
}

const FindingRow* find_finding(std::string_view id) {
  const auto& rows = known_findings();
  const auto found = std::find_if(rows.begin(), rows.end(), [id](const FindingRow& row) { return row.id == id; });
  return found == rows.end() ? nullptr : &*found;
}

std::optional<session::Finding> make(const FindingRow& row, Judgement judgement) {
  auto& evidence = judgement.evidence;
  std::sort(evidence.begin(), evidence.end());
  evidence.erase(std::unique(evidence.begin(), evidence.end()), evidence.end());
  evidence.erase(std::remove(evidence.begin(), evidence.end(), 0U), evidence.end());
  if (evidence.empty()) {
    return std::nullopt;
  }
  session::Finding finding(std::string(row.id), evidence.front());
  finding.severity = judgement.severity.value_or(row.severity);
  finding.confidence = judgement.confidence;
  finding.basis = judgement.basis;
  finding.at_fault = judgement.at_fault.value_or(row.at_fault);
  finding.evidence = std::move(evidence);
  finding.says = std::move(judgement.says);
  finding.fix = judgement.fix.empty() ? std::string(row.fix) : std::move(judgement.fix);
  finding.citation = row.citation;
  return finding;
}

void excuse_ending(std::vector<session::Finding>& findings) {
  for (session::Finding& finding : findings) {
    const FindingRow* row = find_finding(finding.id);
    if (row != nullptr && row->explains) {
      finding.severity = session::Severity::note;
    }
  }
  std::stable_sort(findings.begin(), findings.end(), session::ranks_before);
}

namespace {

void add_judged(const Ledger& ledger, const std::vector<FindingRow>& rows, Judged& found) {
  for (const FindingRow& row : rows) {
    // A finding that stands already (a recorded opinion) is not formed twice.
    if (row.judge == nullptr || ledger.findings.count(row.id) != 0) {
      continue;
    }
    if (auto judgement = row.judge(ledger, row.id)) {
      std::string lead = std::move(judgement->lead);
      if (auto finding = make(row, std::move(*judgement))) {
        found.findings.push_back(std::move(*finding));
        if (!lead.empty()) {
          found.leads.emplace(row.id, std::move(lead));
        }
      }
    }
  }
}

/// A scope that no source of the host's owner knows. Where the profile itself asks for it, that is only worth a note.
void add_scope(const Ledger& ledger, std::vector<session::Finding>& found) {
  const profile::Profile* used = ledger.profile.used;
  const auto asked = [used](const std::string& scope) {
    return used != nullptr && std::find(used->scopes.begin(), used->scopes.end(), scope) != used->scopes.end();
  };
  const profile::Owner* owner = profile::owner_of(profile::split_url(ledger.url).host);
  for (const TokenNote& note : ledger.tokens) {
    auto finding = owner != nullptr ? owner->scope_finding(note.token.scopes, note.seq) : std::nullopt;
    if (finding && ledger.findings.count(finding->id) == 0) {
      const auto& scopes = note.token.scopes;
      finding->severity =
          std::any_of(scopes.begin(), scopes.end(), asked) ? session::Severity::note : finding->severity;
      found.push_back(std::move(*finding));
      return;
    }
  }
}

/// What is judged by a profile that nobody named is no surer than the recognition.
void weaken_recognised(const Ledger& ledger, std::vector<session::Finding>& found) {
  for (session::Finding& finding : found) {
    if (rests_on_recognition(ledger, finding)) {
      finding.confidence = std::max(finding.confidence, session::Confidence::high);
    }
  }
}

}  // namespace

Judged judge(const Ledger& ledger) {
  Judged judged;
  auto& found = judged.findings;
  for (const auto& id : ledger.finding_order) {
    found.push_back(ledger.findings.find(id)->second);
  }
  if (ledger.role == session::Role::websocket) {
    add_judged(ledger, known_findings(), judged);
    add_scope(ledger, found);
    for (auto& symptom : symptoms(ledger, found)) {
      found.push_back(std::move(symptom));
    }
    weaken_recognised(ledger, found);
  } else {
    add_judged(ledger, connect_findings(), judged);
    add_judged(ledger, call_findings(), judged);
    add_judged(ledger, refusal_findings(), judged);
  }
  std::stable_sort(found.begin(), found.end(), session::ranks_before);
  return judged;
}

}  // namespace whydrop::diagnose
