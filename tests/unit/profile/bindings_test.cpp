#include "profile/bindings.hpp"

#include "profile/load.hpp"

#include <gtest/gtest.h>

namespace whydrop::profile {
namespace {

constexpr std::string_view kProfile = R"({
  "whydrop_profile": 1, "name": "sample", "title": "Sample", "status": "served",
  "variables": {
    "region": {"about": "the region's domain", "default": "example.com"},
    "host": {"about": "the API's host", "default": "api.{region}"},
    "mode": {"about": "how", "choices": ["fast", "slow"], "default": "fast"},
    "deployment_id": {"about": "the deployment's id, from its page"},
    "label": {"about": "a label", "default": "of {deployment_id}"},
    "guest_id": {"about": "made once", "generate": "uuid"},
    "password": {"about": "the account's password", "secret": true},
    "access_token": {"about": "the credential", "secret": true},
    "session_id": {"about": "the session's id"},
    "ticket": {"about": "the queue's ticket"}
  },
  "calls": {
    "login": {"about": "logs in", "url": "https://{host}/login", "take": {"access_token": "/token"}},
    "begin": {"about": "begins", "url": "https://{host}/begin", "take": {"session_id": "/session/id"}}
  },
  "token": "login",
  "session": ["begin"],
  "messages": {
    "server": {"queued": {"about": "waits", "match": {"/type": "queued"}, "take": {"ticket": "/ticket"}}}
  }
})";

class bindings : public testing::Test {
 protected:
  bindings()
      : profile_(*load(std::string(kProfile), "sample.json")),
        values_(*profile_, {[] { return std::int64_t{1'700'000'000'123'456'789}; }, [this] { return uuid(); }}) {}

  std::string uuid() { return "uuid-" + std::to_string(++uuids_); }
  void give(const std::string& name, const std::string& value, Origin origin = Origin::given) {
    ASSERT_TRUE(values_.set(name, value, origin));
  }
  static std::string said(const Result<std::string>& result) {
    return result ? *result : "error: " + result.error().message + " | " + result.error().hint;
  }
  static std::string said(const Result<void>& result) {
    return result ? "ok" : "error: " + result.error().message + " | " + result.error().hint;
  }

  std::shared_ptr<const Profile> profile_;
  int uuids_ = 0;
  Bindings values_;
};

TEST_F(bindings, fill_defaults_of_defaults) {
  EXPECT_EQ(values_.get("host"), "api.example.com");
  EXPECT_EQ(values_.origin("host"), Origin::fallback);
  give("region", "example.org");
  EXPECT_EQ(values_.get("host"), "api.example.org");
  EXPECT_EQ(values_.get("deployment_id"), std::nullopt);
  EXPECT_EQ(values_.get("label"), std::nullopt);
  EXPECT_EQ(values_.origin("label"), std::nullopt);
  EXPECT_EQ(values_.get("unknown"), std::nullopt);
}

TEST_F(bindings, make_a_uuid_once) {
  EXPECT_EQ(values_.origin("guest_id"), Origin::generated);
  EXPECT_EQ(values_.get("guest_id"), "uuid-1");
  EXPECT_EQ(values_.get("guest_id"), "uuid-1");
  EXPECT_EQ(said(values_.fill_text("{$uuid} {$uuid}")), "uuid-2 uuid-3");
}

TEST_F(bindings, keep_the_value_of_the_stronger_origin) {
  const Origin order[] = {Origin::generated, Origin::store, Origin::environment, Origin::reply, Origin::given};
  for (const Origin stronger : order) {
    give("session_id", std::string(name(stronger)), stronger);
    for (const Origin weaker : order) {
      if (weaker < stronger) {
        give("session_id", "weaker", weaker);
      }
    }
    EXPECT_EQ(values_.get("session_id"), name(stronger));
    EXPECT_EQ(values_.origin("session_id"), stronger);
  }
  give("session_id", "again");
  EXPECT_EQ(values_.get("session_id"), "again");
}

TEST_F(bindings, refuse_what_is_no_variable_or_no_choice) {
  EXPECT_EQ(said(values_.set("deploymentid", "x", Origin::given)),
            "error: profile sample: it has no variable 'deploymentid' | did you mean deployment_id?");
  EXPECT_EQ(said(values_.set("xyzzy", "x", Origin::given)),
            "error: profile sample: it has no variable 'xyzzy' | its variables are region, host, mode, deployment_id, "
            "label, guest_id, password, access_token, session_id, ticket");
  EXPECT_EQ(said(values_.set("mode", "medium", Origin::given)),
            "error: variable mode: 'medium' is none of its values | it takes fast, slow");
  EXPECT_EQ(values_.get("mode"), "fast");
}

