#include "session/event.hpp"
#include "session/transitions.hpp"

#include <gtest/gtest.h>

namespace whydrop::session {
namespace {

template <typename Enum, typename Parse>
void expect_round_trip(std::initializer_list<const char*> names, Parse parse) {
  std::size_t value = 0;
  for (const std::string_view text : names) {
    const auto expected = static_cast<Enum>(value++);
    EXPECT_EQ(name(expected), text);
    EXPECT_EQ(parse(text), expected) << text;
  }
  EXPECT_EQ(parse("?"), std::nullopt);
  EXPECT_EQ(parse(""), std::nullopt);
  EXPECT_EQ(name(static_cast<Enum>(200)), "unknown");
}

TEST(Names, AreStableAndParseBack) {
  expect_round_trip<Severity>({"error", "warning", "note"}, parse_severity);
  expect_round_trip<Basis>({"observed", "inferred"}, parse_basis);
  expect_round_trip<Confidence>({"certain", "high", "medium", "low"}, parse_confidence);
  expect_round_trip<Party>({"client", "server", "network", "unknown"}, parse_party);
  expect_round_trip<EndedBy>({"server", "client", "network", "unknown"}, parse_ended_by);
  expect_round_trip<Phase>({"connecting", "open", "closing", "closed"}, parse_phase);
  expect_round_trip<CodeSource>({"none", "received", "sent", "derived"}, parse_code_source);
  expect_round_trip<EndingHow>(
      {"fin",           "fin_mid_frame",   "reset",          "tls_close_notify", "tls_truncated",
       "tls_error",     "timed_out",       "unreachable",    "ping_timeout",     "idle_timeout",
       "close_timeout", "local_close",     "resolve_failed", "connect_failed",   "proxy_failed",
       "tls_failed",    "upgrade_refused", "upgrade_cut",    "upgrade_timeout",  "interrupted",
       "capture_ended"},
      parse_ending_how);
}

TEST(Kinds, NameEveryAlternativeAndTellOpinionsFromFacts) {
  const std::pair<Body, std::string> kCases[] = {
      {Open{}, "open"},
      {Resolve{}, "resolve"},
      {Connect{}, "connect"},
      {Proxy{}, "proxy"},
      {Tls{}, "tls"},
      {Request{}, "request"},
      {Response{}, "response"},
      {Frame{}, "frame"},
      {Partial{}, "partial"},
      {UndecodedBytes{}, "undecoded"},
      {Inflated{}, "inflated"},
      {Shutdown{}, "shutdown"},
      {Ending{}, "ending"},
      {Token{}, "token"},
      {Message{}, "message"},
      {State{}, "state"},
      {Finding("x", 1), "finding"},
      {Verdict{}, "verdict"},
  };
  static_assert(std::size(kCases) == std::variant_size_v<Body>);
  for (const auto& [body, kind] : kCases) {
    EXPECT_EQ(kind_name(body), kind);
    const bool opinion = kind == "message" || kind == "state" || kind == "finding" || kind == "verdict";
    EXPECT_EQ(is_opinion(body), opinion) << kind;
  }
}

TEST(Finding, IsNotMadeWithoutEvidence) {
  static_assert(!std::is_default_constructible_v<Finding>);
  EXPECT_EQ(Finding("x", 7).evidence, std::vector<std::uint64_t>{7});
  EXPECT_EQ(make_finding("x", {}), std::nullopt);
  const auto finding = make_finding("x", {3, 4});
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->id, "x");
  EXPECT_EQ(finding->evidence, (std::vector<std::uint64_t>{3, 4}));
}

Finding ranked(Basis basis, Severity severity, Confidence confidence) {
  Finding finding("x", 1);
  finding.basis = basis;
  finding.severity = severity;
  finding.confidence = confidence;
  return finding;
}

TEST(Finding, RanksObservedThenSeverityThenConfidence) {
  const Finding kInOrder[] = {
      ranked(Basis::observed, Severity::error, Confidence::certain),
      ranked(Basis::observed, Severity::error, Confidence::low),
      ranked(Basis::observed, Severity::note, Confidence::certain),
      ranked(Basis::inferred, Severity::error, Confidence::certain),
      ranked(Basis::inferred, Severity::warning, Confidence::high),
      ranked(Basis::inferred, Severity::warning, Confidence::medium),
  };
  for (std::size_t a = 0; a < std::size(kInOrder); ++a) {
    for (std::size_t b = 0; b < std::size(kInOrder); ++b) {
      EXPECT_EQ(ranks_before(kInOrder[a], kInOrder[b]), a < b) << a << " " << b;
    }
  }
}

TEST(Transitions, AreTheseAndNoOthers) {
  constexpr Phase kPhases[] = {Phase::connecting, Phase::open, Phase::closing, Phase::closed};
  // Rows: from; columns: request, upgraded, refused, close_sent, ended.
  constexpr const char* kExpected[][5] = {
      {"connecting", "open", "closed", "closing", "closed"},
      {"open", "open", "open", "closing", "closed"},
      {"closing", "closing", "closing", "closing", "closed"},
      {"connecting", "closed", "closed", "closed", "closed"},
  };
  constexpr Trigger kTriggers[] = {
      Trigger::request, Trigger::upgraded, Trigger::refused, Trigger::close_sent, Trigger::ended};
  for (std::size_t from = 0; from < std::size(kPhases); ++from) {
    for (std::size_t trigger = 0; trigger < std::size(kTriggers); ++trigger) {
      EXPECT_EQ(name(next_phase(kPhases[from], kTriggers[trigger])), kExpected[from][trigger]) << from << trigger;
    }
  }
}

}  // namespace
}  // namespace whydrop::session
