#include "run/profile_context.hpp"

#include "profile/compose.hpp"
#include "profile/load.hpp"
#include "run/profiles.hpp"
#include "support/hand_host.hpp"

#include <algorithm>
#include <memory>

#include <gtest/gtest.h>

namespace whydrop::run {
namespace {

constexpr const char* kProfile = R"({
  "whydrop_profile": 1, "name": "mine", "title": "Mine", "about": "For tests.", "status": "generic",
  "variables": {
    "who": {"about": "whom to greet", "default": "world"},
    "id": {"about": "what welcome gives"},
    "key": {"about": "the password", "secret": true}
  },
  "socket": {"url": "ws://localhost/"},
  "messages": {
    "client": {
      "note": {"about": "says something", "match": {"/type": "note"},
               "example": {"type": "note", "to": "{who}", "list": [1, 2, 3]}},
      "reply": {"about": "answers", "match": {"/type": "reply"}, "example": {"type": "reply", "id": "{id}"}},
      "bare": {"about": "has no example", "match": {"/type": "bare"}}
    },
    "server": {"welcome": {"about": "the first", "match": {"/type": "welcome"}, "take": {"id": "/id"}}}
  }
})";

Result<std::unique_ptr<ProfileContext>> make(const test::HandHost& host, const std::vector<GivenValue>& values = {}) {
  return profile::load(kProfile, "mine.json").and_then([&](auto&& profile) {
    return ProfileContext::make(profile, values, {"", true}, host.host());
  });
}

TEST(ProfileContext, WhatIsGivenWinsOverTheEnvironmentAndThatOverTheDefault) {
  test::HandHost host;
  EXPECT_EQ((*make(host))->bindings().get("who"), "world");
  host.variables["WHYDROP_WHO"] = "environment";
  EXPECT_EQ((*make(host))->bindings().get("who"), "environment");
  const auto context = make(host, {{"who", "given"}});
  EXPECT_EQ((*context)->bindings().get("who"), "given");
  EXPECT_EQ((*context)->given(), (std::vector<std::pair<std::string, std::string>>{{"who", "given"}}));
}

TEST(ProfileContext, ASecretOnTheCommandLineIsWarnedOf) {
  const test::HandHost host;
  EXPECT_EQ((*make(host, {{"key", "from a file", false}}))->warnings(), std::vector<std::string>{});
  EXPECT_EQ((*make(host, {{"key", "clear", true}}))->warnings(),
            std::vector<std::string>{"--var key shows a secret to everyone who can list processes; @FILE in place "
                                     "of the value, or WHYDROP_KEY, does not"});
}

TEST(ProfileContext, KnowsWhatIsNotSecretAndNotMadeByChance) {
  const test::HandHost host;
  EXPECT_EQ((*make(host, {{"key", "hush"}, {"id", "7"}}))->known(),
            (std::vector<std::pair<std::string, std::string>>{{"who", "world"}, {"id", "7"}}));
}

TEST(ProfileContext, SaysWhatIsWrong) {
  const test::HandHost host;
  EXPECT_EQ(make(host, {{"whom", "x"}}).error().message, "profile mine: it has no variable 'whom'");
}

TEST(ProfileContext, ABuiltInOnesNameGivesNoSecretToAnotherUrl) {
  test::HandHost host;
  const profile::BuiltIn* row = nullptr;
  for (const profile::BuiltIn& built_in : profile::built_in()) {
    const auto loaded = profile::load(built_in);
    const auto& variables = (*loaded)->variables;
    const bool fits = std::any_of(variables.begin(), variables.end(), [](const auto& it) { return it.secret; });
    row = fits && !(*loaded)->socket_url.empty() ? &built_in : row;
  }
  ASSERT_NE(row, nullptr);
  const auto original = *profile::load(*row);
  const auto secret = std::find_if(
      original->variables.begin(), original->variables.end(), [](const auto& variable) { return variable.secret; });
  host.variables[secret->env] = "from-the-environment";
  const auto value = [&](const profile::Profile& profile) {
    return (*ProfileContext::make(std::make_shared<profile::Profile>(profile), {}, {"", true}, host.host()))
        ->bindings()
        .get(secret->name);
  };
  EXPECT_EQ(value(*original), "from-the-environment");
  profile::Profile changed = *original;
  changed.built_in = false;
  changed.socket_url = "wss://strange.example/";
  for (const char* path : {"strange.json", "built in"}) {
    changed.path = path;  // whatever a file is called
    EXPECT_EQ(value(changed), std::nullopt) << path;
  }
}