TEST_F(bindings, say_where_an_unset_variable_comes_from) {
  EXPECT_EQ(said(values_.fill_text("{deployment_id}")),
            "error: variable deployment_id is not set: the deployment's id, from its page | give --var "
            "deployment_id=VALUE, or set WHYDROP_DEPLOYMENT_ID");
  EXPECT_EQ(said(values_.fill_text("{label}")),
            "error: variable deployment_id is not set: the deployment's id, from its page | give --var "
            "deployment_id=VALUE, or set WHYDROP_DEPLOYMENT_ID");
  EXPECT_EQ(said(values_.fill_text("{password}")),
            "error: variable password is not set: the account's password | give --var password=@FILE, or set "
            "WHYDROP_PASSWORD");
  EXPECT_EQ(said(values_.fill_text("{access_token}")),
            "error: variable access_token is not set: the credential | whydrop token get --profile sample gets it; or "
            "give --var access_token=@FILE, or set WHYDROP_ACCESS_TOKEN");
  EXPECT_EQ(said(values_.fill_json(R"({"a":"{session_id}"})")),
            "error: variable session_id is not set: the session's id | whydrop session create --profile sample gets "
            "it; or give --var session_id=VALUE, or set WHYDROP_SESSION_ID");
  EXPECT_EQ(said(values_.fill_url("wss://{host}/{ticket}")),
            "error: variable ticket is not set: the queue's ticket | the server's message queued tells it; or give "
            "--var ticket=VALUE, or set WHYDROP_TICKET");
  EXPECT_EQ(said(values_.fill_text("{nothing}")),
            "error: {nothing}: profile sample has no variable of this name | a brace that stands for itself is written "
            "twice: {{");
  EXPECT_EQ(said(values_.fill_text("{$nothing}")), "error: template: {$nothing} is not known here | ");
}

TEST_F(bindings, list_what_is_unset) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(values_.unset("{region}{deployment_id}{$uuid}{ticket}{ticket}"), (Names{"deployment_id", "ticket"}));
  EXPECT_EQ(values_.unset(R"({"a":{"b":"{ticket}"}})"), Names{"ticket"});
}

TEST_F(bindings, encode_what_goes_into_a_url) {
  give("deployment_id", "a b/c?d&e=é~");
  EXPECT_EQ(said(values_.fill_url("wss://{host}:443/x/{deployment_id}?d={deployment_id}")),
            "wss://api.example.com:443/x/a%20b%2Fc%3Fd%26e%3D%C3%A9~?d=a%20b%2Fc%3Fd%26e%3D%C3%A9~");
  give("session_id", "wss://other.example.com/channels/1?x=y");
  EXPECT_EQ(said(values_.fill_url("{session_id}")), "wss://other.example.com/channels/1?x=y");
}

TEST_F(bindings, let_nothing_into_a_host_that_would_leave_it) {
  for (const char* bad : {"evil.com/", "me@evil.com", "a b", "a?b", "a#b", "a%2f"}) {
    give("region", bad);
    EXPECT_EQ(said(values_.fill_url("wss://api.{region}/x")),
              "error: variable region: '" + std::string(bad) + "' cannot stand in a host's name | ");
  }
}

TEST_F(bindings, write_json_with_types_and_escapes) {
  give("ticket", "a\"b\\c\n{region}");
  EXPECT_EQ(
      said(values_.fill_json(R"({"t":"{ticket}","u":"x-{ticket}","{region}":[{}, {"a":{"b":1}}],"e":"{$epoch}"})")),
      R"({"t":"a\"b\\c\n{region}","u":"x-a\"b\\c\n{region}","example.com":[{}, {"a":{"b":1}}],"e":1700000000})");
  EXPECT_EQ(said(values_.fill_json(R"(["{$epoch+60}","{$epoch-60}","at {$epoch}","{$now}","{{x}}","\u007b"])")),
            R"([1700000060,1699999940,"at 1700000000","2023-11-14T22:13:20.123Z","{x}","\u007b"])");
  give("ticket", "42");
  EXPECT_EQ(said(values_.fill_json(R"({"t":"{ticket}"})")), R"({"t":"42"})");
}

