// The person's configuration: its mistakes, its targets, and what their values stand for.
#include "config/config.hpp"

#include <map>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace whydrop::config {
namespace {

constexpr const char* kGood = R"({
  "whydrop_config": 1,
  "targets": {
    "chat": {
      "url": "wss://h/p",
      "headers": {"Authorization": {"env": "CHAT_TOKEN", "before": "Bearer "}, "X-Client": "smoke"},
      "subprotocols": ["a", "b"],
      "origin": "https://app",
      "captures": "/tmp/captures"
    },
    "guest": {"profile": "guest-tutorial", "variables": {"organization_id": "1", "access_token": {"file": "~/token"}}}
  }
})";

std::string mistakes(const std::string& text) {
  std::string all;
  for (const schema::Mistake& mistake : config_mistakes(text)) {
    all += std::to_string(mistake.place.line) + ":" + std::to_string(mistake.place.column) + " " + mistake.says + "\n";
  }
  return all;
}

TEST(config, names_targets) {
  const auto config = load_config(kGood, "config.json");
  ASSERT_TRUE(config) << config.error().message;
  ASSERT_EQ(config->targets.size(), 2U);
  const NamedTarget& chat = config->targets.front();
  EXPECT_EQ(chat.name, "chat");
  EXPECT_EQ(chat.url, "wss://h/p");
  EXPECT_EQ(chat.subprotocols, (std::vector<std::string>{"a", "b"}));
  ASSERT_EQ(chat.headers.size(), 2U);
  EXPECT_EQ(chat.headers[0].second.from, ConfigValue::From::environment);
  EXPECT_EQ(config->targets[1].profile, "guest-tutorial");
  EXPECT_EQ(config->targets[1].variables[1].second.from, ConfigValue::From::file);
}

TEST(config, tells_each_mistake_with_its_place) {
  EXPECT_EQ(mistakes(kGood), "");
  EXPECT_EQ(mistakes("{"), "1:2 not JSON: Missing a name for object member\n");
  EXPECT_EQ(
      mistakes(
          R"({"whydrop_config":1,"targets":{"a":{"url":"ws://h","headers":{"Authorization":"Bearer x","X-A":"b"}}}})"),
      R"(1:79 /targets/a/headers/Authorization is a secret in clear: write {"env": "NAME"} or {"file": "PATH"})"
      "\n");
  EXPECT_EQ(mistakes(R"({"whydrop_config":1,"targets":{"a":{"urll":"ws://h"}}})"),
            "1:37 /targets/a/urll is not allowed\n");
}

TEST(config, values_come_from_where_they_say) {
  const std::map<std::string, std::string> variables = {{"CHAT_TOKEN", "abc"}, {"HOME", "/home/me"}};
  const os::Environment environment = [&](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string() : found->second;
  };
  const os::FileReader read = [](const std::string& path) {
    return path == "/home/me/token" ? Result<std::string>("t-1\n") : fail(ErrorKind::local, "cannot read " + path);
  };
  EXPECT_EQ(value_of({ConfigValue::From::text, "a", ""}, environment, read).value(), "a");
  EXPECT_EQ(value_of({ConfigValue::From::environment, "CHAT_TOKEN", "Bearer "}, environment, read).value(),
            "Bearer abc");
  EXPECT_EQ(value_of({ConfigValue::From::file, "~/token", ""}, environment, read).value(), "t-1");
  EXPECT_EQ(value_of({ConfigValue::From::environment, "NONE", ""}, environment, read).error().message,
            "the environment variable NONE is not set");
  EXPECT_EQ(config_path(environment), "/home/me/.config/whydrop/config.json");
}

TEST(config, a_target_that_is_not_named_is_told_with_the_nearest) {
  const os::Environment environment = [](const std::string& name) { return name == "HOME" ? "/h" : ""; };
  const os::FileReader read = [](const std::string&) { return Result<std::string>(kGood); };
  EXPECT_EQ(find_target("guest", environment, read)->profile, "guest-tutorial");
  EXPECT_EQ(find_target("chta", environment, read).error().message,
            "target chta: /h/.config/whydrop/config.json names none so; did you mean chat?");
}

}  // namespace
}  // namespace whydrop::config
