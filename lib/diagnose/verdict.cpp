#include "diagnose/verdict.hpp"

#include "diagnose/cause.hpp"
#include "diagnose/findings.hpp"
#include "profile/findings.hpp"
#include "rules/rules.hpp"
#include "wire/close_code.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

namespace whydrop::diagnose {

using session::CodeSource;
using session::EndedBy;
using session::EndingHow;
using session::Finding;
using session::Side;
using session::Verdict;

namespace {

EndedBy as_ender(Side side) {
  return side == Side::client ? EndedBy::client : EndedBy::server;
}

/// Who ends a connection where the Ending itself does not say.
EndedBy usual_ender(EndingHow how) {
  switch (how) {
  case EndingHow::fin:
  case EndingHow::fin_mid_frame:
  case EndingHow::reset:
  case EndingHow::tls_close_notify:
  case EndingHow::tls_truncated:
  case EndingHow::upgrade_refused:
  case EndingHow::upgrade_cut:
    return EndedBy::server;
  case EndingHow::close_timeout:
  case EndingHow::local_close:
  case EndingHow::interrupted:
    return EndedBy::client;
  case EndingHow::timed_out:
  case EndingHow::unreachable:
    return EndedBy::network;
  case EndingHow::tls_error:
  case EndingHow::ping_timeout:
  case EndingHow::idle_timeout:
  case EndingHow::resolve_failed:
  case EndingHow::connect_failed:
  case EndingHow::proxy_failed:
  case EndingHow::tls_failed:
  case EndingHow::upgrade_timeout:
  case EndingHow::capture_ended:
    return EndedBy::unknown;
  }
  return EndedBy::unknown;
}

void set_code(const Ledger& ledger, Verdict& verdict) {
  if (ledger.first_close) {
    const auto& close = *ledger.side(*ledger.first_close).close;
    verdict.code = close.code.value_or(1005);
    verdict.code_source = !close.code                           ? CodeSource::derived
                          : *ledger.first_close == Side::server ? CodeSource::received
                                                                : CodeSource::sent;
  } else if (ledger.had_session() && ledger.how() != EndingHow::capture_ended) {
    verdict.code = 1006;
    verdict.code_source = CodeSource::derived;
  }
}

/// True if a browser would have failed the connection before the server's Close reached the page.
bool browser_fails(const Ledger& ledger, const std::vector<Finding>& findings) {
  const auto close_seq = ledger.server.close ? ledger.server.close->seq : UINT64_MAX;
  return std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
    const rules::Rule* rule = rules::find_rule(finding.id);
    return rule != nullptr && rule->fail_code != 0 && finding.at_fault == session::Party::server &&
           !finding.evidence.empty() && finding.evidence.front() <= close_seq;
  });
}

std::optional<std::uint16_t> browser_code(const Ledger& ledger, const std::vector<Finding>& findings) {
  if (ledger.role != "websocket") {
    return std::nullopt;
  }
  if (ledger.had_session() && ledger.server.close && !browser_fails(ledger, findings)) {
    const auto& close = ledger.server.close->code;
    return !close ? (ledger.server.close_length == 0 ? 1005 : 1006) : wire::is_sendable(*close) ? *close : 1006;
  }
  // A capture or HAR that stops while the session is open shows no end that a page could have been told of.
  if (ledger.how() == EndingHow::capture_ended) {
    return std::nullopt;
  }
  return 1006;
}

EndedBy ended_by(const Ledger& ledger) {
  if (ledger.first_close && ledger.had_session()) {
    return as_ender(*ledger.first_close);
  }
  if (ledger.ending && ledger.ending->fact.by != EndedBy::unknown) {
    return ledger.ending->fact.by;
  }
  return usual_ender(ledger.how());
}

