#include "session/causes.hpp"
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
  expect_round_trip<Severity>({"error", "warning", "note"}, parse<Severity>);
  expect_round_trip<Basis>({"observed", "inferred"}, parse<Basis>);
  expect_round_trip<Confidence>({"certain", "high", "medium", "low"}, parse<Confidence>);
  expect_round_trip<Party>({"client", "server", "network", "unknown"}, parse<Party>);
  expect_round_trip<EndedBy>({"server", "client", "network", "unknown"}, parse<EndedBy>);
  expect_round_trip<Phase>({"connecting", "open", "closing", "closed"}, parse<Phase>);
  expect_round_trip<CodeSource>({"none", "received", "sent", "derived"}, parse<CodeSource>);
  expect_round_trip<EndingHow>(
      {"fin",           "fin_mid_frame",   "reset",          "tls_close_notify", "tls_truncated",
       "tls_error",     "timed_out",       "unreachable",    "ping_timeout",     "idle_timeout",
       "close_timeout", "local_close",     "resolve_failed", "connect_failed",   "proxy_failed",
       "tls_failed",    "upgrade_refused", "upgrade_cut",    "upgrade_timeout",  "interrupted",
       "capture_ended"},
      parse<EndingHow>);
}

TEST(Causes, AreReadFromTheWordsOfOldCaptures) {
  const auto resolve = [](const char* error) { return cause_in_words(Resolve{"h", {}, 0, error}); };
  EXPECT_EQ(resolve(""), Cause::none);
  EXPECT_EQ(resolve("NXDOMAIN: there is no host h"), Cause::nxdomain);
  EXPECT_EQ(resolve("SERVFAIL: the name server could not answer for h"), Cause::servfail);
  EXPECT_EQ(resolve("timed out: no name server answered"), Cause::timed_out);
  EXPECT_EQ(resolve("refused: no name server could be reached"), Cause::other);
  const auto connect = [](const char* error) { return cause_in_words(Connect{"", "", 0, error}); };
  EXPECT_EQ(connect("connection_refused"), Cause::refused);
  EXPECT_EQ(connect("timed_out"), Cause::timed_out);
  EXPECT_EQ(connect("network_unreachable"), Cause::unreachable);
  EXPECT_EQ(connect("no_such_file"), Cause::other);
  const auto tls = [](const char* error) {
    Tls fact;
    fact.error = error;
    return cause_in_words(fact);
  };
  EXPECT_EQ(tls(""), Cause::none);
  EXPECT_EQ(tls("expired: a certificate of the chain has expired"), Cause::expired);
  EXPECT_EQ(tls("handshake_alert: sslv3 alert certificate expired"), Cause::handshake_alert);
  EXPECT_EQ(tls("certificate_refused: certificate has expired"), Cause::other);
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
      {Intervention{}, "intervention"},
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
