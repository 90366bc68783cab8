#include "diagnose/verdict.hpp"

#include "diagnose/browser.hpp"
#include "diagnose/cause.hpp"
#include "diagnose/findings.hpp"
#include "diagnose/words.hpp"
#include "profile/findings.hpp"
#include "rules/rules.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include <fmt/format.h>

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

void set_code(const Ledger& ledger, Verdict& verdict) {
  if (ledger.first_close) {
    const Side closer = ledger.closes_crossed() ? Side::server : *ledger.first_close;
    const auto& close = *ledger.side(closer).close;
    if (ledger.side(closer).close_cut) {
      return;
    }
    verdict.code = close.code.value_or(1005);
    verdict.code_source = !close.code              ? CodeSource::derived
                          : closer == Side::server ? CodeSource::received
                                                   : CodeSource::sent;
  } else if (ledger.had_session() && ledger.how() != EndingHow::capture_ended) {
    verdict.code = 1006;
    verdict.code_source = CodeSource::derived;
  }
}

EndedBy ended_by(const Ledger& ledger) {
  // A browser's record has one Close for both sides', and may tell an end without its cause.
  if (ledger.from_har && ledger.had_session() &&
      (ledger.server.close || !ledger.ending || ledger.ending->fact.by == EndedBy::unknown)) {
    return EndedBy::unknown;
  }
  if (ledger.cut_instead_of_close() || (ledger.closes_crossed() && ledger.had_session())) {
    return EndedBy::server;
  }
  if (ledger.first_close && ledger.had_session()) {
    return as_ender(*ledger.first_close);
  }
  if (ledger.ending && ledger.ending->fact.by != EndedBy::unknown) {
    return ledger.ending->fact.by;
  }
  return ledger.observer == session::Observer::client ? session::traits(ledger.how()).usual_ender : EndedBy::unknown;
}

/// What browsers fail a connection with whatever rule was broken. RFC 6455 section 7.4.1.
constexpr std::uint16_t kProtocolError = 1002;

