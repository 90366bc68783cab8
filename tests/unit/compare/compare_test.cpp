#include "compare/compare.hpp"

#include "unit/compare/sessions.hpp"

#include <chrono>
#include <limits>

#include <gtest/gtest.h>

namespace whydrop::compare {
namespace {

using session::EndingHow;
using session::Side;
using Said = std::vector<std::string>;

constexpr char kUuid1[] = "0a1b2c3d-0000-4000-8000-000000000001";
constexpr char kUuid2[] = "0a1b2c3d-0000-4000-8000-000000000002";
constexpr char kUuid3[] = "0a1b2c3d-0000-4000-8000-000000000003";

std::string with_id(const char* type, const char* id) {
  return std::string(R"({"type":")") + type + R"(","id":")" + id + "\"}";
}

TEST(Compare, VolatileValuesAreEqualByTheirForm) {
  Session a, b;
  a.server(R"({"type":"x","at":"2026-01-02T03:04:05Z","n":1700000000,"seq":4,"b":1.0,"a":[1,2]})");
  b.server(R"({"a":[1,2],"b":1,"type":"x","at":"2027-01-02T03:04:05Z","n":1800000000,"seq":5})");
  EXPECT_EQ(Said{}, sentences(a, b));
  Options strict;
  strict.strict = true;
  EXPECT_EQ((Said{R"(changed: server type=x: /at is "2026-01-02T03:04:05Z" in A, "2027-01-02T03:04:05Z" in B)",
                  "changed: server type=x: /n is 1700000000 in A, 1800000000 in B",
                  "changed: server type=x: /seq is 4 in A, 5 in B"}),
            sentences(a, b, strict));
}

TEST(Compare, AFormIsNotAnother) {
  Session a, b;
  a.server(R"({"type":"x","at":"2026-01-02T03:04:05Z","count":4})");
  b.server(R"({"type":"x","at":"yesterday","count":5})");
  EXPECT_EQ((Said{R"(changed: server type=x: /at is "2026-01-02T03:04:05Z" in A, "yesterday" in B)",
                  "changed: server type=x: /count is 4 in A, 5 in B"}),
            sentences(a, b));
}

TEST(Compare, AMaskedValueEqualsAPlainOne) {
  Session a, b;
  a.message(Side::client, R"({"type":"x","token":"xxxxxx"})", true);
  b.client(R"({"type":"x","token":"secret"})");
  EXPECT_EQ(Said{}, sentences(a, b));
}

TEST(Compare, AnIdThatComesBackMustBeTheOneThatWasGiven) {
  Session good, same, bad;
  good.server(with_id("hello", kUuid1)).client(with_id("start", kUuid1));
  same.server(with_id("hello", kUuid2)).client(with_id("start", kUuid2));
  bad.server(with_id("hello", kUuid2)).client(with_id("start", kUuid3));
  EXPECT_EQ(Said{}, sentences(good, same));
  EXPECT_EQ(Said{"changed: client type=start: in B /id is not what server type=hello gave at /id; in A it is"},
            sentences(good, bad));
  EXPECT_EQ(Said{"changed: client type=start: in A /id is not what server type=hello gave at /id; in B it is"},
            sentences(bad, good));
}

TEST(Compare, AnIdThatNothingGave) {
  Session good, bad;
  good.server(with_id("hello", kUuid1)).client(with_id("start", kUuid1));
  bad.client(with_id("start", kUuid3));
  EXPECT_EQ(
      "changed: client type=start: nothing that was recorded in B gave /id; in A it is what server type=hello "
      "gave at /id",
      sentences(good, bad).back());
}

TEST(Compare, IgnoredMembers) {
  Session a, b;
  a.server(R"({"type":"x","list":[{"v":1},{"v":2}],"w":1})");
  b.server(R"({"type":"x","list":[{"v":3},{"v":4}]})");
  Options options;
  options.ignore = {"/list/*/v"};
  EXPECT_EQ(Said{"changed: server type=x: /w is missing in B"}, sentences(a, b, options));
}

TEST(Compare, WhatIsMissingShiftsNothing) {
  Session a, b;
  a.client(R"({"type":"a","text":"one"})")
      .client(R"({"type":"a","text":"two"})")
      .client(R"({"type":"a","text":"three"})");
  b.client(R"({"type":"a","text":"two"})").client(R"({"type":"a","text":"three"})");
  EXPECT_EQ(Said{"missing: client type=a is missing in B"}, sentences(a, b));
  EXPECT_EQ(Said{"extra: client type=a is only in B"}, sentences(b, a));
}

TEST(Compare, AMessageThatMoved) {
  Session a, b;
  a.client("one").client("two").client("three");
  b.client("two").client("three").client("one");
  EXPECT_EQ(Said{"order: client text stands at another place in B"}, sentences(a, b));
}

TEST(Compare, TextAndBytesAreComparedFromTheFirstDifference) {
  Session a, b;
  a.client("hello there");
  b.client("hello world!");
  EXPECT_EQ(Said{"changed: client text: differs from byte 6 on (11 B and 12 B)"}, sentences(a, b));
}

TEST(Compare, AReplyThatTookMuchLonger) {
  Session a, b;
  a.client("q").wait(51).server("r");
  b.client("q").wait(2099).server("r");
  EXPECT_EQ(Said{"timing: server text: a reply that took 40 × longer in B: 2.1 s, was 52 ms in A"}, sentences(a, b));
  Options options;
  options.timing = false;
  EXPECT_EQ(Said{}, sentences(a, b, options));
}

TEST(Compare, WhatIsTooLongToKeepIsComparedByMembers) {
  const std::string padding(40'000, 'p');
  Session a, b;
  a.server(R"({"type":"x","v":1,"p":")" + padding + "\"}");
  b.server(R"({"type":"x","v":2,"p":")" + padding + "\"}");
  EXPECT_EQ(Said{"changed: server type=x: /v differs; it was too long to be kept"}, sentences(a, b));
  EXPECT_EQ(Said{}, sentences(a, a));
}

TEST(Compare, TheClientsDifferenceLeadsAndTheServersFollowsFromIt) {
  Session good, bad;
  good.client(R"({"type":"start","queue":"a"})")
      .server(R"({"type":"ok"})")
      .close(Side::client, 1000)
      .end(EndingHow::fin);
  bad.client(R"({"type":"start"})").server(R"({"type":"error"})").end(EndingHow::reset);
  Options options;
  options.a = "A";
  options.b = "B";
  const Comparison found = compare(good.recorder, bad.recorder, options);
  ASSERT_TRUE(found.leading);
  EXPECT_EQ("client type=start: /queue is missing in B", found.differences[*found.leading].says);
  EXPECT_TRUE(found.ends_differ);
  EXPECT_EQ("a Close 1000 (normal closure) by the client", found.end_a);
  EXPECT_EQ("no Close frame; reset: TCP RST, the connection was reset", found.end_b);
}

TEST(Compare, NothingLeadsWhereTheEndsAreAlike) {
  Session a, b;
  a.client(R"({"type":"start","queue":"a"})").close(Side::client, 1000).end(EndingHow::fin);
  b.client(R"({"type":"start"})").close(Side::client, 1000).end(EndingHow::fin);
  const Comparison found = compare(a.recorder, b.recorder, {});
  EXPECT_FALSE(found.leading);
  EXPECT_FALSE(found.ends_differ);
  ASSERT_EQ(1U, found.differences.size());
  EXPECT_FALSE(found.differences[0].explains);
}

TEST(Compare, AReplaySendsNoSooner) {
  Session hasty, waiting;
  hasty.client("a").client("b").server("x");
  waiting.client("a").server("x");
  waiting.t_ns += 100'000'000;
  waiting.client("b");
  hasty.t_ns += 100'000'000;
  hasty.server("y").end(EndingHow::fin);
  waiting.server("y").end(EndingHow::fin);
  Options plain, replay;
  plain.timing = replay.timing = false;
  replay.replay = true;
  EXPECT_EQ(Said{"order: client text was sent before server text came in A, after it in B"},
            sentences(hasty, waiting, plain));
  EXPECT_EQ(Said{}, sentences(hasty, waiting, replay));
  EXPECT_EQ(Said{"order: client text was sent before server text came in B, after it in A"},
            sentences(waiting, hasty, replay));
}

TEST(Compare, AnEndThatWasNotRecordedIsNoDifference) {
  Session whole, cut;
  whole.client("hello").server("welcome").end(EndingHow::reset);
  cut.client("hello").server("welcome").end(EndingHow::capture_ended);
  for (const auto& [a, b] : {std::pair(&whole, &cut), std::pair(&cut, &whole), std::pair(&cut, &cut)}) {
    const Comparison found = compare(a->recorder, b->recorder, {});
    EXPECT_TRUE(found.same());
    EXPECT_FALSE(found.ends_differ);
    EXPECT_EQ(a == &whole, found.end_a_known);
    EXPECT_EQ(b == &whole, found.end_b_known);
  }
}

TEST(Compare, AMessageThatTheEndCutOffExplainsNothing) {
  Session good, bad;
  good.client("hello").server("welcome").client("more").close(Side::client, 1000).end(EndingHow::fin);
  bad.client("hello").end(EndingHow::fin);
  const Comparison found = compare(good.recorder, bad.recorder, {});
  EXPECT_TRUE(found.ends_differ);
  EXPECT_FALSE(found.leading);
}

TEST(Compare, TheLeadingOneIsKeptHoweverManyThereAre) {
  Session a, b;
  for (int i = 0; i < 1500; ++i) {
    a.server(R"({"type":"a","v":1})");
    b.server(R"({"type":"a","v":2})");
  }
  a.end(EndingHow::fin);
  session::Finding finding("schema-required", b.seq + 1);
  finding.at_fault = session::Party::client;
  finding.says = "start: /queue is missing.";
  b.client(R"({"type":"start"})").tell(finding).end(EndingHow::reset);
  const Comparison found = compare(a.recorder, b.recorder, {});
  ASSERT_TRUE(found.leading);
  EXPECT_EQ("extra", name(found.differences[*found.leading].kind));
  EXPECT_EQ(502U, found.more + found.differences.size() - kMostDifferences);
}

TEST(Compare, ConnectionsThatAreTooManyAreCounted) {
  Session a, b;
  for (std::uint32_t conn = 2; conn <= 10'002; ++conn) {
    (void)a.recorder.on_event({++a.seq, 0, conn, session::Open{session::Role::http, "http://a/", std::nullopt, {}}});
  }
  Options options;
  EXPECT_EQ(compare(a.recorder, b.recorder, options).left_out, 0U);
  options.all = true;
  EXPECT_EQ(compare(a.recorder, b.recorder, options).left_out, 2U);
}

TEST(Compare, AHundredThousandMessagesThatHaveNothingInCommonTakeSeconds) {
  constexpr int kMessages = 100'000;
  Session a, b, shuffled;
  for (int i = 0; i < kMessages; ++i) {
    const auto text = [](char kind, int n) {
      return std::string(R"({"type":")") + kind + static_cast<char>('a' + n % 7) + R"(","v":)" + std::to_string(n) +
             "}";
    };
    a.client(text('a', i));
    b.client(text('b', i));
    shuffled.client(text('a', static_cast<int>((static_cast<std::int64_t>(i) * 7919) % 99'991)));
  }
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(0U, compare(a.recorder, b.recorder, {}).matched);
  EXPECT_LT(1000U, compare(a.recorder, shuffled.recorder, {}).matched);
  // Seconds on a slow machine, with sanitizers; minutes if the work were not bounded.
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(60));
}

TEST(Compare, AClientThatIsNeverAnsweredIsNotLookedAtAnewForEachMessage) {
  Session silent;
  for (int i = 0; i < 200'000; ++i) {
    silent.client(R"({"type":"x"})");
  }
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(200'000U, compare(silent.recorder, silent.recorder, {}).matched);
  // Less than a second on a quiet machine; the better part of a minute if each message looked for what was heard
  // before.
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(20));
}

// As far from 0 as a capture's times may be.
constexpr std::int64_t kFar = std::int64_t{1} << 61;

TEST(Compare, AGapOfManyYearsIsNoneThatIsMuchLongerThanAnother) {
  Session a, b;
  a.t_ns = b.t_ns = -kFar;
  a.server("x").wait(kFar / 1'000'000).server("y");
  b.server("x").wait(kFar / 2'000'000).server("y");
  EXPECT_EQ(Said{}, sentences(a, b));
}

TEST(Compare, ATokenThatWasRenewedIsHeldAgainstTheOtherSessionsNewOne) {
  const auto tell_token = [](Session& to, const char* alg) {
    session::Token token;
    token.variable = "jwt";
    token.alg = alg;
    to.tell(token);
  };
  Session a, b;
  for (Session* session : {&a, &b}) {
    tell_token(*session, "RS256");
    tell_token(*session, "ES256");
  }
  EXPECT_EQ(Said{}, sentences(a, b));
  tell_token(a, "none");
  EXPECT_EQ(Said{}, sentences(a, b));
  tell_token(b, "HS256");
  EXPECT_EQ((Said{"request: the token jwt: the algorithm is none in A, HS256 in B"}), sentences(a, b));
}

TEST(Compare, ATokenMayRunOutAtAnyTime) {
  const auto tell_token = [](Session& to, std::int64_t expiry) {
    to.t_ns = kFar;
    // The last time that is counted in nanoseconds: the year 2262.
    to.recorder.set_started(std::numeric_limits<std::int64_t>::max());
    session::Token token;
    token.variable = "jwt";
    token.exp = expiry;
    to.tell(token);
  };
  Session before_all, before_started, never;
  tell_token(before_all, std::numeric_limits<std::int64_t>::min());
  tell_token(before_started, 9'223'372'036);
  tell_token(never, std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ((Said{"request: the token jwt had run out 36500 d before it was used in A; in B it did not run out before "
                  "the end"}),
            sentences(before_all, never));
  EXPECT_EQ((Said{"request: the token jwt had run out 26687 d 23 h before it was used in A; in B it did not run out "
                  "before the end"}),
            sentences(before_started, never));
}

/// A call on connection 2; the socket is connection 1.
Session& call(Session& to) {
  to.conn = 2;
  to.tell(session::Open{session::Role::http, "https://a.example/token", std::nullopt, {}});
  session::Request request;
  request.start_line = "POST /token HTTP/1.1";
  to.tell(request);
  session::Response response;
  response.start_line = "HTTP/1.1 200 OK";
  response.status = 200;
  to.tell(response);
  to.conn = 1;
  return to;
}

TEST(Compare, SocketsBelongTogetherWhereverTheCallsStand) {
  Session first{Session::Begun::no}, last;
  call(first).begin().client("x").close(Side::client, 1000).end(EndingHow::fin);
  call(last.client("y")).close(Side::client, 1000).end(EndingHow::fin);
  Options options;
  options.all = true;
  EXPECT_EQ((Said{"order: the WebSocket connection began before the call POST /token in B, after it in A",
                  "changed: client text: differs from byte 0 on (1 B and 1 B)"}),
            sentences(first, last, options));
  EXPECT_EQ((Said{"changed: client text: differs from byte 0 on (1 B and 1 B)",
                  "order: the call POST /token began before the WebSocket connection in B, after it in A"}),
            sentences(last, first, options));
}

}  // namespace
}  // namespace whydrop::compare
