#include "profile/bindings.hpp"
#include "sources.hpp"

#include <vector>

#include <fmt/format.h>

namespace whydrop::check {
namespace {

std::vector<Check> loaded(const std::string& text) {
  auto checks = load(text, "smoke/a.json", sources());
  EXPECT_TRUE(checks) << (checks ? "" : checks.error().message);
  return checks ? std::move(*checks) : std::vector<Check>();
}

std::vector<std::string> told(const std::vector<Step>& steps) {
  std::vector<std::string> found;
  for (const Step& step : steps) {
    found.push_back(fmt::format("{} {}:{} {}", step.number, step.place.line, step.place.column, step.text));
    const auto* repeat = std::get_if<Repeat>(&step.act);
    for (const std::string& inner : repeat != nullptr ? told(repeat->steps) : std::vector<std::string>()) {
      found.push_back("  " + inner);
    }
  }
  return found;
}

TEST(build, tells_each_step_as_a_person_reads_it) {
  const auto checks =
      loaded(R"({"whydrop_check": 1, "name": "n", "target": {"profile": "genesys-notifications"}, "steps": [
{"token": true},
{"session": true},
{"connect": true},
{"send": {"json": {"message": "ping"}, "times": 2}},
{"send": {"text": "a \"{region}\""}},
{"send": {"base64": "AA=="}},
{"send": {"text": "{{", "verbatim": true}},
{"ping": {"text": "x", "within": "1s"}},
{"expect": "pong"},
{"expect": {"binary": true, "where": {"/a": 1, "/b": {"not_equals": 2, "in": [3]}, "/c": {"contains": "x"}}}},
{"expect": {"text": {"matches": "^a"}, "where": {"": {"type": "object"}}, "within": "2s"}},
{"expect": {"where": {"/a": {"exists": true}, "/b": {"exists": false}, "/c": {"schema": {}}}, "take": {"x": "/a"}}},
{"expect": {"where": {"/a": {"at_least": 1, "at_most": 2.5}}}},
{"expect_silence": "1s"},
{"expect_silence": {"for": "1s", "type": "pong", "where": {"/a": 1}}},
{"wait": "{x}s"},
{"take": {"y": "/y", "z": "/z"}},
{"repeat": {"times": 2, "steps": [{"wait": "1s"}, {"repeat": {"times": 3, "steps": [{"reset": true}]}}]}},
{"close": {"code": 4000, "within": "1s"}},
{"expect_close": {"code": [1000, 1001], "by": "server", "reason": "bye", "within": "1s"}},
{"connect": true},
{"expect_close": {"ending": "reset"}},
{"expect_refused": {"status": [401, 403], "where": {"/code": "x"}}}
]})");
  ASSERT_EQ(checks.size(), 1U);
  EXPECT_EQ(told(checks[0].steps),
            (std::vector<std::string>{
                "1 2:1 get a token",
                "2 3:1 begin a session",
                "3 4:1 connect",
                R"(4 5:1 send {"message":"ping"}, 2 times)",
                R"(5 6:1 send "a \"{region}\"")",
                "6 7:1 send 1 byte",
                "7 8:1 send 2 bytes",
                "8 9:1 ping within 1s",
                "9 10:1 expect pong",
                "10 11:1 expect a message, binary where /a is 1, /b is not 2, /b is one of [3] and 1 more",
                R"(11 12:1 expect a message where the message is of type "object", the text matches ^a within 2s)",
                "12 13:1 expect a message where /a exists, /b is absent, /c meets {}",
                "13 14:1 expect a message where /a is at least 1, /a is at most 2.5",
                "14 15:1 expect silence for 1s",
                "15 16:1 expect no pong where /a is 1 for 1s",
                "16 17:1 wait {x}s",
                "17 18:1 take y, z",
                "18 19:1 repeat 2 times",
                "  18.1 19:35 wait 1s",
                "  18.2 19:51 repeat 3 times",
                "    18.2.1 19:85 reset the connection",
                "19 20:1 close 4000 within 1s",
                R"(20 21:1 expect a close 1000 or 1001 by the server where the text is "bye" within 1s)",
                "21 22:1 connect",
                "22 23:1 expect the ending reset",
                R"(23 24:1 expect a refusal 401 or 403 where /code is "x")",
            }));
}

