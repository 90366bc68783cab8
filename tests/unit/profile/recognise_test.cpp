// What URLs, messages and whole sessions look like, without being told a profile.
#include "profile/beginning.hpp"
#include "profile/dialect_detector.hpp"
#include "profile/glob.hpp"
#include "profile/owner.hpp"
#include "session/event.hpp"
#include "support/source_tree.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace whydrop::profile {
namespace {

using wire::Side;

// ---- hosts ----------------------------------------------------------------------------------------------------------

std::string said_of_host(const char* host) {
  const Owner& owner = owners().front();
  const auto known = owner.host(host);
  const auto label = owner.label_in(host);
  return (known                     ? known->service + "|" + known->region
          : owner.is_meant_by(host) ? "alike"
                                    : "other") +
         (label ? " " + label->label + "=" + label->domain : "");
}

TEST(hosts, say_what_they_are) {
  const std::pair<const char*, const char*> rows[] = {
      {"webmessaging.mypurecloud.ie", "webmessaging|mypurecloud.ie"},
      {"API.MyPureCloud.com", "api|mypurecloud.com"},
      {"api.mypurecloud.com.au", "api|mypurecloud.com.au"},
      {"streaming.use2.us-gov-pure.cloud", "streaming|use2.us-gov-pure.cloud"},
      {"api.euw1.pure.cloud", "api|euw1.pure.cloud"},
      {"mypurecloud.de", "|mypurecloud.de"},
      {"chat.acme.mypurecloud.com", "chat.acme|mypurecloud.com"},
      {"notmypurecloud.com", "alike"},
      {"chat.mypurecloud.co.uk", "alike"},
      {"purecloud-proxy.acme.io", "other"},
      {"purecloud.acme.co.uk", "other"},
      {"api.us-east-1.mygen.com", "alike us-east-1=mypurecloud.com"},
      {"webchat-eu-west-1.platform.genesys.cloud", "alike eu-west-1=mypurecloud.ie"},
      {"api-us-east-1.genesyscloud.com", "alike us-east-1=mypurecloud.com"},
      {"api.cxone.com", "other"},
      {"x1.pure.cloud", "alike"},
      {"abc.execute-api.eu-north-1.amazonaws.com", "other eu-north-1="},
      {"example.test", "other"},
      {"127.0.0.1", "other"},
      {"eastern-1.example.test", "other"},
  };
  for (const auto& [host, expected] : rows) {
    EXPECT_EQ(said_of_host(host), expected) << host;
  }
}

TEST(globs, fit_whole_texts) {
  EXPECT_TRUE(fits_glob("wss://h/a/b", "*://*/a/b"));
  EXPECT_TRUE(fits_glob("abcabc", "*abc"));
  EXPECT_TRUE(fits_glob("", "*"));
  EXPECT_FALSE(fits_glob("wss://h/a/b/c", "*://*/a/b"));
  EXPECT_FALSE(fits_glob("a", ""));
}

TEST(scopes, of_forums_are_told_apart) {
  const Owner& owner = owners().front();
  EXPECT_FALSE(owner.scope_finding({"conversations"}, 3).has_value());
  EXPECT_EQ(owner.scope_finding({"webchat:guest:create"}, 3)->says,
            "webchat:guest:create: no Genesys source that was read knows this scope (not verified that none does).");
  EXPECT_EQ(owner.scope_finding({"guest:write", "x", "webmessaging:guest"}, 3)->says,
            "guest:write and webmessaging:guest: no Genesys source that was read knows these scopes (not verified that "
            "none does).");
}

// ---- likeness -------------------------------------------------------------------------------------------------------

std::string words(const std::vector<DialectMatch>& found) {
  std::string out;
  for (const auto& row : found) {
    out += (out.empty() ? "" : "; ") + row.profile + " " + std::to_string(row.score) + ": " + row.reasons.front();
  }
  return out;
}

TEST(dialects, are_recognised_by_url) {
  const Dialects dialects;
  const std::pair<const char*, const char*> rows[] = {
      {"wss://api.mypurecloud.com/api/v2/guest/conversations/websocket",
       "guest-conversations 70: the URL is one of its own"},
      {"wss://api.mypurecloud.com/api/v2/guestconversations/websocket",
       "guest-conversations 70: the URL is a mistaken form of its own"},
      {"ws://127.0.0.1:9000/api/v2/guest/sessions?x=1", "guest-sessions 70: the URL is one of its own"},
      {"wss://webchat.mypurecloud.com/webchat/api/v2/connections", "webchat-start 70: the URL is one of its own"},
      {"wss://webmessaging.mypurecloud.ie/v1?deploymentId=1", "genesys-web-messaging 70: the URL is one of its own"},
      {"wss://streaming.mypurecloud.ie/channels/1", "genesys-notifications 70: the URL is one of its own"},
      {"wss://example.test/socket", ""},
      {"not a URL", ""},
      {"", ""},
  };
  for (const auto& [url, expected] : rows) {
    EXPECT_EQ(words(dialects.of_url(url)), expected) << url;
  }
}

TEST(dialects, are_recognised_by_message) {
  const Dialects dialects;
  const std::pair<const char*, const char*> rows[] = {
      {R"({"type":"startChat","queueId":"q"})",
       "guest-conversations 35: a message of the client has type=\"startChat\""},
      {R"({"type":"message","content":"x","timestamp":"t"})",
       "guest-sessions 50: a message of the client has content, timestamp, type=\"message\""},
      {R"({"action":"connect","org_id":"o","deployment_id":"d"})",
       "webchat-start 70: a message of the client has action=\"connect\", deployment_id, org_id"},
      {R"({"type":"connect","sessionId":"1"})",
       "guest-conversations 35: a message of the client has sessionId, type=\"connect\", a mistaken form of its own"},
      {R"({"type":"connect"})", ""},
      {R"({"type":"ping"})", ""},
      {R"([1,2])", ""},
      {R"("connect")", ""},
      {"not JSON", ""},
  };
  for (const auto& [message, expected] : rows) {
    EXPECT_EQ(words(dialects.of_message(Side::client, message)), expected) << message;
  }
}

TEST(dialects, of_a_person_stand_for_built_in_ones) {
  Dialects dialects;
  Profile own;
  own.name = "guest-sessions";
  own.title = "mine";
  own.fingerprint.urls = {"*://mine.test/*"};
  dialects.add(std::make_shared<const Profile>(own));
  EXPECT_EQ(words(dialects.of_url("ws://mine.test/x")), "guest-sessions 70: the URL is one of its own");
  EXPECT_EQ(words(dialects.of_url("wss://api.mypurecloud.com/api/v2/guest/sessions")), "");
}

// ---- whole sessions -------------------------------------------------------------------------------------------------

/// What ends a session of a table.
struct Session {
  const char* name;
  const char* url;
  std::vector<std::pair<Side, const char*>> messages{};
  int status = 101;  ///< 0: not even connected
  const char* told = "";
  const char* remote = "192.0.2.1:443";
  std::vector<session::Header> headers{};
};

std::string findings_of(const Session& given) {
  const Dialects dialects;
  std::string out;
  DialectDetector check(dialects, given.told, [&out](session::Body&& body) {
    const auto& finding = std::get<session::Finding>(body);
    out += finding.id + " " + std::string(session::name(finding.severity)) + " " +
           std::string(session::name(finding.basis)) + " " + std::string(session::name(finding.confidence)) + " #";
    for (const auto seq : finding.evidence) {
      out += " " + std::to_string(seq);
    }
    out += ": " + finding.says + "\n  fix: " + finding.fix + "\n";
  });
  std::uint64_t seq = 0;
  const auto fact = [&](session::Body body) { check.on_event({++seq, 0, 1, std::move(body)}); };
  fact(session::Open{session::Role::websocket, given.url, std::nullopt, {}});
  if (given.status != 0) {
    session::Connect connect;
    connect.remote = given.remote;
    fact(connect);
    session::Request request;
    request.headers = given.headers;
    fact(request);
    session::Response response;
    response.status = given.status;
    fact(response);
  }
  for (const auto& [side, payload] : given.messages) {
    fact(session::Frame{});
    session::Message message;
    message.from = side;
    message.frames = {seq};
    message.payload = payload;
    check.look(message);
  }
  fact(session::Ending{});
  return out;
}

const Session kSessions[] = {
    {"guest-conversations, the question's form, refused",
     "wss://api.mypurecloud.com/api/v2/guestconversations/websocket",
     {},
     404},
    {"guest-conversations, the answer's form, dropped",
     "wss://api.mypurecloud.de/api/v2/guest/conversations/websocket",
     {{Side::client, R"({"type":"connect","version":"2.0"})"}, {Side::client, R"({"type":"startChat"})"}}},
    {"webchat-start, a host that does not exist", "wss://webchat.mypurecloud.com/webchat/api/v2/connections", {}, 0},
    {"guest-tutorial, a host of nobody, a token in the query",
     "wss://webmessaging.us-east-1.mygen.com/api/v2/webmessaging/guest/ws?guest_token=abc&organization_id=1",
     {},
     0},
    {"a forum's path", "wss://api.mypurecloud.com/api/v2/conversations/webmessaging/guests/42/events", {}, 403},
    {"a bearer header on the guest socket, and its path is right",
     "wss://webmessaging.mypurecloud.ie/v1?deploymentId=1",
     {},
     403,
     "genesys-web-messaging",
     "192.0.2.1:443",
     {{"Authorization", "Bearer xxx", {}}}},
    {"the guest socket, and messages that it does not know",
     "wss://webmessaging.mypurecloud.ie/v1?deploymentId=1",
     {{Side::client, R"({"type":"connect"})"},
      {Side::server, R"({"message":"Forbidden","connectionId":"a","requestId":"b"})"}}},
    {"the guest socket as it is meant to be used, with its profile",
     "wss://webmessaging.mypurecloud.ie/v1?deploymentId=1",
     {{Side::client, R"({"action":"configureSession","deploymentId":"1","token":"t"})"},
      {Side::server, R"({"type":"response","class":"SessionResponse","code":200,"body":{"connected":true}})"}},
     101,
     "genesys-web-messaging"},
    {"the same without a profile",
     "wss://webmessaging.mypurecloud.ie/v1?deploymentId=1",
     {{Side::client, R"({"action":"configureSession","deploymentId":"1","token":"t"})"}}},
    {"a notification socket", "wss://streaming.mypurecloud.com/channels/abc", {}, 101, "genesys-notifications"},
    {"a dialect, rehearsed here",
     "wss://api.mypurecloud.com/api/v2/guest/conversations/websocket",
     {{Side::client, R"({"type":"connect","version":"2.0"})"}, {Side::server, R"({"type":"connected"})"}},
     101,
     "guest-conversations",
     "127.0.0.1:9000"},
    {"a dialect's URL on this machine, without a profile",
     "ws://127.0.0.1:9000/api/v2/guest/sessions",
     {{Side::client, R"({"type":"message","content":"x","timestamp":"t"})"}}},
    {"an unrelated API with common words",
     "wss://example.test/socket",
     {{Side::client, R"({"type":"connect","version":"2.0"})"},
      {Side::server, R"({"type":"connected"})"},
      {Side::client, R"({"type":"connect","sessionId":"1"})"},
      {Side::client, R"({"action":"connect"})"}}},
    {"two messages of one dialect on another host",
     "wss://example.test/socket",
     {{Side::client, R"({"type":"connect","version":"2.0"})"}, {Side::client, R"({"type":"startChat"})"}}},
    {"a token in the query of another host", "wss://example.test/socket?token=abc"},
};

TEST(sessions, are_told_as_written_down) {
  std::string all;
  for (const Session& row : kSessions) {
    all += std::string("== ") + row.name + "\n" + findings_of(row) + "\n";
  }
  const std::string path = test::in_source_tree("tests/unit/profile/reality.txt");
  if (std::getenv("WHYDROP_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path) << all;
  }
  std::ifstream file(path);
  std::stringstream written;
  written << file.rdbuf();
  EXPECT_EQ(all, written.str());
}

TEST(beginnings, show_what_is_served) {
  const auto served = beginning_of("genesys-web-messaging", "mypurecloud.ie");
  ASSERT_TRUE(served);
  EXPECT_EQ(served->url, "wss://webmessaging.mypurecloud.ie/v1?deploymentId=…");
  EXPECT_EQ(served->reply, "SessionResponse");
  EXPECT_FALSE(beginning_of("no-such-profile", "x").has_value());
}

}  // namespace
}  // namespace whydrop::profile