bool explains(const Ledger& ledger, const Finding& finding) {
  if (ledger.role != "websocket") {
    return finding.severity == session::Severity::error;
  }
  if (const FindingRow* row = find_finding(finding.id)) {
    return row->explains && says_only_how(finding.id);
  }
  const rules::Rule* rule = rules::find_rule(finding.id);
  if (finding.severity != session::Severity::error || profile::find_check(finding.id) != nullptr) {
    return false;
  }
  if (finding.evidence.front() > ledger.end_seq()) {
    // A server that breaks a rule by what it does after its Close is broken in how it ends sessions.
    return ledger.first_close == Side::server && rule != nullptr && finding.at_fault == session::Party::server;
  }
  if (!ledger.had_session()) {
    return ledger.how() == EndingHow::upgrade_refused && rule != nullptr;
  }
  if (ledger.first_close == Side::client) {
    // Our own Close is explained by a broken rule only where that rule made us send it.
    return rule != nullptr && rule->fail_code != 0 && ledger.client.close->code == rule->fail_code;
  }
  return rule != nullptr ? rule->fail_code != 0 : finding.at_fault == session::Party::client;
}

bool was_expected(const Ledger& ledger,
                  const std::vector<std::uint16_t>& expected,
                  const std::optional<std::uint16_t>& code) {
  return code && ledger.had_session() && std::find(expected.begin(), expected.end(), *code) != expected.end();
}

std::string first_that_explains(const Ledger& ledger, const std::vector<Finding>& findings) {
  const auto cause =
      std::find_if(findings.begin(), findings.end(), [&](const Finding& finding) { return explains(ledger, finding); });
  return cause == findings.end() ? std::string() : cause->id;
}

/// Leaves out what is guessed from circumstances alone where something says why.
void drop_guesses(std::vector<Finding>& findings) {
  constexpr std::string_view kGuesses[] = {
      "drop-after-message", "message-size-limit", "ended-at-once", "idle-limit", "connection-age"};
  const auto is_guess = [&](const Finding& finding) {
    return std::find(std::begin(kGuesses), std::end(kGuesses), finding.id) != std::end(kGuesses);
  };
  findings.erase(std::remove_if(findings.begin(), findings.end(), is_guess), findings.end());
}

std::vector<std::string> next_steps(const Verdict& verdict) {
  constexpr std::size_t kMost = 4;
  std::vector<std::string> steps;
  for (const Finding& finding : verdict.findings) {
    if (steps.size() < kMost && !finding.fix.empty() &&
        std::find(steps.begin(), steps.end(), finding.fix) == steps.end()) {
      steps.push_back(finding.fix);
    }
  }
  return steps;
}

}  // namespace

Verdict make_verdict(const Ledger& ledger,
                     std::vector<Finding> findings,
                     const std::vector<std::uint16_t>& expected_codes) {
  Verdict verdict;
  set_code(ledger, verdict);
  verdict.browser_code = browser_code(ledger, findings);
  verdict.ended_by = ended_by(ledger);
  if (ledger.ending) {
    verdict.how = ledger.ending->fact.how;
  }
  verdict.first_close = ledger.first_close;
  verdict.received = ledger.server.close;
  verdict.sent = ledger.client.close;
  const bool expected = was_expected(ledger, expected_codes, verdict.code);
  if (expected) {
    excuse_ending(findings);  // what was asked for is no failure
  }
  verdict.findings = std::move(findings);
  const Finding* why = expected ? nullptr : lead(ledger, verdict.findings);
  verdict.cause = why != nullptr ? why->id : first_that_explains(ledger, verdict.findings);
  verdict.headline = headline(ledger, verdict);
  verdict.headline += why != nullptr ? " " + why_words(ledger, *why) : beside_words(ledger, verdict.findings);
  if (why != nullptr && (why->basis == session::Basis::observed || why->confidence != session::Confidence::low)) {
    drop_guesses(verdict.findings);
  }
  add_sentences(ledger, verdict);
  verdict.next = next_steps(verdict);
  return verdict;
}

}  // namespace whydrop::diagnose
