#include "diagnose/exit_code.hpp"

#include <functional>

#include <gtest/gtest.h>

namespace whydrop::diagnose {
namespace {

using session::CodeSource;
using session::EndingHow;
using session::Severity;
using session::Side;
using session::Verdict;

Verdict ended(EndingHow how) {
  Verdict verdict;
  verdict.how = how;
  return verdict;
}

Verdict closed(Side first, std::uint16_t code) {
  Verdict verdict = ended(EndingHow::fin);
  verdict.first_close = first;
  verdict.code = code;
  return verdict;
}

Verdict dropped(EndingHow how) {
  Verdict verdict = ended(how);
  verdict.code = 1006;
  verdict.code_source = CodeSource::derived;
  return verdict;
}

Verdict with_finding(Verdict verdict, Severity severity, session::Basis basis = session::Basis::observed) {
  session::Finding finding("x", 1);
  finding.severity = severity;
  finding.basis = basis;
  verdict.findings.push_back(finding);
  return verdict;
}

RunOutcome outcome(const std::function<void(RunOutcome&)>& change) {
  RunOutcome made;
  change(made);
  return made;
}

const RunOutcome kPlain;
const RunOutcome kExpect1000 = outcome([](RunOutcome& o) { o.expect_close = {1000}; });
const RunOutcome kFile = outcome([](RunOutcome& o) { o.reports_on_file = true; });
const RunOutcome kTimedOut = outcome([](RunOutcome& o) { o.timed_out = true; });
const RunOutcome kCallRefused = outcome([](RunOutcome& o) { o.call_refused = true; });
const RunOutcome kCompared = outcome([](RunOutcome& o) { o.end_compared = true; });
const RunOutcome kDiffers = outcome([](RunOutcome& o) { o.end_compared = o.expectation_failed = true; });
const Verdict kOwn = closed(Side::client, 1000);

struct Row {
  const char* name;
  Verdict verdict;
  RunOutcome outcome;
  int code;
};

const Row kRows[] = {
    {"own close", kOwn, kPlain, 0},
    {"no connection", ended(EndingHow::resolve_failed), kPlain, 4},
    {"refused port", ended(EndingHow::connect_failed), kPlain, 4},
    {"proxy", ended(EndingHow::proxy_failed), kPlain, 4},
    {"tls", ended(EndingHow::tls_failed), kPlain, 4},
    {"no answer to the upgrade", ended(EndingHow::upgrade_timeout), kPlain, 4},
    {"upgrade refused", ended(EndingHow::upgrade_refused), kPlain, 5},
    {"upgrade cut", ended(EndingHow::upgrade_cut), kPlain, 5},
    {"call refused", ended(EndingHow::local_close), kCallRefused, 5},
    {"fin", dropped(EndingHow::fin), kPlain, 6},
    {"ping time-out", dropped(EndingHow::ping_timeout), kPlain, 6},
    {"idle time-out", dropped(EndingHow::idle_timeout), kPlain, 6},
    {"server first", closed(Side::server, 1000), kPlain, 7},
    {"empty Close of the server", closed(Side::server, 1005), kPlain, 7},
    {"server first, expected", closed(Side::server, 1000), kExpect1000, 0},
    {"server first, other code than expected", closed(Side::server, 1008), kExpect1000, 7},
    {"drop where a Close was expected", dropped(EndingHow::fin), kExpect1000, 6},
    {"own close where another was expected", closed(Side::client, 1001), kExpect1000, 1},
    {"drop that was expected", dropped(EndingHow::fin), outcome([](RunOutcome& o) { o.expect_close = {1006}; }), 0},
    {"--timeout", kOwn, kTimedOut, 8},
    {"--timeout before a drop", dropped(EndingHow::fin), kTimedOut, 8},
    {"--timeout without a connection", ended(EndingHow::connect_failed), kTimedOut, 4},
    {"expectation", kOwn, outcome([](RunOutcome& o) { o.expectation_failed = true; }), 1},
    {"a drop before an expectation",
     dropped(EndingHow::fin),
     outcome([](RunOutcome& o) { o.expectation_failed = true; }),
     6},
    {"a drop as in the recording", dropped(EndingHow::fin), kCompared, 0},
    {"the server first as in the recording", closed(Side::server, 4001), kCompared, 0},
    {"a drop otherwise than in the recording", dropped(EndingHow::fin), kDiffers, 1},
    {"a refusal otherwise than in the recording", ended(EndingHow::upgrade_refused), kDiffers, 5},
    {"no connection, otherwise than in the recording", ended(EndingHow::connect_failed), kDiffers, 4},
    {"error finding", with_finding(kOwn, Severity::error), kPlain, 1},
    {"warning finding", with_finding(kOwn, Severity::warning), kPlain, 0},
    {"inferred error", with_finding(kOwn, Severity::error, session::Basis::inferred), kPlain, 0},
    {"warning with --fail-on warning",
     with_finding(kOwn, Severity::warning),
     outcome([](RunOutcome& o) { o.fail_on = Severity::warning; }),
     1},
    {"note with --fail-on warning",
     with_finding(kOwn, Severity::note),
     outcome([](RunOutcome& o) { o.fail_on = Severity::warning; }),
     0},
    {"error with --fail-on never",
     with_finding(kOwn, Severity::error),
     outcome([](RunOutcome& o) { o.fail_on.reset(); }),
     0},
    {"drop with --fail-on never", dropped(EndingHow::fin), outcome([](RunOutcome& o) { o.fail_on.reset(); }), 6},
    {"drop in a file", dropped(EndingHow::fin), kFile, 0},
    {"finding in a file", with_finding(dropped(EndingHow::fin), Severity::error), kFile, 1},
    {"usage", dropped(EndingHow::fin), outcome([](RunOutcome& o) { o.usage = o.local_failure = true; }), 2},
    {"local failure", ended(EndingHow::connect_failed), outcome([](RunOutcome& o) { o.local_failure = true; }), 3},
    {"Ctrl-C",
     dropped(EndingHow::fin),
     outcome([](RunOutcome& o) {
       o.signal = 2;
       o.usage = true;
     }),
     130},
    {"SIGTERM", kOwn, outcome([](RunOutcome& o) { o.signal = 15; }), 143},
    {"capture that stops early", ended(EndingHow::capture_ended), kPlain, 0},
};

TEST(exit_code, follows_the_table) {
  for (const Row& row : kRows) {
    EXPECT_EQ(exit_code(row.verdict, row.outcome), row.code) << row.name;
  }
}

}  // namespace
}  // namespace whydrop::diagnose
