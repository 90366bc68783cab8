#pragma once

#include "diagnose/ledger.hpp"
#include "session/finding.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::diagnose {

/// What a judge saw in a ledger. Empty members take the row's.
struct Judgement {
  std::string says;
  std::vector<std::uint64_t> evidence;  ///< a judgement without evidence is dropped
  session::Basis basis = session::Basis::observed;
  session::Confidence confidence = session::Confidence::certain;
  std::string fix{};
  std::optional<session::Severity> severity{};
  /// How it opens the headline where it leads it, without a stop: how the session ended follows. One that ends with a
  /// stop says that too. Empty: it never leads.
  std::string lead{};
  std::optional<session::Party> at_fault{};
};

/// What was found of one connection, ranked, broken rules first among equals; and with what each cause among it would
/// open the headline, by id.
struct Judged {
  std::vector<session::Finding> findings;
  std::map<std::string, std::string, std::less<>> leads;
};

/// One finding that diagnose can emit: one row, one small function.
struct FindingRow {
  std::string_view id;
  session::Severity severity;
  session::Party at_fault;
  bool explains;                                                          ///< it can be the cause of an ending
  std::optional<Judgement> (*judge)(const Ledger&, std::string_view id);  ///< null: formed for a whole run
  std::string_view title;
  std::string_view text;  ///< for `whydrop explain`
  std::string_view fix;
  std::string_view citation;
};

/// Every finding of this module, in the order of the tables. The only list of its ids.
const std::vector<FindingRow>& known_findings();
const FindingRow* find_finding(std::string_view id);

/// Findings of one connection: those that were given, and those that its ledger shows.
Judged judge(const Ledger& ledger);

/// The socket's credential, where its claims could be read; null else.
const TokenNote* credential(const Ledger& ledger);

/// Makes what explains an ending a note: the ending was asked for, or a later connection made up for it.
void excuse_ending(std::vector<session::Finding>& findings);

/// Builds a Finding from a row; empty where there is no evidence.
std::optional<session::Finding> make(const FindingRow& row, Judgement judgement);

// The parts of the table, by subject.
const std::vector<FindingRow>& connect_findings();
const std::vector<FindingRow>& address_findings();
const std::vector<FindingRow>& foreign_findings();
const std::vector<FindingRow>& path_findings();
const std::vector<FindingRow>& limit_findings();
const std::vector<FindingRow>& answer_findings();
const std::vector<FindingRow>& upgrade_findings();
const std::vector<FindingRow>& request_findings();
const std::vector<FindingRow>& beat_findings();
const std::vector<FindingRow>& hop_findings();
const std::vector<FindingRow>& credential_findings();
const std::vector<FindingRow>& close_findings();
const std::vector<FindingRow>& ending_findings();
const std::vector<FindingRow>& words_findings();
const std::vector<FindingRow>& clock_findings();
const std::vector<FindingRow>& timing_findings();
const std::vector<FindingRow>& numbering_findings();
const std::vector<FindingRow>& guide_findings();
const std::vector<FindingRow>& token_findings();
const std::vector<FindingRow>& url_findings();
const std::vector<FindingRow>& call_findings();
const std::vector<FindingRow>& refusal_findings();
const std::vector<FindingRow>& run_findings();

}  // namespace whydrop::diagnose
