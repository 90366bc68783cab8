// What the tests of everything built in hold: no mistake, every reference known, every example valid.
#include "diagnose/explain.hpp"
#include "profile/bindings.hpp"
#include "profile/findings.hpp"
#include "profile/load.hpp"
#include "profile/rehearsal.hpp"
#include "schema/schema.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace whydrop::profile {
namespace {

std::string told(const std::vector<Mistake>& mistakes) {
  std::string out;
  for (const Mistake& row : mistakes) {
    out += fmt::format("{}:{}: {}\n", row.place.line, row.place.column, row.says);
  }
  return out;
}

class built_in_profile : public testing::TestWithParam<std::string_view> {
 protected:
  const BuiltIn& row() const { return *find_built_in(GetParam()); }
  std::shared_ptr<const Profile> profile() const { return *load(row()); }
};

TEST_P(built_in_profile, has_no_mistakes) {
  EXPECT_EQ(told(check(row().text)), "");
  EXPECT_EQ(profile()->name, row().name);
  EXPECT_EQ(profile()->path, "built in");
}

TEST_P(built_in_profile, has_a_heading_that_says_the_same) {
  json::Json heading, whole;
  ASSERT_FALSE(heading.parse(row().heading));
  ASSERT_FALSE(whole.parse(row().text));
  for (const char* member : {"name", "codec", "title", "status", "instead", "fingerprint"}) {
    const auto told = heading.root().find(member), wanted = whole.root().find(member);
    ASSERT_EQ(told.has_value(), wanted.has_value()) << member;
    EXPECT_TRUE(!told || json::equal(*told, *wanted)) << member;
  }
}

TEST_P(built_in_profile, names_a_profile_that_stands_for_it) {
  const std::string instead = profile()->instead;
  EXPECT_TRUE(instead.empty() || find_built_in(instead) != nullptr) << instead;
  EXPECT_NE(instead, row().name);
}

TEST_P(built_in_profile, has_a_rehearsal_without_mistakes) {
  ASSERT_FALSE(row().rehearsal.empty());
  EXPECT_EQ(told(check_rehearsal(row().rehearsal, *profile())), "");
  const auto rehearsal = load_rehearsal(row().rehearsal, "r.json", *profile());
  ASSERT_TRUE(rehearsal) << rehearsal.error().message;
  ASSERT_NE(rehearsal->scenario("happy"), nullptr);
  EXPECT_EQ(rehearsal->scenario("happy")->leads_to, "");
}

TEST_P(built_in_profile, leads_to_findings_that_are_explained) {
  const auto rehearsal = load_rehearsal(row().rehearsal, "r.json", *profile());
  ASSERT_TRUE(rehearsal);
  for (const Scenario& scenario : rehearsal->scenarios) {
    EXPECT_TRUE(scenario.leads_to.empty() || !diagnose::explain(scenario.leads_to).empty())
        << scenario.name << " -> " << scenario.leads_to;
  }
}

TEST_P(built_in_profile, has_findings_that_are_explained) {
  const auto subject = profile();
  for (const FindingText* text : finding_texts(*subject)) {
    EXPECT_FALSE(diagnose::explain(text->id).empty()) << text->id;
  }
}

TEST_P(built_in_profile, has_examples_that_are_valid) {
  const auto subject = profile();
  int uuids = 0;
  Bindings values(*subject,
                  {[] { return std::int64_t{1'700'000'000'000'000'000}; },
                   [&uuids] { return fmt::format("00000000-0000-4000-8000-{:012}", ++uuids); }});
  for (const Variable& variable : subject->variables) {
    if (!values.get(variable.name)) {
      ASSERT_TRUE(values.set(variable.name, "00000000-0000-4000-8000-00000000ffff", Origin::given));
    }
  }
  for (const MessageType& message : subject->messages) {
    if (message.example.empty()) {
      continue;
    }
    const auto filled = values.fill_json(message.example);
    ASSERT_TRUE(filled) << message.name << ": " << filled.error().message;
    json::Json example;
    ASSERT_FALSE(example.parse(*filled)) << *filled;
    EXPECT_TRUE(holds(message.match, example.root())) << *filled;
    if (message.schema.empty()) {
      continue;
    }
    const auto schema = schema::Schema::compile(*subject->document, subject->text, "profile", {}, message.schema);
    ASSERT_TRUE(schema) << schema.error().message;
    for (const auto& fault : schema->check(example.root())) {
      ADD_FAILURE() << message.name << ": " << fault.says();
    }
  }
}

std::vector<std::string_view> names() {
  std::vector<std::string_view> found;
  for (const BuiltIn& row : built_in()) {
    found.push_back(row.name);
  }
  return found;
}

std::string test_name(const testing::TestParamInfo<std::string_view>& info) {
  std::string name(info.param);
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '-' || c == '.'; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(all, built_in_profile, testing::ValuesIn(names()), test_name);

TEST(built_in_profiles, are_all_there) {
  EXPECT_EQ(names(),
            (std::vector<std::string_view>{"apigw-websocket",
                                           "engine.io",
                                           "genesys-notifications",
                                           "genesys-web-messaging",
                                           "genesys-webchat-v2",
                                           "graphql-transport-ws",
                                           "graphql-ws",
                                           "guest-conversations",
                                           "guest-event",
                                           "guest-sessions",
                                           "guest-tutorial",
                                           "json-rpc",
                                           "mqtt",
                                           "ocpp-1.6",
                                           "ocpp-2.0.1",
                                           "phoenix",
                                           "signalr",
                                           "socket.io",
                                           "sockjs",
                                           "stomp",
                                           "webchat-start",
                                           "xmpp"}));
  EXPECT_EQ(find_built_in("nothing"), nullptr);
}

/// The scenarios that each dialect must have, with the finding that each ends with.
struct Wanted {
  const char* profile;
  const char* scenario;
  const char* leads_to;
};

TEST(built_in_profiles, have_the_scenarios_that_people_met) {
  const Wanted rows[] = {
      {"guest-event", "missing-queue-id", "schema-required"},
      {"guest-event", "wrong-nesting", "schema-required"},
      {"guest-event", "missing-scope", "token-scope"},
      {"guest-event", "queue-paused", "guest-event-queue"},
      {"guest-conversations", "start-chat-malformed", "schema-required"},
      {"guest-conversations", "start-before-ack", "sequence-too-early"},
      {"guest-conversations", "language-mismatch", "queue-language-mismatch"},
      {"guest-conversations", "wrong-path", "url-mismatch"},
      {"guest-conversations", "wrong-region", "url-mismatch"},
      {"guest-conversations", "missing-v2", "url-mismatch"},
      {"guest-sessions", "expired-token", "token-expired"},
      {"guest-sessions", "missing-scope", "token-scope"},
      {"guest-sessions", "expires-mid-session", "token-expired"},
      {"guest-sessions", "valid-token-closed-1000", "closed-with-valid-token"},
      {"webchat-start", "connect-instead-of-start", "message-unknown"},
      {"webchat-start", "missing-webchat-id", "schema-required"},
      {"webchat-start", "late-start", "sequence-too-late"},
      {"webchat-start", "not-compact", "not-compact-json"},
      {"webchat-start", "fragmented", "shape-fragmented"},
      {"webchat-start", "binary", "shape-opcode"},
      {"webchat-start", "message-before-session-start", "sequence-too-early"},
      {"guest-tutorial", "rest-401", "access-token-refused"},
      {"guest-tutorial", "rest-missing-scope", "access-token-scope"},
      {"guest-tutorial", "upgrade-403-expired", "token-expired"},
      {"guest-tutorial", "upgrade-403-org-mismatch", "organization-mismatch"},
      {"guest-tutorial", "session-mismatch", "session-id-differs"},
      {"guest-tutorial", "client-made-session-id", "session-id-unknown"},
      {"guest-tutorial", "queued-for-ever", "queued-for-ever"},
      {"guest-tutorial", "idle-drop", "idle-drop"},
      {"guest-tutorial", "drop-then-recover", "no-close-reset"},
  };
  for (const Wanted& row : rows) {
    const BuiltIn& built_in = *find_built_in(row.profile);
    const auto rehearsal = load_rehearsal(built_in.rehearsal, "r.json", **load(built_in));
    ASSERT_TRUE(rehearsal);
    const Scenario* scenario = rehearsal->scenario(row.scenario);
    ASSERT_NE(scenario, nullptr) << row.scenario;
    EXPECT_EQ(scenario->leads_to, row.leads_to) << row.scenario;
  }
}

}  // namespace
}  // namespace whydrop::profile