TEST(build, a_check_says_itself_what_differs_from_what_holds_for_all) {
  const auto checks = loaded(R"({"whydrop_check": 1, "about": "all", "tags": ["a"], "timeout": "1m", "retries": 2,
    "target": {"url": "ws://{host}/", "headers": {"A": "1", "B": "2"}, "variables": {"host": "h", "n": "1"}},
    "checks": [
    {"name": "one", "steps": [{"connect": true}]},
    {"name": "two", "about": "mine", "tags": [], "timeout": "2s", "retries": 0, "unrelated": "refuse", "step_timeout": "1s",
     "target": {"headers": {"B": "3"}, "variables": {"n": "2"}, "subprotocols": ["v1"], "opening": false},
     "steps": [{"expect": {"unrelated": "skip"}}]}]})");
  ASSERT_EQ(checks.size(), 2U);
  const Check& one = checks[0];
  EXPECT_EQ(one.about, "all");
  EXPECT_EQ(one.path, "smoke/a.json");
  EXPECT_EQ(one.place.line, 4U);
  EXPECT_EQ(one.tags, std::vector<std::string>{"a"});
  EXPECT_EQ(one.timeout, std::chrono::minutes(1));
  EXPECT_EQ(one.step_timeout, std::chrono::seconds(10));
  EXPECT_EQ(one.retries, 2U);
  EXPECT_EQ(one.unrelated, Unrelated::skip);
  EXPECT_EQ(one.rehearse, "happy");
  EXPECT_TRUE(one.opening);
  EXPECT_EQ(one.profile_name, "");
  const Check& two = checks[1];
  EXPECT_EQ(two.about, "mine");
  EXPECT_EQ(two.tags, std::vector<std::string>{});
  EXPECT_EQ(two.timeout, std::chrono::seconds(2));
  EXPECT_EQ(two.retries, 0U);
  EXPECT_EQ(two.unrelated, Unrelated::refuse);
  EXPECT_EQ(two.url, "ws://{host}/");
  ASSERT_EQ(two.headers.size(), 2U);
  EXPECT_EQ(two.headers[0].value + two.headers[1].value, "13");
  EXPECT_EQ(two.variables, (std::vector<std::pair<std::string, std::string>>{{"host", "h"}, {"n", "2"}}));
  EXPECT_EQ(two.subprotocols, std::vector<std::string>{"v1"});
  EXPECT_FALSE(two.opening);
  EXPECT_EQ(std::get<Expect>(two.steps[0].act).unrelated, Unrelated::skip);
}

TEST(build, variables_are_declared_in_a_copy_of_the_profile) {
  const auto checks = loaded(R"({"whydrop_check": 1, "name": "n", "target": {"profile": "genesys-notifications",
    "variables": {"region": "mypurecloud.de", "key": {"env": "MY_KEY", "secret": true, "about": "the key"},
                  "mode": {"value": "slow", "env": "MODE"}, "own": {"value": "{$uuid}", "secret": true}}},
    "steps": [{"expect": {"take": {"id": "/eventBody/id"}}}, {"repeat": {"times": 2, "steps": [{"take": {"all": ""}}]}}]})");
  ASSERT_EQ(checks.size(), 1U);
  const profile::Profile& made = *checks[0].profile;
  EXPECT_EQ(made.name, "genesys-notifications");
  EXPECT_EQ(checks[0].profile_name, "genesys-notifications");
  EXPECT_EQ(checks[0].variables,
            (std::vector<std::pair<std::string, std::string>>{{"region", "mypurecloud.de"}, {"own", "{$uuid}"}}));
  ASSERT_NE(made.variable("key"), nullptr);
  EXPECT_EQ(made.variable("key")->env, "MY_KEY");
  EXPECT_TRUE(made.variable("key")->secret);
  EXPECT_EQ(made.variable("mode")->fallback, "slow");
  EXPECT_EQ(made.variable("own")->env, "WHYDROP_OWN");
  EXPECT_TRUE(made.variable("own")->secret);

  // What has no value yet says where it may come from.
  const profile::Bindings bindings(made, {});
  const auto key = bindings.fill_text("{key}");
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().message, "variable key is not set: the key");
  EXPECT_EQ(key.error().hint, "give --var key=@FILE, or set MY_KEY");
  const auto id = bindings.fill_text("{id}");
  ASSERT_FALSE(id);
  EXPECT_EQ(id.error().message, "variable id is not set: step 1 takes it from /eventBody/id");
  EXPECT_EQ(id.error().hint, "give --var id=VALUE, or set WHYDROP_ID");
  const auto all = bindings.fill_text("{all}");
  ASSERT_FALSE(all);
  EXPECT_EQ(all.error().message, "variable all is not set: step 2.1 takes it from the message");
  EXPECT_EQ(bindings.fill_text("{mode}").value_or(""), "slow");
}

