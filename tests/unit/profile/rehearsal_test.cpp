#include "profile/rehearsal.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace whydrop::profile {
namespace {

const Profile& sample() {
  static const auto loaded = load(R"({
    "whydrop_profile": 1, "name": "sample", "title": "Sample", "status": "served",
    "variables": {"region": {"about": "the region", "default": "example.com"}, "token": {"about": "credential"}},
    "calls": {"begin": {"about": "begins", "url": "https://{region}/"}},
    "messages": {
      "client": {
        "hello": {"about": "a", "match": {"/type": "hello"}, "example": {"type": "hello"}},
        "bye": {"about": "b", "match": {"/type": "bye"}}
      },
      "server": {"welcome": {"about": "c", "match": {"/type": "welcome"}}}
    }
  })",
                                  "sample.json");
  return **loaded;
}

constexpr std::string_view kGood = R"({
  "whydrop_rehearsal": 1, "profile": "sample",
  "variables": {"token": "{$token:guest}", "region": "a"},
  "tokens": {"guest": {"claims": {"exp": "{$epoch+60}"}}},
  "server": [{"on": "client:hello", "where": {"/a": 1}, "from": 2, "to": 3, "do": [{"send": {"x": "{$request/y}"}}]}],
  "scenarios": {
    "happy": {"says": "all well", "client": [
      {"send": "hello", "set": {"/n": 5, "/s": "t"}, "drop": ["/a"], "pretty": true},
      {"raw": "x", "binary": true, "fragments": 2, "times": 3},
      {"expect": "welcome", "where": {"/b": 2}},
      {"wait": "10ms"},
      {"silence": "1s"},
      {"close": 4000, "reason": "r"}
    ]},
    "refused": {"says": "refused", "leads_to": "no-way", "variables": {"region": "b"}, "tokens": {"guest": {"exp": 1}},
      "socket": "wss://{region}/", "reconnects": 2, "ping_interval": "1s", "idle_timeout": "2s",
      "client": [{"reset": true}],
      "server": [
        {"on": "upgrade", "do": [{"refuse": 403, "headers": {"A": "b"}, "json": {"e": 1}}]},
        {"on": "idle:5s", "do": [{"wait": "1s"}, {"close": 1001, "reason": "idle"}]},
        {"on": "fault:schema-required", "do": [{"end": "reset"}, {"silence": true}, {"ignore": true}, {"send_raw": "z"}]}
      ]}
  }
})";

std::vector<std::string> mistakes_of(std::string_view from, std::string_view to) {
  std::string text(kGood);
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(std::min(at, text.size()), from.size(), to);
  std::vector<std::string> found;
  for (const Mistake& mistake : check_rehearsal(text, sample())) {
    found.push_back(fmt::format("{}:{}: {}", mistake.place.line, mistake.place.column, mistake.says));
  }
  return found;
}

using Mistakes = std::vector<std::string>;

TEST(rehearsal, fills_the_struct) {
  const auto loaded = load_rehearsal(kGood, "r.json", sample());
  ASSERT_TRUE(loaded) << loaded.error().message;
  ASSERT_EQ(loaded->tokens.size(), 1U);
  EXPECT_EQ(loaded->tokens[0].alg, "HS256");
  EXPECT_EQ(loaded->tokens[0].claims, R"({"exp":"{$epoch+60}"})");
  const Reaction& reaction = loaded->reactions[0];
  EXPECT_EQ(reaction.on, "client:hello");
  EXPECT_EQ(reaction.from, 2U);
  EXPECT_EQ(reaction.to, 3U);
  EXPECT_EQ(reaction.where.size(), 1U);
  EXPECT_EQ(reaction.acts[0].json, R"({"x":"{$request/y}"})");
}