bool explains(const Ledger& ledger, const Finding& finding) {
  if (ledger.role != session::Role::websocket) {
    return finding.severity == session::Severity::error;
  }
  if (const FindingRow* row = find_finding(finding.id)) {
    return row->explains && says_only_how(finding.id);
  }
  const rules::Rule* rule = rules::find_rule(finding.id);
  if (finding.severity != session::Severity::error || profile::find_check(finding.id) != nullptr) {
    return false;
  }
  const bool for_it = rule != nullptr && rule->fail_code != 0 && ledger.first_close == Side::client &&
                      (ledger.client.close->code == rule->fail_code || ledger.client.close->code == kProtocolError);
  // A frame that was failed before it was whole is told after our Close.
  if (finding.evidence.front() > ledger.end_seq() && !for_it) {
    // A server that breaks a rule by what it does after its Close is broken in how it ends sessions.
    return ledger.first_close == Side::server && rule != nullptr && finding.at_fault == session::Party::server;
  }
  if (!ledger.had_session()) {
    return ledger.how() == EndingHow::upgrade_refused && rule != nullptr;
  }
  if (ledger.first_close == Side::client) {
    // Our own Close is explained by a broken rule only where that rule made us send it.
    return for_it;
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
void drop_guesses(const std::string& cause, std::vector<Finding>& findings) {
  constexpr std::string_view kGuesses[] = {"drop-after-message",
                                           "message-size-limit",
                                           "compression-suspect",
                                           "ended-at-once",
                                           "origin-suspect",
                                           "idle-limit",
                                           "login-timer",
                                           "connection-age"};
  const auto is_guess = [&](const Finding& finding) {
    return finding.id != cause && std::find(std::begin(kGuesses), std::end(kGuesses), finding.id) != std::end(kGuesses);
  };
  findings.erase(std::remove_if(findings.begin(), findings.end(), is_guess), findings.end());
}

/// Where something says why and what to do, the stock words for how it ended give way: they would name another culprit
/// and another remedy.
void silence_stock(const Finding& why, std::vector<Finding>& findings) {
  if (why.fix.empty()) {
    return;
  }
  for (Finding& finding : findings) {
    if (finding.id != why.id && repeats_headline(finding.id)) {
      finding.fix.clear();
      finding.at_fault = why.at_fault;
    }
    if (finding.id == "software-known") {
      finding.fix.clear();
    }
  }
}

/// What a profile knows of an API says more than the API's own words, where it leads or stands beside the end.
void drop_words(std::vector<Finding>& findings) {
  findings.erase(std::remove_if(findings.begin(),
                                findings.end(),
                                [](const Finding& finding) {
                                  return finding.id == "server-said" || finding.id == "answer-says-why";
                                }),
                 findings.end());
}

/// What either side did after a fault on purpose may be its answer to that.
void acquit(std::vector<Finding>& findings) {
  for (Finding& finding : findings) {
    finding.at_fault = session::Party::unknown;
  }
}

/// Only a client is "you"; what it can do about a fault of its own is to be handed on.
void tell_observer(session::Observer observer, Verdict& verdict) {
  if (observer == session::Observer::client) {
    return;
  }
  verdict.headline = as_told_to(observer, verdict.headline);
  for (Finding& finding : verdict.findings) {
    finding.says = as_told_to(observer, finding.says);
    finding.fix = as_told_to(observer, finding.fix);
    if (finding.at_fault == session::Party::client && !finding.fix.empty()) {
      finding.fix = "At the client: " + finding.fix;
    }
  }
}

/// What a limit of the run was waiting for in vain is no stock ending, though the headline has it.
bool is_limit(std::string_view id) {
  const auto& rows = limit_findings();
  return std::any_of(rows.begin(), rows.end(), [id](const FindingRow& row) { return row.id == id; });
}

/// What to try, the most specific first: of the cause, of what else was found, then what the way it ended
/// suggests, where nothing better is known (see silence_stock); last what is wrong beside it.
std::vector<std::string> next_steps(const Verdict& verdict) {
  constexpr std::size_t kMost = 3;
  std::vector<std::string> steps;
  const auto add = [&](const Finding& finding) {
    if (steps.size() < kMost && !finding.fix.empty() &&
        std::find(steps.begin(), steps.end(), finding.fix) == steps.end()) {
      steps.push_back(finding.fix);
    }
  };
  const auto is_aside = [](const Finding& finding) {
    return finding.id == "dialect-recognised" ||
           (rules::find_rule(finding.id) != nullptr && finding.severity != session::Severity::error);
  };
  const auto add_all = [&](bool stock, bool aside) {
    for (const Finding& finding : verdict.findings) {
      if (repeats_headline(finding.id) == stock && is_aside(finding) == aside) {
        add(finding);
      }
    }
  };
  for (const Finding& finding : verdict.findings) {
    if (finding.id == verdict.cause && (!says_only_how(finding.id) || is_limit(finding.id))) {
      add(finding);
    }
  }
  add_all(false, false);
  add_all(true, false);
  add_all(false, true);
  return steps;
}

/// The rule that was broken, where that is the cause.
const Finding* broken_rule(const Verdict& verdict, const std::vector<Finding>& findings) {
  const auto found = std::find_if(
      findings.begin(), findings.end(), [&](const Finding& finding) { return finding.id == verdict.cause; });
  return found == findings.end() || rules::find_rule(verdict.cause) == nullptr ? nullptr : &*found;
}

std::string whole_headline(const Ledger& ledger, const Verdict& verdict, const Judged& judged, const Finding* why) {
  const std::string plain = headline(ledger, verdict);
  if (why != nullptr) {
    return caused_headline(ledger, *why, judged, how_clause(ledger, verdict), plain);
  }
  if (const Finding* rule = broken_rule(verdict, judged.findings)) {
    return fmt::format(
        "{}; {}.", rule->says.substr(0, rule->says.find_last_not_of(". ") + 1), how_clause(ledger, verdict));
  }
  return plain + beside_words(ledger, judged.findings);
}

}  // namespace

Verdict make_verdict(const Ledger& ledger, Judged judged, const std::vector<std::uint16_t>& expected_codes) {
  Verdict verdict;
  set_code(ledger, verdict);
  set_browser(ledger, judged.findings, verdict);
  verdict.observer = ledger.observer;
  verdict.ended_by = ended_by(ledger);
  if (ledger.ending) {
    verdict.how = ledger.ending->fact.how;
  }
  verdict.first_close = ledger.first_close;
  verdict.received = ledger.server.close;
  verdict.sent = ledger.client.close;
  const bool expected = was_expected(ledger, expected_codes, verdict.code);
  if (expected) {
    excuse_ending(judged.findings);  // what was asked for is no failure
  }
  const Finding* why = expected ? nullptr : lead(ledger, judged);
  verdict.cause = why != nullptr ? why->id : first_that_explains(ledger, judged.findings);
  verdict.headline = whole_headline(ledger, verdict, judged, why);
  const bool by_profile = why != nullptr && says_why(ledger, *why);
  const bool sure =
      why != nullptr && (why->basis == session::Basis::observed || why->confidence != session::Confidence::low);
  verdict.findings = std::move(judged.findings);
  if (sure) {
    drop_guesses(verdict.cause, verdict.findings);
    const Finding leading = verdict.findings.front();
    silence_stock(leading, verdict.findings);
  }
  if (why != nullptr ? by_profile : !beside_words(ledger, verdict.findings).empty()) {
    drop_words(verdict.findings);
  }
  if (ledger.fault) {
    acquit(verdict.findings);
  }
  tell_observer(ledger.observer, verdict);
  add_sentences(ledger, verdict);
  verdict.next = next_steps(verdict);
  return verdict;
}

}  // namespace whydrop::diagnose
