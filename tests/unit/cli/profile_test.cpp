#include "cli/options.hpp"
#include "profile/compose.hpp"
#include "run/profile_context.hpp"
#include "target/addresses.hpp"

#include <map>

#include <gtest/gtest.h>

namespace whydrop::cli {
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

/// The world of one command: files, environment, clock.
struct World {
  std::map<std::string, std::string> files{{"mine.json", kProfile}};
  std::map<std::string, std::string> variables;

  Result<std::unique_ptr<run::ProfileContext>> context(run::ProfileSettings flags) const {
    flags.profile = flags.profile.empty() ? "mine.json" : flags.profile;
    return run::ProfileContext::make(
        flags,
        [this](const std::string& name) {
          const auto found = variables.find(name);
          return found == variables.end() ? std::string() : found->second;
        },
        [this](const std::string& path) -> Result<std::string> {
          const auto found = files.find(path);
          return found == files.end() ? fail(ErrorKind::local, "cannot read " + path)
                                      : Result<std::string>(found->second);
        },
        {[] { return std::int64_t{1'000'000'000}; }, [] { return std::string("uuid"); }});
  }
};

run::ProfileSettings given(std::vector<std::string> variables) {
  run::ProfileSettings flags;
  flags.variables = std::move(variables);
  flags.no_store = true;
  return flags;
}

TEST(ProfileContext, WhatIsGivenWinsOverTheEnvironmentAndThatOverTheDefault) {
  World world;
  EXPECT_EQ((*world.context(given({})))->bindings().get("who"), "world");
  world.variables["WHYDROP_WHO"] = "environment";
  EXPECT_EQ((*world.context(given({})))->bindings().get("who"), "environment");
  EXPECT_EQ((*world.context(given({"who=given"})))->bindings().get("who"), "given");
  world.files["name"] = "file\n";
  const auto context = world.context(given({"who=@name"}));
  EXPECT_EQ((*context)->bindings().get("who"), "file");
  EXPECT_EQ((*context)->given(), (std::vector<std::pair<std::string, std::string>>{{"who", "file"}}));
}

TEST(ProfileContext, ASecretOnTheCommandLineIsWarnedOf) {
  World world;
  world.files["key"] = "from a file";
  EXPECT_EQ((*world.context(given({"key=@key"})))->warnings(), std::vector<std::string>{});
  EXPECT_EQ((*world.context(given({"key=clear"})))->warnings(),
            std::vector<std::string>{"--var key shows a secret to everyone who can list processes; @FILE in place "
                                     "of the value, or WHYDROP_KEY, does not"});
}

TEST(ProfileContext, APersonsOwnProfileStandsForTheBuiltInOne) {
  World world;
  world.variables["XDG_CONFIG_HOME"] = "/config";
  world.files["/config/whydrop/profiles/guest-event.json"] = kProfile;
  run::ProfileSettings flags = given({});
  flags.profile = "guest-event";
  EXPECT_EQ((*world.context(flags))->profile().title, "Mine");
  world.files.clear();
  EXPECT_EQ((*world.context(flags))->profile().path, "built in");
}

std::string error_of(const Result<std::unique_ptr<run::ProfileContext>>& context) {
  return context ? "" : context.error().message;
}

TEST(ProfileContext, SaysWhatIsWrong) {
  const World world;
  EXPECT_EQ(error_of(world.context(given({"who"}))), "option --var: 'who' is not NAME=VALUE");
  EXPECT_EQ(error_of(world.context(given({"=x"}))), "option --var: '=x' is not NAME=VALUE");
  EXPECT_EQ(error_of(world.context(given({"whom=x"}))), "profile mine: it has no variable 'whom'");
  EXPECT_EQ(error_of(world.context(given({"who=@none"}))), "cannot read none");
  run::ProfileSettings flags = given({});
  flags.profile = "guest-evnt";
  EXPECT_EQ(error_of(world.context(flags)), "profile guest-evnt: no such profile; did you mean guest-event?");
}

struct MessageCase {
  std::vector<std::string> set, drop;
  std::string expected;
};

class Messages : public testing::TestWithParam<MessageCase> {};

TEST_P(Messages, AreComposed) {
  const auto context = World().context(given({}));
  auto step = profile::message_step((*context)->profile(), "note");
  Result<void> changed;
  for (const std::string& text : GetParam().set) {
    changed = changed ? profile::add_set(*step, text) : changed;
  }
  for (const std::string& text : GetParam().drop) {
    changed = changed ? profile::add_drop(*step, text) : changed;
  }
  const auto composed = changed ? profile::compose((*context)->bindings(), *step)
                                : Result<std::string>(tl::unexpected<Error>(changed.error()));
  EXPECT_EQ(composed ? *composed : "error: " + composed.error().message, GetParam().expected);
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
  const auto context = World().context(given({}));
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

TEST(At, LeadsElsewhereUnderTheSameName) {
  net::ConnectOptions options;
  options.url = *net::parse_url("wss://api.example.com/path?q");
  options.proxy.url = "http://proxy:3128";
  EXPECT_EQ(target::with_connect_override("", false, options)->proxy.url, "http://proxy:3128");
  EXPECT_EQ(target::with_connect_override("http://127.0.0.1:8080", true, options)->proxy.url, "http://proxy:3128");
  const auto led = target::with_connect_override("http://127.0.0.1:8080", false, options);
  ASSERT_TRUE(led);
  EXPECT_EQ(led->url.text(), "ws://api.example.com/path?q");
  EXPECT_EQ(led->url.host_header(), "api.example.com");
  EXPECT_EQ(led->proxy.url, "");
  ASSERT_EQ(led->overrides.size(), 1U);
  EXPECT_EQ(led->overrides[0].to_host, "127.0.0.1");
  EXPECT_EQ(led->overrides[0].to_port, 8080);
  for (const char* wrong : {"ws://h", "http://h/path", "h:80"}) {
    EXPECT_EQ(target::with_connect_override(wrong, false, options).error().message,
              "option --at: '" + std::string(wrong) + "' is not http://HOST:PORT");
  }
}

TEST(Options, KeepTheirOrder) {
  Options options("test");
  std::string url;
  std::vector<std::string> messages, sets;
  options.positional("URL", url, false, "where to");
  options.positionals("MESSAGE", messages, false, "what");
  options.list("--set", "TEXT", sets, "a setting");
  ASSERT_TRUE(options.parse({"--set=1", "ws://h", "[a]", "--set", "[2]", "b", "--set", "3"}));
  EXPECT_EQ(options.in_order({"MESSAGE", "--set"}),
            (std::vector<std::pair<std::string, std::string>>{
                {"--set", "1"}, {"MESSAGE", "[a]"}, {"--set", "[2]"}, {"MESSAGE", "b"}, {"--set", "3"}}));
}

}  // namespace
}  // namespace whydrop::cli