TEST(rehearsal, reads_each_step) {
  const auto loaded = load_rehearsal(kGood, "r.json", sample());
  const std::vector<Step>& steps = loaded->scenario("happy")->client;
  using Kind = Step::Kind;
  std::vector<Kind> kinds;
  for (const Step& step : steps) {
    kinds.push_back(step.kind);
  }
  ASSERT_EQ(kinds, (std::vector<Kind>{Kind::send, Kind::raw, Kind::expect, Kind::wait, Kind::silence, Kind::close}));
  EXPECT_EQ(steps[0].set, (std::vector<std::pair<std::string, std::string>>{{"/n", "5"}, {"/s", "\"t\""}}));
  EXPECT_EQ(steps[0].drop, std::vector<std::string>{"/a"});
  EXPECT_TRUE(steps[0].pretty);
  EXPECT_TRUE(steps[1].binary);
  EXPECT_EQ(steps[1].fragments, 2U);
  EXPECT_EQ(steps[1].times, 3U);
  EXPECT_EQ(steps[2].await, "welcome");
  EXPECT_EQ(steps[3].duration, "10ms");
  EXPECT_EQ(steps[4].duration, "1s");
  EXPECT_EQ(steps[5].code, 4000);
  EXPECT_EQ(steps[5].reason, "r");
}

TEST(rehearsal, reads_a_scenario_over_the_rehearsal) {
  const auto loaded = load_rehearsal(kGood, "r.json", sample());
  const Scenario& refused = *loaded->scenario("refused");
  EXPECT_EQ(refused.leads_to, "no-way");
  EXPECT_EQ(refused.variables,
            (std::vector<std::pair<std::string, std::string>>{{"token", "{$token:guest}"}, {"region", "b"}}));
  EXPECT_EQ(refused.tokens, (std::vector<std::pair<std::string, std::string>>{{"guest", R"({"exp":1})"}}));
  EXPECT_EQ(refused.reconnects, 2U);
  EXPECT_EQ(refused.ping_interval, "1s");
  EXPECT_EQ(refused.server[0].acts[0].status, 403);
  EXPECT_EQ(refused.server[0].acts[0].json, R"({"e":1})");
  EXPECT_EQ(refused.server[1].acts[1].code, 1001);
  EXPECT_EQ(refused.server[2].acts[0].ending, "reset");
  EXPECT_EQ(refused.server[2].acts[3].kind, Act::Kind::send_raw);
  EXPECT_EQ(loaded->scenario("none"), nullptr);
}

TEST(rehearsal, names_every_name_that_leads_nowhere) {
  const struct {
    const char* from;
    const char* to;
    Mistakes mistakes;
  } rows[] = {
      {"\"profile\": \"sample\"", "\"profile\": \"smple\"", {"2:38: /profile is not the name of the profile, sample"}},
      {"\"region\": \"a\"}",
       "\"regoin\": \"a\"}",
       {"3:44: /variables/regoin names no variable of the profile; did you mean region?"}},
      {"{$token:guest}",
       "{$token:gest}",
       {"3:26: /variables/token holds {$token:gest}, which is not known here; did you mean $token:guest?"}},
      {"client:hello", "client:helo", {"5:21: /server/0/on names no message of the client: helo; did you mean hello?"}},
      {"client:hello",
       "call:bgin",
       {"5:21: /server/0/on names no call: bgin; did you mean begin?",
        "5:81: /server/0/do/0 needs an open socket, and call:bgin comes before there is one"}},
      {"\"send\": \"hello\"",
       "\"send\": \"bye\"",
       {"8:16: /scenarios/happy/client/0/send names bye, which has no example to send"}},
      {"\"expect\": \"welcome\"",
       "\"expect\": \"welcom\"",
       {"10:18: /scenarios/happy/client/2/expect names no message of the server: welcom; did you mean welcome?"}},
      {"{\"wait\": \"10ms\"}",
       "{\"wiat\": \"10ms\"}",
       {"11:7: /scenarios/happy/client/3 is none of send, raw, expect, wait, close, reset, silence; did you mean "
        "wait?"}},
      {"\"on\": \"upgrade\"",
       "\"on\": \"open\"",
       {"19:31: /scenarios/refused/server/0/do/0 refuses, which is only done on upgrade, call:NAME and fault:ID"}},
      {"idle:5s", "idle:5x", {"20:16: /scenarios/refused/server/1/on has no duration such as 500ms or 2s: 5x"}},
      {"\"tokens\": {\"guest\": {\"exp\": 1}}",
       "\"tokens\": {\"gust\": {\"exp\": 1}}",
       {"15:99: /scenarios/refused/tokens/gust names no token of the rehearsal; did you mean guest?"}},
  };
  EXPECT_EQ(mistakes_of("", ""), Mistakes{});
  for (const auto& row : rows) {
    EXPECT_EQ(mistakes_of(row.from, row.to), row.mistakes) << row.to;
  }
}

}  // namespace
}  // namespace whydrop::profile
