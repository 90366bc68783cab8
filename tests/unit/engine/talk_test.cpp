#include "engine/expectation.hpp"
#include "engine/input.hpp"
#include "engine/ping_sweep.hpp"
#include "engine/reconnect.hpp"

#include <gtest/gtest.h>

namespace whydrop::engine {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

ReconnectPolicy policy(std::uint64_t most) {
  return ReconnectPolicy({most}, [] { return 0.0; });
}

TEST(Reconnect, WaitsDoubleUpToTheCap) {
  auto it = policy(9);
  std::vector<nanoseconds> waits;
  while (const auto wait = it.next_wait({})) {
    waits.push_back(*wait);
  }
  EXPECT_EQ(waits, (std::vector<nanoseconds>{250ms, 500ms, 1s, 2s, 4s, 8s, 15s, 15s, 15s}));
}

TEST(Reconnect, ChanceAddsUpToHalf) {
  ReconnectPolicy it({1}, [] { return 0.5; });
  EXPECT_EQ(it.next_wait({}), nanoseconds(375ms));
}

TEST(Reconnect, NeverAfterRefusedCredentials) {
  for (const int status : {401, 403}) {
    Ended ended;
    ended.http_status = status;
    EXPECT_EQ(policy(5).next_wait(ended), std::nullopt);
  }
}

TEST(Reconnect, ASessionThatDiesAtOnceIsAFailure) {
  auto it = policy(2);
  Ended at_once;
  at_once.open_for = 1s;
  EXPECT_TRUE(it.next_wait(at_once));
  EXPECT_TRUE(it.next_wait(at_once));
  EXPECT_FALSE(it.next_wait(at_once));
}

TEST(Reconnect, ALastingSessionStartsAnew) {
  auto it = policy(1);
  Ended lasted;
  lasted.open_for = 10s;
  EXPECT_TRUE(it.next_wait({}));
  EXPECT_TRUE(it.next_wait(lasted));
  EXPECT_FALSE(it.next_wait({}));
}

TEST(Reconnect, WithoutChanceWaitsAreWhole) {
  ReconnectPolicy it({5, false, {}, 1s, 10s}, [] { return 0.0; });
  std::vector<nanoseconds> waits;
  while (const auto wait = it.next_wait({})) {
    waits.push_back(*wait);
  }
  EXPECT_EQ(waits, (std::vector<nanoseconds>{1s, 2s, 4s, 8s, 10s}));
}

TEST(Reconnect, NotAfterCodesThatAreFinal) {
  ReconnectPolicy it({5, false, {4001}, 1s, 10s}, [] { return 0.0; });
  Ended ended;
  ended.verdict.received = session::CloseSeen{4000, "", 1};
  EXPECT_EQ(it.next_wait(ended), nanoseconds(1s));
  ended.verdict.received->code = 4001;
  EXPECT_EQ(it.next_wait(ended), std::nullopt);
}

TEST(Reconnect, TheServersWishCounts) {
  Ended ended;
  ended.retry_after = 60s;
  EXPECT_EQ(policy(1).next_wait(ended), nanoseconds(60s));
  Ended restart;
  restart.verdict.received = session::CloseSeen{1012, "", 1};
  EXPECT_EQ(policy(1).next_wait(restart), nanoseconds(5250ms));
}

TEST(RetryAfter, IsSecondsOrADate) {
  EXPECT_EQ(parse_retry_after("120", 0), nanoseconds(120s));
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", 784111717), nanoseconds(60s));
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", 784111778), nanoseconds(0s));
  EXPECT_EQ(parse_retry_after("soon", 0), std::nullopt);
  EXPECT_EQ(parse_retry_after("-5", 0), nanoseconds(0s));
}

TEST(Expectations, AreMetInOrderOthersSkipped) {
  Expectations it;
  ASSERT_TRUE(it.add({"/type=connected"}));
  ASSERT_TRUE(it.add({"/n=2"}));
  EXPECT_FALSE(it.offer(R"({"n":2})"));
  EXPECT_FALSE(it.offer("not json"));
  EXPECT_TRUE(it.offer(R"({"type":"connected","n":2})"));
  EXPECT_EQ(it.next_text(), "/n=2");
  EXPECT_FALSE(it.done());
  EXPECT_FALSE(it.offer(R"({"n":"2"})"));
  EXPECT_TRUE(it.offer(R"({"n":2.0})"));
  EXPECT_TRUE(it.done());
}

TEST(Expectations, ValueIsJsonIfItParses) {
  const std::vector<std::tuple<const char*, const char*, bool>> cases = {
      {"/a=true", R"({"a":true})", true},
      {"/a=true", R"({"a":"true"})", false},
      {"/a=\"true\"", R"({"a":"true"})", true},
      {"/a=x=y", R"({"a":"x=y"})", true},
      {"/a=", R"({"a":""})", true},
      {"=[1]", "[1]", true},
      {"/a=1", R"({"a":1,"b":"\ud83d"})", true},
      {"/a=1e400", R"({"a":1e401})", true},
      {"/a~1b/0={\"c\":null}", R"({"a/b":[{"c":null}]})", true},
  };
  for (const auto& [expected, message, met] : cases) {
    Expectations it;
    ASSERT_TRUE(it.add({expected})) << expected;
    EXPECT_EQ(it.offer(message), met) << expected << " of " << message;
  }
}

TEST(Expectations, SayWhatIsWrong) {
  Expectations it;
  EXPECT_EQ(it.add({"/a"}).error().message, "expectation '/a': no '='");
  EXPECT_EQ(it.add({"a=1"}).error().message, "expectation 'a=1': 'a' is not a JSON Pointer");
}

TEST(Expectations, SurviveDeepJson) {
  Expectations it;
  ASSERT_TRUE(it.add({"/a=1"}));
  EXPECT_FALSE(it.offer(std::string(1'000'000, '[')));
  EXPECT_FALSE(it.offer(std::string(1'000'000, '[') + std::string(1'000'000, ']')));
}

std::string said(InputFormat format, const std::vector<std::string>& chunks) {
  InputReader reader(format, "in");
  std::string all;
  const auto emit = [&](const Outgoing& out) {
    constexpr const char* kKinds = "tbpPc";
    all += kKinds[static_cast<int>(out.kind)];
    all += (out.kind == Outgoing::Kind::close ? std::to_string(out.close_code) : "") + "<" + std::string(out.payload) +
           ">";
  };
  Result<void> done;
  for (const std::string& chunk : chunks) {
    done = done ? reader.feed(chunk, emit) : done;
  }
  done = done ? reader.finish(emit) : done;
  return done ? all : all + "error: " + done.error().message;
}

TEST(Input, ALineIsAMessage) {
  EXPECT_EQ(said(InputFormat::lines, {"a\nb\n"}), "t<a>t<b>");
  EXPECT_EQ(said(InputFormat::lines, {"a\n\nb"}), "t<a>t<>t<b>");
  EXPECT_EQ(said(InputFormat::lines, {"a", "b", "c\nd", "\n"}), "t<abc>t<d>");
  EXPECT_EQ(said(InputFormat::lines, {}), "");
  EXPECT_EQ(said(InputFormat::lines, {"ok\n\xff\n"}), "t<ok>error: in:2: not valid UTF-8");
  EXPECT_EQ(said(InputFormat::binary_lines, {"\xff\n"}), "b<\xff>");
}

TEST(Input, JsonLines) {
  EXPECT_EQ(said(InputFormat::jsonl, {"\"a\\nb\"\n\n{\"text\":\"x\"}\n{\"base64\":\"AGI=\"}\n"}),
            std::string("t<a\nb>t<x>b<") + '\0' + "b>");
  EXPECT_EQ(said(InputFormat::jsonl,
                 {R"({"ping":"p"})"
                  "\n"
                  R"({"pong":""})"
                  "\n"
                  R"({"close":{"code":4000,"reason":"r"}})"}),
            "p<p>P<>c4000<r>");
  EXPECT_EQ(said(InputFormat::jsonl, {R"({"close":{}})"}), "c1000<>");
  for (const char* bad : {"1",
                          "[]",
                          "{}",
                          R"({"text":1})",
                          R"({"base64":"*"})",
                          R"({"close":1})",
                          R"({"close":{"code":"x"}})",
                          R"({"a":"b"})",
                          R"({"text":"a","ping":"b"})"}) {
    EXPECT_EQ(said(InputFormat::jsonl, {bad}), "error: in:1: not a message") << bad;
  }
  EXPECT_EQ(said(InputFormat::jsonl, {"{"}), "error: in:1: not JSON");
}

TEST(Input, JsonValues) {
  const std::string pretty = "{\n  \"a\": [1, \"}\\\"{\"],\n  \"b\": {}\n}";
  EXPECT_EQ(said(InputFormat::json, {pretty + "\n\n[1]{}\"s\"\"t\"1 true\nnull"}),
            "t<" + pretty + ">t<[1]>t<{}>t<\"s\">t<\"t\">t<1>t<true>t<null>");
  std::vector<std::string> bytes;
  for (const char c : pretty + pretty + " 12 ") {
    bytes.emplace_back(1, c);
  }
  EXPECT_EQ(said(InputFormat::json, bytes), "t<" + pretty + ">t<" + pretty + ">t<12>");
  EXPECT_EQ(said(InputFormat::json, {" \n"}), "");
  EXPECT_EQ(said(InputFormat::json, {"{}\n\n{\"a\":\n1,}\n"}),
            "t<{}>error: in:3: not JSON: a comma stands before this }");
  EXPECT_EQ(said(InputFormat::json, {"{}\n[1"}).substr(0, 24), "t<{}>error: in:2: not JS");
  EXPECT_EQ(said(InputFormat::json, {"hello"}).substr(0, 20), "error: in:1: not JSO");
  EXPECT_EQ(said(InputFormat::json, {"]"}).substr(0, 20), "error: in:1: not JSO");
}

SweepResult alive(nanoseconds idle) {
  return {idle, true, false, true, std::nullopt, std::nullopt};
}

TEST(PingSweep, StatesTheIdleLimit) {
  const SweepResult ended{60s, true, false, false, 45s, session::EndingHow::fin};
  EXPECT_EQ(sweep_report({alive(15s), alive(30s), ended}),
            "idle 15 s     survived: the ping after it was answered\n"
            "idle 30 s     survived: the ping after it was answered\n"
            "idle 60 s     ended after 45 s (fin)\n"
            "idle limit: over 30 s and at most 45 s; a ping more often than every 30 s may keep this path open: try "
            "--ping-interval\n");
  EXPECT_EQ(sweep_report({alive(15s)}),
            "idle 15 s     survived: the ping after it was answered\nidle limit: none found up to 15 s\n");
  EXPECT_EQ(sweep_report({ended}),
            "idle 60 s     ended after 45 s (fin)\nidle limit: at most 45 s; try shorter intervals\n");
  EXPECT_EQ(
      sweep_report({{1s, true, true, false, std::nullopt, std::nullopt}}),
      "idle 1 s      dead: the ping after it was not answered; the server spoke meanwhile, so the path was not idle\n"
      "idle limit: unknown, because the server spoke meanwhile; an age limit would end a session in the same way\n");
  // One age, whatever goes over the path.
  EXPECT_EQ(
      sweep_report({{1s, true, true, true, std::nullopt, std::nullopt},
                    {6s, true, true, false, 98ms, session::EndingHow::reset}}),
      "idle 1 s      survived: the ping after it was answered; the server spoke meanwhile, so the path was not idle\n"
      "idle 6 s      ended after 0.098 s (reset); the server spoke meanwhile, so the path was not idle\n"
      "idle limit: unknown, because the server spoke meanwhile; an age limit would end a session in the same way\n");
  EXPECT_EQ(sweep_report({{1s, false, false, false, std::nullopt, std::nullopt}}),
            "idle 1 s      could not connect\nidle limit: unknown, no connection opened\n");
}

TEST(PingSweep, GoesFromShortToLong) {
  EXPECT_EQ(plan_sweep({3s, 1s, 3s, 2s}), (std::vector<nanoseconds>{1s, 2s, 3s}));
}

}  // namespace
}  // namespace whydrop::engine