TEST(build, sends_what_the_file_says) {
  const auto checks = loaded(R"({"whydrop_check": 1, "name": "n", "target": {"profile": "guest-tutorial"}, "steps": [
    {"send": {"message": "message", "set": {"/text": {"a": 1}}, "drop": ["/session_id"], "pretty": true}},
    {"send": {"json": [1, "{$n}"], "fragments": 3, "binary": true}},
    {"send": {"text": "x"}},
    {"send": {"base64": "AP8="}},
    {"send": {"base64": "AP8=", "binary": false}},
    {"ping": "y"}]})");
  ASSERT_EQ(checks.size(), 1U);
  const auto& steps = checks[0].steps;
  const auto sent = [&steps](std::size_t i) { return std::get<Send>(steps[i].act); };
  EXPECT_EQ(sent(0).said.kind, profile::Step::Kind::send);
  EXPECT_EQ(sent(0).said.message, "message");
  EXPECT_EQ(sent(0).said.set, (std::vector<std::pair<std::string, std::string>>{{"/text", R"({"a":1})"}}));
  EXPECT_EQ(sent(0).said.drop, std::vector<std::string>{"/session_id"});
  EXPECT_TRUE(sent(0).said.pretty);
  EXPECT_EQ(sent(1).body, Send::Body::json);
  EXPECT_EQ(sent(1).said.text, R"([1,"{$n}"])");
  EXPECT_EQ(sent(1).said.fragments, 3U);
  EXPECT_TRUE(sent(1).said.binary);
  EXPECT_EQ(sent(2).body, Send::Body::text);
  EXPECT_FALSE(sent(2).said.binary);
  EXPECT_EQ(sent(3).said.text, std::string("\0\xff", 2));
  EXPECT_TRUE(sent(3).said.binary);
  EXPECT_FALSE(sent(4).said.binary);
  EXPECT_EQ(std::get<Ping>(steps[5].act).payload, "y");
}

TEST(placeholders, are_the_turn_and_the_environment) {
  const auto environment = [](const std::string& name) {
    return name == "A" ? std::optional<std::string>("a\"b") : std::nullopt;
  };
  const auto checks =
      loaded(R"({"whydrop_check": 1, "name": "n", "target": {"url": "ws://h"}, "steps": [{"wait": "1s"}]})");
  const profile::Bindings bindings(*checks[0].profile, {});
  const auto extra = placeholders(environment, 3);
  EXPECT_EQ(bindings.fill_text("{$n} {$env:A}", extra).value_or(""), "3 a\"b");
  EXPECT_EQ(bindings.fill_json(R"({"n": "{$n}", "a": "{$env:A}", "both": "{$n}{$env:A}"})", extra).value_or(""),
            R"({"n": 3, "a": "a\"b", "both": "3a\"b"})");
  EXPECT_EQ(bindings.fill_url("ws://h/{$n}?a={$env:A}", extra).value_or(""), "ws://h/3?a=a%22b");
  const auto unset = bindings.fill_text("{$env:B}", extra);
  ASSERT_FALSE(unset);
  EXPECT_EQ(unset.error().message, "environment variable B: it is not set, or not to be read");
}

}  // namespace
}  // namespace whydrop::check