TEST(FindProfile, APersonsOwnStandsForTheBuiltInOne) {
  test::HandHost host;
  const auto found = [&host](const std::string& name) {
    return find_profile(name, host.host().environment, host.host().read);
  };
  host.variables["XDG_CONFIG_HOME"] = "/config";
  host.files["/config/whydrop/profiles/guest-event.json"] = kProfile;
  EXPECT_EQ((*found("guest-event"))->title, "Mine");
  host.files.clear();
  EXPECT_EQ((*found("guest-event"))->path, "built in");
  EXPECT_EQ(found("guest-evnt").error().message, "profile guest-evnt: no such profile; did you mean guest-event?");
}

struct MessageCase {
  std::vector<std::string> set, drop;
  std::string expected;
};

class Messages : public testing::TestWithParam<MessageCase> {};

TEST_P(Messages, AreComposed) {
  const test::HandHost host;
  const auto context = make(host);
  auto step = profile::message_step((*context)->profile(), "note");
  Result<void> changed;
  for (const std::string& text : GetParam().set) {
    changed = changed ? profile::add_set(*step, text) : changed;
  }
  for (const std::string& text : GetParam().drop) {
    changed = changed ? profile::add_drop(*step, text) : changed;
  }
  const auto composed = changed ? profile::compose((*context)->bindings(), *step)
                                : Result<codec::Message>(tl::unexpected<Error>(changed.error()));
  EXPECT_EQ(composed ? composed->payload : "error: " + composed.error().message, GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Steps,
    Messages,
    testing::Values(MessageCase{{}, {}, R"({"type":"note","to":"world","list":[1,2,3]})"},
                    MessageCase{{"/to=you", "/n=[1]"}, {}, R"({"type":"note","to":"you","list":[1,2,3],"n":[1]})"},
                    MessageCase{{"/to=Hi {who}"}, {"/list"}, R"({"type":"note","to":"Hi world"})"},
                    MessageCase{{"/a/b=1"}, {"/list/1", "/to"}, R"({"type":"note","list":[1,3],"a":{"b":1}})"},
                    MessageCase{{R"(/a~1b={"c":1})"}, {"/a~1b/c", "/list"}, R"({"type":"note","to":"world","a/b":{}})"},
                    MessageCase{{}, {"/none"}, "error: cannot drop /none: nothing stands there"},
                    MessageCase{{}, {"/list/3"}, "error: cannot drop /list/3: nothing stands there"},
                    MessageCase{{"to=you"}, {}, "error: cannot set to: a JSON Pointer begins with /"},
                    MessageCase{{"/to"}, {}, "error: cannot set /to: not /POINTER=VALUE"},
                    MessageCase{{"/to={whom}"}, {}, "error: {whom}: profile mine has no variable of this name"}));

TEST(Messages, AreThoseOfTheProfile) {
  const test::HandHost host;
  const auto context = make(host);
  const profile::Profile& profile = (*context)->profile();
  EXPECT_EQ(profile::message_step(profile, "nota").error().message,
            "message nota: profile mine has none of this type; did you mean note?");
  EXPECT_EQ(profile::message_step(profile, "bare").error().message, "message bare: profile mine has no example of it");
  EXPECT_FALSE(profile::awaits_reply((*context)->bindings(), *profile::message_step(profile, "note")));
  const auto reply = profile::message_step(profile, "reply");
  EXPECT_TRUE(profile::awaits_reply((*context)->bindings(), *reply));
  ASSERT_TRUE((*context)->bindings().set("id", "7", profile::Origin::reply));
  EXPECT_FALSE(profile::awaits_reply((*context)->bindings(), *reply));
}

}  // namespace
}  // namespace whydrop::run
