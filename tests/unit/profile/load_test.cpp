#include "profile/load.hpp"

#include "json/json.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace whydrop::profile {
namespace {

/// A profile without mistakes, a member a line, so that a test can replace one.
constexpr std::string_view kGood = R"({
  "whydrop_profile": 1, "name": "sample", "title": "Sample", "status": "served",
  "variables": {"region": {"about": "the region", "default": "example.com"}, "token": {"about": "credential"}},
  "calls": {"begin": {"about": "begins", "url": "https://{region}/", "take": {"token": "/token"}}},
  "session": ["begin"],
  "socket": {"url": "wss://{region}/", "token": "token"},
  "messages": {
    "client": {
      "hello": {"about": "a", "match": {"/type": "hello"}, "schema": {"type": "object"}, "example": {"type": "hello"}},
      "bye": {"about": "b", "match": {"/type": "bye"}}
    },
    "server": {"welcome": {"about": "c", "match": {"/type": "welcome"}}}
  },
  "opening": [{"message": "hello", "await": "welcome"}],
  "sequence": {"start": "open", "ready": "ready", "states": {
    "open": {"about": "open", "client": {"hello": "ready"}, "server": {"welcome": [{"where": {"/a": 1}, "to": "ready"}]}},
    "ready": {"about": "ready", "client": {"*": ""}}
  }},
  "shape": {"rates": [{"message": "b*", "most": "{region}", "per": "1s"}]},
  "signals": [{"message": "welcome", "finding": {"id": "welcomed", "says": "It said {$/type}."}}],
  "symptoms": [{"when": {"last_client": ["hello"], "never": ["server:welcome"]}, "finding": {"id": "deaf", "says": "?"}}]
})";