TEST_F(bindings, ask_others_for_more_names) {
  const Bindings::Extra extra = [](std::string_view name) -> std::optional<std::string> {
    return name == "$request/code"   ? std::optional<std::string>("7")
           : name == "$request/text" ? std::optional<std::string>(R"("say \"so\"")")
           : name == "$request/none" ? std::optional<std::string>("null")
                                     : std::nullopt;
  };
  EXPECT_EQ(
      said(values_.fill_json(R"(["{$request/code}","{$request/text}","n={$request/code}","{$request/none}"])", extra)),
      R"([7,"say \"so\"","n=7",null])");
  EXPECT_EQ(said(values_.fill_text("{$request/text} {region}", extra)), "say \"so\" example.com");
  EXPECT_EQ(values_.fill_words("{$request/text}, {ticket}, {region}, {$age}.", extra),
            "say \"so\", ?, example.com, ?.");
  EXPECT_EQ(
      values_.fill_words("Refused ({ticket}) in ({region}, {ticket}) with ({$age}, \"{ticket}\"), (or so).", extra),
      "Refused in (example.com, ?) with, (or so).");
}

TEST_F(bindings, stand_as_numbers_where_a_template_says_so) {
  give("password", "1234567890123456789.5e3");
  EXPECT_EQ(said(values_.fill_json(R"({"n":"{$number:password}","s":"{password}"})")),
            R"({"n":1234567890123456789.5e3,"s":"1234567890123456789.5e3"})");
  EXPECT_EQ(said(values_.fill_text("{$number:password}")), "1234567890123456789.5e3");
  give("password", "12a");
  EXPECT_EQ(said(values_.fill_json(R"(["{$number:password}"])")),
            "error: variable password: its value is no JSON number | ");
  EXPECT_EQ(said(values_.fill_json(R"(["{$number:nothing}"])")),
            "error: {nothing}: profile sample has no variable of this name | a brace that stands for itself is written "
            "twice: {{");
}

TEST_F(bindings, fill_no_more_than_a_message_may_hold) {
  constexpr const char* kTooLong = "error: template: its values make it longer than 64 MiB | ";
  std::string json = "[", text;
  for (int i = 0; i < 80; ++i) {
    json += R"("{$letters:1000000}",)";
    text += "{$letters:1000000}";
  }
  EXPECT_EQ(said(values_.fill_json(json + "0]")), kTooLong);
  EXPECT_EQ(said(values_.fill_json("\"" + text + "\"")), kTooLong);
  EXPECT_EQ(said(values_.fill_text(text)), kTooLong);
  EXPECT_TRUE(values_.fill_json(R"(["{$letters:1000000}"])"));
}

TEST_F(bindings, keep_secrets_out_of_words) {
  give("password", "hunter2");
  EXPECT_EQ(values_.fill_words("with {password}", {}), "with (secret)");
}

TEST_F(bindings, refuse_offsets_that_are_none) {
  for (const char* name : {"$epoch+", "$epoch-", "$epoch*2", "$epoch+1s", "$epoch+99999999999", "$epoch+-5"}) {
    EXPECT_EQ(said(values_.fill_text("{" + std::string(name) + "}")),
              "error: template: {" + std::string(name) + "} is not known here | ");
  }
}

TEST_F(bindings, take_values_from_replies) {
  json::Json reply;
  ASSERT_FALSE(reply.parse(R"({"token":"t-1","session":{"id":17},"mode":"odd","none":null})"));
  values_.take(profile_->call("login")->takes, reply.root());
  values_.take(profile_->call("begin")->takes, reply.root());
  values_.take({{"mode", "/mode"}, {"ticket", "/none"}, {"deployment_id", "/missing"}}, reply.root());
  EXPECT_EQ(values_.get("access_token"), "t-1");
  EXPECT_EQ(values_.get("session_id"), "17");
  EXPECT_EQ(values_.origin("session_id"), Origin::reply);
  EXPECT_EQ(values_.get("mode"), "fast");
  EXPECT_EQ(values_.get("ticket"), std::nullopt);
  EXPECT_EQ(values_.get("deployment_id"), std::nullopt);
}

TEST_F(bindings, tell_secrets_as_they_come) {
  std::vector<std::string> told;
  values_.on_secret([&told](const std::string& name, const std::string& value) { told.push_back(name + "=" + value); });
  give("password", "hunter2");
  give("ticket", "public");
  give("access_token", "t-1", Origin::store);
  give("access_token", "t-2", Origin::reply);
  give("access_token", "t-0", Origin::store);
  EXPECT_EQ(told, (std::vector<std::string>{"password=hunter2", "access_token=t-1", "access_token=t-2"}));
  told.clear();
  json::Json reply;
  ASSERT_FALSE(reply.parse(R"({"token":"other"})"));
  values_.take({{"password", "/token"}}, reply.root());
  EXPECT_EQ(told, std::vector<std::string>{"password=other"}) << "a value that is not taken is secret all the same";
  EXPECT_EQ(values_.get("password"), "hunter2");
  EXPECT_EQ(values_.secrets(),
            (std::vector<std::pair<std::string, std::string>>{{"password", "hunter2"}, {"access_token", "t-2"}}));
}

}  // namespace
}  // namespace whydrop::profile
