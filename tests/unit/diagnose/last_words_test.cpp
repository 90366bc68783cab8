// What a message tells of an error is read from its structure; a text that happens to hold such a word is not.
#include "diagnose/last_words.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace whydrop::diagnose {
namespace {

using namespace std::string_view_literals;

struct Row {
  std::string_view payload;
  std::string_view words;
  bool failure = true;
};

std::string told(std::string_view payload, bool text = true) {
  const auto said = error_in(payload, text);
  return said ? (said->failure ? "" : "end: ") + said->words : "nothing";
}

TEST(LastWords, AreReadFromKeys) {
  const Row rows[] = {
      {R"({"type":"error","error":{"code":"quota_exceeded","message":"quota used up"}})",
       "quota_exceeded: quota used up"},
      {R"({"error":"invalid token"})", "invalid token"},
      {R"({"error":"invalid_grant","error_description":"it has expired"})", "invalid_grant: it has expired"},
      {R"({"error":true,"message":"no"})", "no"},
      {R"({"errors":[{"message":"Cannot query field"}]})", "Cannot query field"},
      {R"({"errors":["one","two"]})", "one"},
      {R"({"status":"error","reason":"no such room"})", "no such room"},
      {R"({"success":false,"msg":"bad signature"})", "bad signature"},
      {R"({"code":429,"message":"slow down"})", "429: slow down"},
      {R"({"type":"response","class":"SessionResponse","code":400,"body":{"message":"No deployment"}})",
       "400: No deployment"},
      {R"({"type":"session.expired"})", "session.expired", false},
      {R"({"type":"disconnect","reason":"unauthorized","reconnect":false})", "disconnect: unauthorized", false},
      {R"({"class":"ConnectionClosedEvent"})", "ConnectionClosedEvent", false},
      {R"({"identifier":"{\"channel\":\"Room\"}","type":"reject_subscription"})", "reject_subscription"},
      {R"({"type":"error","why":"too loud"})", R"({"type":"error","why":"too loud"})"},
      {R"({"message":"Internal server error","connectionId":"a","requestId":"b"})", "Internal server error"},
      {R"({"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"Method not found"}})", "-32601: Method not found"},
      {R"({"id":"1","type":"error","payload":[{"message":"Syntax Error"}]})", "Syntax Error"},
      {R"({"type":"connection_error","payload":{"message":"no token"}})", "connection_error: no token"},
      {R"({"id":"1","type":"next","payload":{"errors":[{"message":"boom"}]}})", "boom"},
      {R"({"event":"pusher:error","data":"{\"code\":4001,\"message\":\"App key not in this cluster\"}"})",
       "4001: App key not in this cluster"},
      {R"(["1","1","room:a","phx_reply",{"status":"error","response":{"reason":"unmatched topic"}}])",
       "unmatched topic"},
      {R"([3,{"message":"no such realm"},"wamp.error.no_such_realm"])", "wamp.error.no_such_realm"},
      {R"([8,48,1,{},"wamp.error.not_authorized"])", "wamp.error.not_authorized"},
      {R"([4,"19223201","NotImplemented","unknown action",{}])", "NotImplemented: unknown action"},
      {R"(["CLOSED","sub","auth-required: log in"])", "CLOSED: sub: auth-required: log in", false},
      {"{\"type\":7,\"error\":\"boom\"}\x1e{\"type\":6}\x1e", "boom"},
      {"{\"type\":6}\x1e{\"type\":3,\"error\":\"no such method\"}\x1e", "no such method"},
      {R"(44{"message":"invalid namespace"})", "invalid namespace"},
      {R"(42["exception",{"status":"error","message":"Forbidden resource"}])", "Forbidden resource"},
      {"41", "Socket.IO disconnect packet (41)", false},
      {"1", "Engine.IO close packet (1)", false},
      {R"(c[3000,"Go away!"])", "3000: Go away!", false},
      {R"(a["{\"error\":\"nope\"}"])", "nope"},
      {"{\"error\":\"handshake cancelled\"}\x1e", "handshake cancelled"},
      {"{\"type\":6}\x1e{\"type\":7,\"error\":\"closed with an error\"}\x1e", "closed with an error"},
      {"ERROR\nmessage:malformed frame\ncontent-type:text/plain\n\nno CONNECT\0"sv, "malformed frame"},
      {"ERROR\n\nno login\0"sv, "no login"},
      {"<stream:error xmlns:stream='x'><not-authorized xmlns='y'/><text>log in</text></stream:error>",
       "not-authorized: log in"},
      {"<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><bad-auth/></failure>", "bad-auth"},
      {"-ERR unknown command", "-ERR unknown command", false},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(told(row.payload), (row.failure ? "" : "end: ") + std::string(row.words)) << row.payload;
  }
}

TEST(LastWords, AreReadFromMqtt) {
  EXPECT_EQ(told("\x20\x02\x00\x05"sv, false), "MQTT CONNACK 5: not authorized");
  EXPECT_EQ(told("\x20\x03\x00\x87\x00"sv, false), "MQTT CONNACK 135: not authorized");
  EXPECT_EQ(told("\xe0\x02\x8d\x00"sv, false), "MQTT DISCONNECT 141: keep alive timeout");
  EXPECT_EQ(told("\x20\x02\x00\x00"sv, false), "nothing");
}

TEST(LastWords, AreNotReadFromFreeTextNorFromSuccess) {
  for (const std::string_view payload : {R"({"type":"chat","text":"error: the door is closed"})",
                                         R"({"error":null,"result":1})",
                                         R"({"error":"","ok":true})",
                                         R"({"error":{}})",
                                         R"({"errors":[]})",
                                         R"({"code":200,"message":"fine"})",
                                         R"({"code":0,"msg":"ok"})",
                                         R"({"error":0.23,"loss":1.5})",
                                         R"({"type":"bank_statement"})",
                                         R"({"event":"no_error"})",
                                         R"({"status":"open","title":"the limit"})",
                                         R"(["a","error"])",
                                         R"([4,"id","text"])",
                                         R"(42["chat","error"])",
                                         "an error has occurred",
                                         "{\"type\":6}\x1e",
                                         "<message><body>error</body></message>",
                                         "CONNECTED\nversion:1.2\n\n",
                                         "",
                                         "{",
                                         "\"error\""}) {
    EXPECT_EQ(told(payload), "nothing") << payload;
  }
}

}  // namespace
}  // namespace whydrop::diagnose