std::string with(std::string_view from, std::string_view to) {
  std::string text(kGood);
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::vector<std::string> mistakes_of(const std::string& text) {
  std::vector<std::string> found;
  for (const Mistake& mistake : check(text)) {
    found.push_back(fmt::format("{}:{}: {}", mistake.place.line, mistake.place.column, mistake.says));
  }
  return found;
}

using Mistakes = std::vector<std::string>;

TEST(load, takes_what_has_no_mistakes) {
  EXPECT_EQ(mistakes_of(std::string(kGood)), Mistakes{});
}

/// One change to the good profile, and all that check() says of it.
struct Row {
  const char* from;
  const char* to;
  Mistakes mistakes;
};

const Row kNames[] = {
    {R"("take": {"token": "/token"})",
     R"("take": {"tokn": "/token"})",
     {"4:79: /calls/begin/take/tokn names no variable; did you mean token?"}},
    {R"("session": ["begin"])",
     R"("session": ["begn"])",
     {"5:15: /session/0 names no call: begn; did you mean begin?"}},
    {R"("url": "wss://{region}/")",
     R"("url": "wss://{regoin}/{$uid}")",
     {"6:21: /socket/url holds {regoin}, which is no variable; did you mean region?",
      "6:21: /socket/url holds {$uid}, which is not known here; did you mean $uuid?"}},
    {R"("token": "token"})", R"("token": "xyzzy"})", {"6:49: /socket/token names no variable: xyzzy"}},
    {R"("await": "welcome")",
     R"("await": "welcom")",
     {"14:45: /opening/0/await names no message of the server: welcom; did you mean welcome?"}},
    {R"([{"message": "hello", "await")",
     R"([{"message": "bye", "await")",
     {"14:27: /opening/0/message names bye, which has no example to send"}},
    {R"("ready": "ready", "states")",
     R"("ready": "redy", "states")",
     {"15:42: /sequence/ready names no state: redy; did you mean ready?"}},
    {R"("client": {"hello": "ready"})",
     R"("client": {"helo": "ready"})",
     {"16:42: /sequence/states/open/client/helo names no message of the client; did you mean hello?"}},
    {R"("to": "ready"}]}})",
     R"("to": "read"}]}})",
     {"16:111: /sequence/states/open/server/welcome/0/to names no state: read; did you mean ready?"}},
    {R"("message": "b*")", R"("message": "c*")", {"19:35: /shape/rates/0/message names no message of the client: c*"}},
    {R"("says": "It said {$/type}.")",
     R"("says": "It said {$tpye} {other}.")",
     {"20:76: /signals/0/finding/says holds {$tpye}, which is not known here; did you mean $type?",
      "20:76: /signals/0/finding/says holds {other}, which is no variable"}},
    {R"("never": ["server:welcome"])",
     R"("never": ["server:welcom"])",
     {"21:62: /symptoms/0/when/never/0 names no message of the server: welcom; did you mean welcome?"}},
    {R"("default": "example.com")",
     R"("default": "x.{region}")",
     {"3:62: /variables/region/default leads back to itself"}},
    {R"("default": "example.com")",
     R"("default": "{v0}"}, "v0": {"about": "x", "default": "{v1}"}, "v1": {"about": "x", "default": "{v0}")",
     {"3:62: /variables/region/default leads back to itself",
      "3:103: /variables/v0/default leads back to itself",
      "3:144: /variables/v1/default leads back to itself"}},
    {R"("status": "served",)", R"("status": "served", "name": "sample",)", {"2:82: /name stands twice"}},
};

/// Variables v0, v1 … up to the last, each of which takes the next so many times.
std::string chain_of_defaults(int last, int times) {
  std::string variables = "\"v" + std::to_string(last) + R"(": {"about": "x", "default": "x"})";
  for (int i = 0; i < last; ++i) {
    variables += ", \"v" + std::to_string(i) + R"(": {"about": "x", "default": ")";
    for (int n = 0; n < times; ++n) {
      variables += "{v" + std::to_string(i + 1) + "}";
    }
    variables += "\"}";
  }
  return with(R"("region": )", variables + R"(, "region": )");
}

TEST(load, bounds_what_a_default_takes) {
  EXPECT_EQ(mistakes_of(chain_of_defaults(7, 1)), std::vector<std::string>{});
  EXPECT_EQ(mistakes_of(chain_of_defaults(8, 1)),
            std::vector<std::string>{"3:87: /variables/v0/default needs more than 8 variables, one for another"});
  const auto doubled = mistakes_of(chain_of_defaults(6, 4));
  ASSERT_EQ(doubled.size(), 2U);
  EXPECT_EQ(doubled[0].substr(doubled[0].find(": ")),
            ": /variables/v0/default is put together from more than 1000 values");
  EXPECT_FALSE(mistakes_of(chain_of_defaults(5'000, 2)).empty());
}

TEST(load, names_every_name_that_leads_nowhere) {
  for (const Row& row : kNames) {
    EXPECT_EQ(mistakes_of(with(row.from, row.to)), row.mistakes);
  }
}

TEST(load, says_where_a_text_is_no_json) {
  EXPECT_EQ(mistakes_of("{\n  \"a\": }"), (Mistakes{"2:8: not JSON: Invalid value"}));
}

TEST(load, tells_the_first_mistake_and_how_many_more) {
  const auto loaded = load(with(R"("session": ["begin"])", R"("session": ["begn", "bgin"])"), "my.json");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().kind, ErrorKind::usage);
  EXPECT_EQ(loaded.error().message, "my.json:5:15: /session/0 names no call: begn; did you mean begin?");
  EXPECT_EQ(loaded.error().hint, "1 more: whydrop profile check my.json shows all");
}

TEST(load, fills_the_struct) {
  const auto loaded = load(std::string(kGood), "my.json");
  ASSERT_TRUE(loaded) << loaded.error().message;
  const Profile& profile = **loaded;
  EXPECT_EQ(profile.path, "my.json");
  EXPECT_EQ(profile.text, kGood);
  EXPECT_EQ(name(profile.status), "served");
  EXPECT_EQ(profile.variable("region")->env, "WHYDROP_REGION");
  EXPECT_EQ(profile.call("begin")->method, "GET");
  EXPECT_EQ(profile.token_variable, "token");
  EXPECT_EQ(profile.message(Side::client, "hello")->schema, "/messages/client/hello/schema");
  EXPECT_EQ(profile.message(Side::server, "hello"), nullptr);
  EXPECT_EQ(profile.sequence.states.front().transitions.size(), 2U);
  EXPECT_EQ(profile.sequence.states.front().transitions[1].where.size(), 1U);
  EXPECT_EQ(profile.shape.rates.front().most_template, "{region}");
  EXPECT_EQ(profile.shape.rates.front().per, std::chrono::seconds(1));
  EXPECT_EQ(profile.symptoms.front().never, std::vector<std::string>{"server:welcome"});
}

TEST(load, a_skeleton_has_no_mistakes_but_in_its_name) {
  EXPECT_EQ(mistakes_of(skeleton("my-api")), Mistakes{});
  EXPECT_EQ((*load(skeleton("my-api"), "x"))->name, "my-api");
}

}  // namespace
}  // namespace whydrop::profile
