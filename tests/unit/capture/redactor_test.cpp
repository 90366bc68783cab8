#include "capture/redactor.hpp"

#include "base/secret_keys.hpp"
#include "unit/capture/samples.hpp"

#include <memory>

#include <gtest/gtest.h>

namespace whydrop::capture {
namespace {

using namespace session;
using wire::Opcode;

/// {"alg":"RS256"} . {"exp":1700000000,"iat":1.5,"scope":"a b","scp":["c"]} . "signature"
constexpr std::string_view kJwt =
    "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjE3MDAwMDAwMDAsImlhdCI6MS41LCJzY29wZSI6ImEgYiIsInNjcCI6WyJjIl19.c2lnbmF0dXJl";

std::string show(const std::vector<RedactSpan>& spans) {
  std::string out;
  for (const RedactSpan& span : spans) {
    out += " " + std::to_string(span.at) + "+" + std::to_string(span.length) + ":" + span.variable;
  }
  return out;
}

std::string show(const Frame& frame) {
  return std::string(frame.payload) + show(frame.redact);
}

Event text_event(std::string_view payload, Opcode opcode = Opcode::text, bool fin = true) {
  Frame frame = sample_frame(Side::server, opcode, payload);
  frame.header.fin = fin;
  return Event{1, 2, 3, frame};
}

std::string redacted(Redactor& redactor, const Event& event) {
  return show(std::get<Frame>(redactor.redact(event).body));
}

struct Case {
  const char* name;
  std::string_view payload;
  std::string_view shown;
};

/// What was known of a name is asked anew.
TEST(Redactor, MasksAKeyThatBecomesSecret) {
  Redactor redactor({}, false);
  const Event event = text_event(R"({"pin":"1234"})");
  EXPECT_EQ(redacted(redactor, event), R"({"pin":"1234"})");
  EXPECT_EQ(redacted(redactor, event), R"({"pin":"1234"})");
  redactor.add_key("pin");
  EXPECT_EQ(redacted(redactor, event), R"({"pin":"xxxx"} 8+4:pin)");
}

/// Names of every length around those that are remembered, and many that fall on the same place.
TEST(Redactor, TakesNoNameForAnother) {
  Redactor redactor({}, false);
  for (int round = 0; round < 2; ++round) {
    for (std::size_t size = 1; size < 70; ++size) {
      for (const char c : {'a', 'b', '_', '-'}) {
        const std::string filler(size, c);
        for (const std::string& name : {filler, "token" + filler, "t" + filler + "oken"}) {
          const bool secret = is_secret_key(name);
          const std::string payload = "{\"" + name + "\":\"v\"}";
          std::string wanted = payload;
          if (secret) {
            wanted[wanted.size() - 3] = 'x';
            wanted += " " + std::to_string(payload.size() - 3) + "+1:" + name;
          }
          EXPECT_EQ(redacted(redactor, text_event(payload)), wanted);
        }
      }
    }
  }
}

TEST(Redactor, MasksValuesOfSecretKeys) {
  const Case cases[] = {
      {"string", R"({"token":"abc"})", R"({"token":"xxx"} 10+3:token)"},
      {"spaces", "{\"token\" :\n \"abc\"}", "{\"token\" :\n \"xxx\"} 13+3:token"},
      {"spellings",
       R"({"accessToken":"a","access_token":"b","Api-Key":"c","clientSecret":"d","guestToken":"e"})",
       R"({"accessToken":"x","access_token":"x","Api-Key":"x","clientSecret":"x","guestToken":"x"})"
       R"( 16+1:accessToken 35+1:access_token 49+1:Api-Key 68+1:clientSecret 85+1:guestToken)"},
      {"escaped quote in the value", R"({"jwt":"a\"b\\","n":1})", R"({"jwt":"xxxxxx","n":1} 8+6:jwt)"},
      {"number", R"({"password":-12.5e3,"n":1})", R"({"password":1111111,"n":1} 12+7:password)"},
      {"null and true are told", R"({"token":null,"secret":true})", R"({"token":null,"secret":true})"},
      {"an object below",
       R"({"auth":{"user":"ab","list":[1,"c",{"d":"}"}],"on":true},"n":"e"})",
       R"({"auth":{"user":"xx","list":[1,"x",{"d":"x"}],"on":true},"n":"e"})"
       R"( 17+2:user 29+1:list 32+1:list 41+1:d)"},
      {"a list below in JSON in a string",
       R"({"body":"{\"secrets\":[\"a\\\"b\",{}],\"n\":\"c\"}"})",
       R"({"body":"{\"secrets\":[\"xxxxxx\",{}],\"n\":\"c\"}"} 25+6:secrets)"},
      {"an object that does not end", R"({"auth":{"a":"b)", R"({"auth":{"a":"x 14+1:a)"},
      {"a ticket is a string",
       R"({"ticket":{"id":1,"subject":"no tone"}})",
       R"({"ticket":{"id":1,"subject":"no tone"}})"},
      {"a code beside a state",
       "https://h/cb?code=abc&state=1 code=abc",
       "https://h/cb?code=xxx&state=1 code=abc 18+3:code"},
      {"fragment", "https://h/#access_token=abc&n=1", "https://h/#access_token=xxx&n=1 24+3:access_token"},
      {"empty", R"({"token":""})", R"({"token":""})"},
      {"other keys",
       R"({"tokens":"abc","type":"token","nextToken":"a","a":"token:"})",
       R"({"tokens":"abc","type":"token","nextToken":"a","a":"token:"})"},
      {"JSON in a string",
       R"({"body":"{\"token\":\"a\\\"b\",\"n\":1}"})",
       R"({"body":"{\"token\":\"xxxxxx\",\"n\":1}"} 22+6:token)"},
      {"unterminated", R"({"token":"abc)", R"({"token":"xxx 10+3:token)"},
      {"scheme", R"({"Authorization":"Bearer abc"})", R"({"Authorization":"Bearer xxx"} 25+3:Authorization)"},
      {"query", "wss://h/p?a=b&token=abc&c=d", "wss://h/p?a=b&token=xxx&c=d 20+3:token"},
      {"form", "grant_type=x&client_secret=abc", "grant_type=x&client_secret=xxx 27+3:client_secret"},
      {"query in JSON", R"({"url":"wss://h/?jwt=abc"})", R"({"url":"wss://h/?jwt=xxx"} 21+3:jwt)"},
      {"escapes in a name", R"({"p\u0061ssword":"abc","n":1})", R"({"p\u0061ssword":"xxx","n":1} 18+3:password)"},
      {"a name of escapes",
       R"({"\u0074\u006F\u006b\u0065\u006e":"abc"})",
       R"({"\u0074\u006F\u006b\u0065\u006e":"xxx"} 35+3:token)"},
      {"escapes in a name of JSON in a string",
       R"({"body":"{\"\\u0074oken\":\"abc\"}"})",
       R"({"body":"{\"\\u0074oken\":\"xxx\"}"} 28+3:token)"},
      {"escapes that are none",
       R"({"t\u00oken":"abc","\u":1,"\u00e9":"b"})",
       R"({"t\u00oken":"abc","\u":1,"\u00e9":"b"})"},
      {"an escaped ampersand",
       R"("wss://h/?a=b\u0026token=abc\u0026c=d")",
       R"("wss://h/?a=b\u0026token=xxx\u0026c=d" 25+3:token)"},
      {"an escaped equals sign",
       R"({"u":"/?a\u003db\u0026token\u003Dabc","b":"{\"u\":\"?jwt\\u003dabc\"}"})",
       R"({"u":"/?a\u003db\u0026token\u003Dxxx","b":"{\"u\":\"?jwt\\u003dxxx\"}"} 33+3:token 63+3:jwt)"},
      {"an escaped ampersand beside a state",
       R"("/cb?code=abc\u0026state=1")",
       R"("/cb?code=xxx\u0026state=1" 10+3:code)"},
      {"user information", "wss://me:pw@h/ wss://h:1/@", "wss://xxxxx@h/ wss://h:1/@ 6+5:userinfo"},
      {"no name", "{\":\"abc\"} =a :b", "{\":\"abc\"} =a :b"},
      {"not UTF-8", "\xFF\"token\":\"\xFE\"", "\xFF\"token\":\"\xFE\" 10+1:token"},
      {"faults beside what is masked stay",
       "{\"token\":\"a\xE2(\xA1\\q\\n\\ud800\\u12\tb\"}",
       "{\"token\":\"x\xE2x\xA1\\xxx\\ud800\\uxx\tx\"} 10+20:token"},
  };
  for (const Case& row : cases) {
    Redactor redactor({}, false);
    EXPECT_EQ(redacted(redactor, text_event(row.payload)), row.shown) << row.name;
  }
}

TEST(Redactor, LooksAtEachBackslashOnce) {
  const std::string payload(4U << 20, '\\');
  Redactor redactor({}, false);
  EXPECT_EQ(redacted(redactor, text_event(payload)), payload);
}

TEST(Redactor, MasksGivenValuesWhereverTheyStand) {
  const std::vector<Secret> secrets = {{"guest", "s3cr/et\"\xC3\xBC"}, {"pin", "4711"}, {"key", "s3cr/et"}};
  const Case cases[] = {
      {"raw", "a s3cr/et\"\xC3\xBC b", "a xxxxxxxxxx b 2+10:guest"},
      {"shorter one", "a s3cr/et b", "a xxxxxxx b 2+7:key"},
      {"in JSON", R"("s3cr/et\"ü")", "\"xxxxxxxxxxx\" 1+11:guest"},
      {"in JSON with escaped solidus", R"("s3cr\/et\"ü")", "\"xxxxxxxxxxxx\" 1+12:guest"},
      {"in JSON with escaped solidus in digits", R"("s3cr\u002fet")", "\"xxxxxxxxxxxx\" 1+12:key"},
      {"in ASCII JSON", R"("s3cr/et\"\u00fc")", "\"xxxxxxxxxxxxxxx\" 1+15:guest"},
      {"in a query", "?q=s3cr%2Fet%22%C3%BC", "?q=xxxxxxxxxxxxxxxxxx 3+18:guest"},
      {"number in a string", R"({"n":"4711"})", R"({"n":"xxxx"} 6+4:pin)"},
      {"number", R"({"n": 4711, "m":[4711,0]})", R"({"n": 1111, "m":[1111,0]} 6+4:pin 17+4:pin)"},
      {"in the value of a secret key", R"({"token":"a4711b"})", R"({"token":"xxxxxx"} 10+1:token 11+4:pin 15+1:token)"},
      {"nearly", "s3cr/e 471 s3cr/ 711", "s3cr/e 471 s3cr/ 711"},
  };
  for (const Case& row : cases) {
    Redactor redactor(secrets, false);
    EXPECT_EQ(redacted(redactor, text_event(row.payload)), row.shown) << row.name;
  }
}

TEST(Redactor, MasksCredentialsByTheirForm) {
  const std::string jwt(kJwt);
  const std::string masked(jwt.size(), 'x');
  const std::pair<std::string, std::string> cases[] = {
      {"my " + jwt + ", yours", "my " + masked + ", yours"},
      {"{\"a\":\"" + jwt + "\"}", "{\"a\":\"" + masked + "\"}"},
      {"curl -H 'X: Bearer abc123def'", "curl -H 'X: Bearer xxxxxxxxx'"},
      {"bearer AbcDef", "bearer xxxxxx"},
      {"Basic dXNlcjpwYXNz.", "Basic dXNlcjpwYXNz."},
      {"Basic dXNlcjpwYXNz", "Basic xxxxxxxxxxxx"},
      {"Bearer authentication is needed", "Bearer authentication is needed"},
      {"Bearer realm=\"x\"", "Bearer realm=\"x\""},
      {"Basic realm", "Basic realm"},
      {"GET /?token_type=bearer HTTP/1.1", "GET /?token_type=bearer HTTP/1.1"},
      {"a forebearer abc123def", "a forebearer abc123def"},
      {"cursor eyJpZCI6MX0 eyJpZCI6MX0.txt", "cursor eyJpZCI6MX0 eyJpZCI6MX0.txt"},
      {"wss://h/?header=eyJob3N0IjoiaCJ9&n=1", "wss://h/?header=xxxxxxxxxxxxxxxx&n=1"},
      {"sr=h&sig=a%2Fb&se=1", "sr=h&sig=xxxxx&se=1"},
      {"X-Amz-Signature=00ff&X-Amz-Date=1", "X-Amz-Signature=xxxx&X-Amz-Date=1"},
  };
  for (const auto& [given, shown] : cases) {
    Redactor redactor({}, false);
    EXPECT_EQ(std::get<Frame>(redactor.redact(text_event(given)).body).payload, shown) << given;
  }
}

Event sent(std::string_view payload, Opcode opcode = Opcode::text) {
  Event event = text_event(payload, opcode);
  std::get<Frame>(event.body).from = Side::client;
  return event;
}

TEST(Redactor, MasksWhatDialectsSendWithoutANameOfTheirOwn) {
  using namespace std::string_view_literals;
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"CONNECT\nlogin:me\npasscode:pw\nhost:h\n\n\0"sv, "CONNECT\nlogin:xx\npasscode:xx\nhost:h\n\n\0"sv},
      {"SEND\r\nX-Auth-Token:abc\r\nlogin:me\r\n\r\ntoken:b", "SEND\r\nX-Auth-Token:xxx\r\nlogin:me\r\n\r\ntoken:b"},
      {R"(["CONNECT\npasscode:pw\n\n\u0000"])", R"(["CONNECT\npasscode:xx\n\n\u0000"])"},
      {R"(40{"user":"ab","n":[1]})", R"(40{"user":"xx","n":[1]})"},
      {R"(40/chat,{"pid":"ab"})", R"(40/chat,{"pid":"xx"})"},
      {R"(42["say",{"user":"ab"}])", R"(42["say",{"user":"ab"}])"},
      {R"({"type":"connection_init","payload":{"who":"ab","h":{"x":"c"}}})",
       R"({"type":"connection_init","payload":{"who":"xx","h":{"x":"x"}}})"},
      {R"({"type":"subscribe","payload":{"query":"ab"}})", R"({"type":"subscribe","payload":{"query":"ab"}})"},
      {R"([5,"ab\"c",{}])", R"([5,"xxxxx",{}])"},
      {"PASS oauth:ab\r\nNICK me", "PASS xxxxxxxx\r\nNICK me"},
      {"<auth mechanism='PLAIN'>AGE=</auth>", "<auth mechanism='PLAIN'>xxxx</auth>"},
  };
  for (const auto& [given, shown] : cases) {
    Redactor redactor({}, false);
    EXPECT_EQ(std::get<Frame>(redactor.redact(sent(given)).body).payload, shown) << given;
  }
  Redactor redactor({}, false);
  constexpr auto kMqtt = "\x10\x1a\0\4MQTT\5\xc0\0\x3c\0\0\2me\0\2ab\0\3p\0w"sv;
  constexpr auto kShown = "\x10\x1a\0\4MQTT\5\xc0\0\x3c\0\0\2me\0\2xx\0\3xxx"sv;
  EXPECT_EQ(std::get<Frame>(redactor.redact(sent(kMqtt, Opcode::binary)).body).payload, kShown);
}

TEST(Redactor, WhatAClientSentAsASecretIsKnownAfterwards) {
  const std::pair<const char*, const char*> cases[] = {
      {"you said s3cr/et+1", "you said xxxxxxxxx"},
      {R"({"echo":"s3cr\/et+1"})", R"({"echo":"xxxxxxxxxx"})"},
      {"?q=s3cr%2Fet%2B1", "?q=xxxxxxxxxxxxx"},
      {"czNjci9ldCsx", "xxxxxxxxxxxx"},
      {"hi czNjci9ldCsx", "hi xxxxxxxxxxxx"},
      {"YXMzY3IvZXQrMQ==", "YXxxxxxxxxxxxQ=="},
      {"733363722f65742b31", "xxxxxxxxxxxxxxxxxx"},
      {"733363722F65742B31", "xxxxxxxxxxxxxxxxxx"},
      {"s3cr", "s3cr"},
  };
  for (const char* message : {R"({"password":"s3cr/et+1"})", R"({"password":"s3cr\/et+1"})"}) {
    Redactor redactor({}, false);
    redactor.redact(sent(message));
    for (const auto& [given, shown] : cases) {
      EXPECT_EQ(std::get<Frame>(redactor.redact(text_event(given)).body).payload, shown) << given;
    }
  }
}

TEST(Redactor, WhatAServerSentOrIsShortIsNotLearned) {
  Redactor redactor({}, false);
  redactor.redact(sent(R"({"password":"hello"})"));
  redactor.redact(text_event(R"({"token":"welcome"})"));
  EXPECT_EQ(std::get<Frame>(redactor.redact(text_event("hello and welcome")).body).payload, "hello and welcome");
}

TEST(Redactor, CredentialsInAHeadAreKnownAfterwards) {
  Redactor redactor({}, false);
  Request request;
  request.headers = {
      {"Authorization", "Basic bWU6cGFzc3dvcnQ=", {}},
      {"Cookie", "sid=abcdefgh; theme=midnight", {}},
      {"Sec-WebSocket-Protocol", "chat, bearer, t0kent0ken", {}},
      {"Sec-WebSocket-Protocol", "base64url.bearer.authorization.k8s.io.QUJDREVGRw, v5.channel.k8s.io", {}}};
  const Event event = redactor.redact(Event{1, 2, 3, request});
  const auto& shown = std::get<Request>(event.body).headers;
  EXPECT_EQ(shown[0].value, "Basic xxxxxxxxxxxxxxxx");
  EXPECT_EQ(shown[1].value, "sid=xxxxxxxx; theme=xxxxxxxx");
  EXPECT_EQ(shown[2].value, "chat, bearer, xxxxxxxxxx");
  EXPECT_EQ(shown[3].value, "base64url.bearer.authorization.k8s.io.xxxxxxxxxx, v5.channel.k8s.io");
  const Event echo = redactor.redact(text_event("passwort abcdefgh midnight t0kent0ken QUJDREVGRw"));
  EXPECT_EQ(std::get<Frame>(echo.body).payload, "xxxxxxxx xxxxxxxx midnight xxxxxxxxxx xxxxxxxxxx");
}

/// Feeds `message` as fragments cut at `cuts` and joins what is shown.
std::string in_fragments(Redactor& redactor, std::string_view message, const std::vector<std::size_t>& cuts) {
  std::string out;
  std::size_t at = 0;
  for (std::size_t i = 0; i <= cuts.size(); ++i) {
    const std::size_t end = i == cuts.size() ? message.size() : cuts[i];
    const Event event =
        text_event(message.substr(at, end - at), i == 0 ? Opcode::text : Opcode::continuation, i == cuts.size());
    out += std::get<Frame>(redactor.redact(event).body).payload;
    // A ping between fragments changes nothing.
    const Event ping = text_event("\"", Opcode::ping);
    EXPECT_EQ(redacted(redactor, ping), "\"");
    at = end;
  }
  return out;
}

TEST(Redactor, ASecretObjectIsMaskedWhereverItsMessageIsCut) {
  const std::string_view message = R"({"n":1, "credentials" : {"a":"b\"c","list":[12,"d"]}, "m":"e"})";
  const std::string_view shown = R"({"n":1, "credentials" : {"a":"xxxx","list":[11,"x"]}, "m":"e"})";
  for (std::size_t first = 0; first <= message.size(); ++first) {
    for (std::size_t second = first; second <= message.size(); ++second) {
      Redactor redactor({}, false);
      const std::string cut = std::string(in_fragments(redactor, message, {first, second}));
      ASSERT_EQ(cut, shown) << first << " " << second;
    }
  }
}

TEST(Redactor, MasksKeysAcrossFragmentsWhereverTheyAreCut) {
  const std::string_view message = R"({"n":1, "access_token" : "ab\"cd\\", "pin":12, "secret":345})";
  const std::string_view shown = R"({"n":1, "access_token" : "xxxxxxxx", "pin":12, "secret":111})";
  for (std::size_t first = 0; first <= message.size(); ++first) {
    for (std::size_t second = first; second <= message.size(); ++second) {
      Redactor redactor({}, false);
      ASSERT_EQ(in_fragments(redactor, message, {first, second}), shown) << first << " " << second;
    }
  }
}

TEST(Redactor, ShowsAtMostThreeBytesOfAValueThatIsCut) {
  const std::string_view message = "say 0123456789 now";
  for (std::size_t first = 0; first <= message.size(); ++first) {
    for (std::size_t second = first; second <= message.size(); ++second) {
      Redactor redactor({{"v", "0123456789"}}, false);
      const std::string shown = in_fragments(redactor, message, {first, second});
      ASSERT_EQ(shown.substr(0, 4), "say ");
      ASSERT_EQ(shown.substr(7), "xxxxxxx now") << first << " " << second;
    }
  }
}

TEST(Redactor, AByteByByteMessageShowsNoShortValue) {
  Redactor redactor({{"v", "abcd"}, {"w", "z"}}, false);
  EXPECT_EQ(in_fragments(redactor, "-abcd-z-", {1, 2, 3, 4, 5, 6, 7}), "-abcx-x-");
}

TEST(Redactor, FragmentsOfTwoDirectionsDoNotMix) {
  Redactor redactor({}, false);
  Event other = text_event(R"({"a":")", Opcode::text, false);
  std::get<Frame>(other.body).from = Side::client;
  EXPECT_EQ(redacted(redactor, text_event(R"({"token":"ab)", Opcode::text, false)), R"({"token":"xx 10+2:token)");
  EXPECT_EQ(redacted(redactor, other), R"({"a":")");
  EXPECT_EQ(redacted(redactor, text_event(R"(cd"})", Opcode::continuation)), R"(xx"} 0+2:token)");
}

TEST(Redactor, ANewMessageBeginsAnew) {
  Redactor redactor({}, false);
  EXPECT_EQ(redacted(redactor, text_event(R"({"token":"ab)", Opcode::text, false)), R"({"token":"xx 10+2:token)");
  EXPECT_EQ(redacted(redactor, text_event(R"({"a":"b"})")), R"({"a":"b"})");
}

TEST(Redactor, ACutFrameDoesNotEndInAValue) {
  Redactor redactor({{"v", "0123456789"}}, false);
  Event event = text_event("say 01234567");
  std::get<Frame>(event.body).header.length = 100;
  EXPECT_EQ(redacted(redactor, event), "say 012xxxxx 7+5:v");
}

TEST(Redactor, ACompressedFrameWithoutPayloadHidesTheCutOneThatContinuesIt) {
  Redactor redactor({}, false);
  Event first = text_event("", Opcode::text, false);
  std::get<Frame>(first.body).header.rsv = wire::kRsv1;
  std::get<Frame>(first.body).has_payload = false;
  redactor.redact(first);
  Partial partial;
  partial.has_header = true;
  partial.header.opcode = Opcode::continuation;
  partial.from = std::get<Frame>(first.body).from;
  partial.payload = "deflated";
  const Event shown = redactor.redact(Event{2, 2, first.conn, partial});
  EXPECT_EQ(std::get<Partial>(shown.body).payload, "");
}

TEST(Redactor, InflatedIsAWholeMessageAlsoIfItFailed) {
  Redactor redactor({}, false);
  Inflated inflated{Side::server, {1}, true, R"({"jwt":"ab"})", 12, "", {}};
  const Event whole = redactor.redact(Event{1, 2, 3, inflated});
  EXPECT_EQ(std::get<Inflated>(whole.body).content, R"({"jwt":"xx"})");
  EXPECT_EQ(show(std::get<Inflated>(whole.body).redact), " 8+2:jwt");
  inflated.error = "invalid distance";
  const Event failed = redactor.redact(Event{1, 2, 3, inflated});
  EXPECT_EQ(std::get<Inflated>(failed.body).content, R"({"jwt":"xx"})");
}

TEST(Redactor, AMessageIsMaskedAsItsFrame) {
  Redactor redactor({}, false);
  const std::string payload = R"({"token":"abc"})";
  const Message message{
      Side::server, {1}, true, false, payload, payload.size(), payload.size(), "", {}, {}, {}, {}, {}};
  for (const bool after_its_frame : {true, false}) {
    if (after_its_frame) {
      redactor.redact(text_event(payload));
    }
    const auto shown = std::get<Message>(redactor.redact(Event{1, 2, 3, message}).body);
    EXPECT_EQ(shown.payload, R"({"token":"xxx"})") << after_its_frame;
    EXPECT_EQ(show(shown.redact), " 10+3:token") << after_its_frame;
    redactor.redact(text_event(""));
  }
}

TEST(Redactor, PartialAndUndecodedBytesAreMaskedToo) {
  Redactor redactor({{"v", "01234567"}}, false);
  redactor.redact(text_event(R"({"token":"ab)", Opcode::text, false));
  Partial partial{Side::server, true, frame_header(Opcode::continuation, 9), 0, 5, 11, "\x80\x09", "cde", {}};
  EXPECT_EQ(std::get<Partial>(redactor.redact(Event{1, 2, 3, partial}).body).payload, "xxx");
  partial.header.rsv = wire::kRsv1;
  EXPECT_EQ(std::get<Partial>(redactor.redact(Event{1, 2, 3, partial}).body).payload, "");
  const UndecodedBytes bytes{Side::client, 0, 10, "a 01234567"};
  EXPECT_EQ(std::get<UndecodedBytes>(redactor.redact(Event{1, 2, 3, bytes}).body).bytes, "a xxxxxxxx");
}

TEST(Redactor, MasksHeads) {
  Redactor redactor({{"v", "0123456789"}}, false);
  Request request;
  request.start_line = "GET /p?access_token=abc&v=0123456789 HTTP/1.1";
  request.headers = {{"Host", "h", {}},
                     {"authorization", "Bearer abc", {}},
                     {"Cookie", "sid=1; b=2", {}},
                     {"X-Api-Key", "k", {}},
                     {"Sec-WebSocket-Key", "dGhlIHNhbXBsZQ==", {}},
                     {"X-V", "=0123456789=", {}}};
  request.raw = "GET /p?access_token=abc HTTP/1.1\nProxy-Authorization:Basic YWJj\n more\nHost: h\r\nCookie:\r\n\r\n";
  const auto shown = std::get<Request>(redactor.redact(Event{1, 2, 3, request}).body);
  EXPECT_EQ(shown.start_line + show(shown.redact),
            "GET /p?access_token=xxx&v=xxxxxxxxxx HTTP/1.1 20+3:access_token 26+10:v");
  std::string headers;
  for (const Header& header : shown.headers) {
    headers += header.name + ": " + header.value + show(header.redact) + "\n";
  }
  EXPECT_EQ(headers,
            "Host: h\n"
            "authorization: Bearer xxx 7+3:authorization\n"
            "Cookie: sid=x; b=x 4+1:sid 9+1:b\n"
            "X-Api-Key: x 0+1:X-Api-Key\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZQ==\n"
            "X-V: =xxxxxxxxxx= 1+10:v\n");
  EXPECT_EQ(shown.raw,
            "GET /p?access_token=xxx HTTP/1.1\nProxy-Authorization:Basic xxxx\n xxxx\nHost: h\r\nCookie:\r\n\r\n");
}

TEST(Redactor, MasksAnAnswerAndItsBody) {
  Redactor redactor({}, false);
  Response response;
  response.start_line = "HTTP/1.1 302 Found";
  response.headers = {{"Set-Cookie", "a=b; Path=/; HttpOnly", {}}, {"Location", "/?token=a", {}}};
  response.body = R"({"guest_token":"abc)";
  response.body_length = 99;
  const auto shown = std::get<Response>(redactor.redact(Event{1, 2, 3, response}).body);
  EXPECT_EQ(shown.headers[0].value + show(shown.headers[0].redact), "a=x; Path=/; HttpOnly 2+1:a");
  EXPECT_EQ(shown.headers[1].value + show(shown.headers[1].redact), "/?token=x 8+1:token");
  EXPECT_EQ(shown.body + show(shown.redact), R"({"guest_token":"xxx 16+3:guest_token)");
}

std::string body_of(const char* body, std::uint64_t more = 0) {
  Redactor redactor({{"client_secret", "s*c~r t/1"}}, false);
  Request request;
  request.body = body;
  request.body_length = request.body.size() + more;
  const Event event{1, 2, 3, request};
  const auto& shown = std::get<Request>(redactor.redact(event).body);
  return shown.body + show(shown.body_redact);
}

TEST(Redactor, MasksTheBodyOfACall) {
  EXPECT_EQ(body_of("client_secret=abc&n=1"), "client_secret=xxx&n=1 14+3:client_secret");
  EXPECT_EQ(body_of("n=1&client%5Fsecret=a%20b"), "n=1&client%5Fsecret=xxxxx 20+5:client_secret");
  EXPECT_EQ(body_of(R"({"client_secret":"abc","n":1})"), R"({"client_secret":"xxx","n":1} 18+3:client_secret)");
  EXPECT_EQ(body_of("grant_type=client_credentials&n=1"), "grant_type=client_credentials&n=1");
}

TEST(Redactor, MasksGivenValuesInABodyHoweverTheyAreEncoded) {
  for (const std::string form :
       {"s*c~r t/1", "s%2Ac~r%20t%2F1", "s%2ac~r%20t%2f1", "s*c%7Er%20t%2F1", "s*c%7er+t%2f1", "s*c~r%20t%2F1"}) {
    const std::string size = std::to_string(form.size());
    EXPECT_EQ(body_of(("odd=" + form + "&n=1").c_str()),
              "odd=" + std::string(form.size(), 'x') + "&n=1 4+" + size + ":client_secret");
  }
  EXPECT_EQ(body_of(R"({"odd":"s*c~r t\/1"})"), R"({"odd":"xxxxxxxxxx"} 8+10:client_secret)");
}

TEST(Redactor, ABodyThatIsCutShowsAtMostThreeBytesOfAValue) {
  EXPECT_EQ(body_of("odd=s*c~r", 9), "odd=s*cxx 7+2:client_secret");
  EXPECT_EQ(body_of("token=abc", 9), "token=xxx 6+3:token");
}

TEST(Redactor, MasksUrlsReasonsAndSentences) {
  Redactor redactor({{"v", "0123456789"}}, false);
  EXPECT_EQ(
      std::get<Open>(redactor.redact(Event{1, 2, 3, Open{Role::websocket, "wss://u:p@h/?jwt=a", {}, {}}}).body).url,
      "wss://xxx@h/?jwt=x");
  EXPECT_EQ(redacted(redactor, text_event("\x03\xE8no 0123456789", Opcode::close)), "\x03\xE8no xxxxxxxxxx 5+10:v");
  Finding finding("x", 1);
  finding.says = "0123456789";
  EXPECT_EQ(std::get<Finding>(redactor.redact(Event{1, 2, 3, finding}).body).says, "xxxxxxxxxx");
  Verdict verdict;
  verdict.headline = "closed: 0123456789";
  verdict.observed = {"0123456789"};
  verdict.received = CloseSeen{{}, "0123456789", 1};
  verdict.findings = {finding};
  const auto shown = std::get<Verdict>(redactor.redact(Event{1, 2, 0, verdict}).body);
  EXPECT_EQ(shown.headline, "closed: xxxxxxxxxx");
  EXPECT_EQ(shown.observed[0] + shown.received->reason + shown.findings[0].says, std::string(30, 'x'));
  Ending ending;
  ending.detail = "0123456789";
  EXPECT_EQ(std::get<Ending>(redactor.redact(Event{1, 2, 3, ending}).body).detail, "xxxxxxxxxx");
  EXPECT_EQ(redactor.redact_text("ws://h/?token=a 0123456789"), "ws://h/?token=x xxxxxxxxxx");
}

TEST(Redactor, WhatIsMaskedAlreadyIsLeftAlone) {
  Redactor redactor({}, false);
  Event event = text_event(R"({"token":"xxx"})");
  std::get<Frame>(event.body).redact = {{10, 3, "guest"}};
  EXPECT_EQ(&redactor.redact(event), &event);
}

TEST(Redactor, EventsWithoutSecretsAreNotCopied) {
  Redactor redactor({{"v", "0123456789"}}, false);
  for (const Sample& sample : samples()) {
    if (sample.line.find("xx") == std::string::npos && sample.line.find("redact") == std::string::npos) {
      const Event event{1, 2, 3, sample.body};
      EXPECT_EQ(&redactor.redact(event), &event) << sample.name;
      redactor.redact(Event{1, 2, 3, Ending{}});
    }
  }
}

TEST(Redactor, OffPassesEverything) {
  Redactor redactor({{"v", "abc"}}, true);
  const Event event = text_event(R"({"token":"abc"})");
  EXPECT_EQ(&redactor.redact(event), &event);
  EXPECT_EQ(redactor.redact_text("abc"), "abc");
  EXPECT_TRUE(redactor.take_tokens().empty());
}

std::string show(const Token& token) {
  std::string line;
  append_event(line, Event{0, 0, 0, token});
  return line;
}

constexpr std::string_view kTokenLine = R"({"seq":0,"t_ns":0,"conn":null,"kind":"token","var":")";
constexpr std::string_view kClaims = R"(","alg":"RS256","exp":1700000000,"iat":1,"nbf":null,"scopes":["a","b","c"]})"
                                     "\n";

TEST(Redactor, TellsOfATokenBeforeItIsMasked) {
  const std::string jwt(kJwt);
  const std::pair<std::string, Event> cases[] = {
      {"jwt", text_event("")},
      {"token", text_event("")},
      {"given", text_event("")},
  };
  const std::string payloads[] = {R"({"jwt":")" + jwt + "\"}", "?token=" + jwt, "raw " + jwt};
  for (std::size_t i = 0; i < 3; ++i) {
    std::vector<Secret> secrets;
    if (cases[i].first == "given") {
      secrets.push_back({"given", jwt});
    }
    Redactor redactor(secrets, false);
    redactor.redact(text_event(payloads[i]));
    redactor.redact(text_event(payloads[i]));
    const auto tokens = redactor.take_tokens();
    ASSERT_EQ(tokens.size(), 1U) << payloads[i];
    EXPECT_EQ(show(tokens[0]), std::string(kTokenLine) + cases[i].first + std::string(kClaims));
    EXPECT_TRUE(redactor.take_tokens().empty());
  }
}

TEST(Redactor, TellsOfATokenThatIsSplit) {
  const std::string message = R"({"jwt":")" + std::string(kJwt) + "\"}";
  Redactor redactor({}, false);
  in_fragments(redactor, message, {20, 40});
  const auto tokens = redactor.take_tokens();
  ASSERT_EQ(tokens.size(), 1U);
  EXPECT_EQ(show(tokens[0]), std::string(kTokenLine) + "jwt" + std::string(kClaims));
}

TEST(Redactor, TellsOfATokenInAHeader) {
  Redactor redactor({}, false);
  Request request;
  request.headers = {{"Authorization", "Bearer " + std::string(kJwt), {}}};
  redactor.redact(Event{1, 2, 3, request});
  const auto tokens = redactor.take_tokens();
  ASSERT_EQ(tokens.size(), 1U);
  EXPECT_EQ(tokens[0].variable, "Authorization");
}

TEST(Redactor, NoTokenIsMadeUp) {
  for (const std::string_view value :
       {"a.b.c", "eyJhbGciOiJSUzI1NiJ9", "eyJhIjoxfQ.e30.", "e30.e30.c2ln", "W10.W10.c2ln", ".."}) {
    Redactor redactor({}, false);
    redactor.redact(text_event(R"({"jwt":")" + std::string(value) + "\"}"));
    EXPECT_TRUE(redactor.take_tokens().empty()) << value;
  }
}

TEST(Redactor, KeysAndValuesOfAProfileAreMaskedFromWhenTheyAreKnown) {
  Redactor redactor({}, false);
  const std::string text = R"({"roomPin":"4711","n":"abcdef","pin":"1"} room_pin=4711)";
  EXPECT_EQ(redactor.redact_text(text), text);
  redactor.add_key("room_pin");
  redactor.add({"guest", "abcdef"});
  redactor.add({"guest", "abcdef"});
  EXPECT_EQ(redactor.redact_text(text), R"({"roomPin":"xxxx","n":"xxxxxx","pin":"1"} room_pin=xxxx)");
}

TEST(Redactor, WhatIsSaidOfAMessageIsMaskedToo) {
  Redactor redactor({{"key", "abcdef"}}, false);
  Message message;
  message.payload = "{}";
  message.length = 2;
  message.errors = {"/a is a string, \"abcdef\"", "/b is missing"};
  const auto shown = std::get<Message>(redactor.redact(Event{1, 2, 3, message}).body);
  EXPECT_EQ(shown.errors, (std::vector<std::string>{"/a is a string, \"xxxxxx\"", "/b is missing"}));
}

/// What a client's message in pieces is shown as, joined.
std::string shown_of_client(std::string_view message, std::size_t first, std::size_t second) {
  Redactor redactor({}, false);
  std::string joined;
  const std::size_t ends[] = {first, second, message.size()};
  std::size_t at = 0;
  for (const std::size_t end : ends) {
    Frame frame = sample_frame(
        Side::client, at == 0 && end == first ? Opcode::text : Opcode::continuation, message.substr(at, end - at));
    frame.header.fin = end == message.size();
    joined += std::get<Frame>(redactor.redact(Event{1, 2, 3, frame}).body).payload;
    at = end;
  }
  return joined;
}

TEST(Redactor, ADialectsSecretMayBeginInALaterFragment) {
  constexpr std::string_view kSecret = "own-Jd82kWqz";
  for (const std::string& message : {std::string("CONNECT\nhost:h\npasscode:own-Jd82kWqz\n\n") + '\0',
                                     std::string(R"(40{"who":"own-Jd82kWqz"})"),
                                     std::string(R"({"type":"connection_init","payload":{"who":"own-Jd82kWqz"}})"),
                                     std::string("PASS own-Jd82kWqz\r\n"),
                                     std::string(R"([5,"own-Jd82kWqz",{}])"),
                                     std::string("<auth mechanism='PLAIN'>own-Jd82kWqz</auth>")}) {
    const std::size_t begins = message.find(kSecret);
    for (std::size_t first = 1; first < message.size() - 1; ++first) {
      for (std::size_t second = first + 1; second < message.size(); ++second) {
        const std::string shown = shown_of_client(message, first, second);
        ASSERT_EQ(shown.size(), message.size());
        ASSERT_EQ(shown.find(kSecret), std::string::npos) << message << " cut at " << first << " and " << second;
        if (second <= begins) {
          ASSERT_EQ(shown.substr(begins, kSecret.size()), std::string(kSecret.size(), 'x')) << shown;
        }
      }
    }
  }
}

TEST(Redactor, SaysOnceThatItRemembersNoMore) {
  Redactor redactor({}, false);
  int said = 0;
  for (int i = 0; i < 600; ++i) {
    const std::string payload = R"({"token":"own-)" + std::to_string(i) + R"(-word"})";
    Frame frame = sample_frame(Side::client, Opcode::text, payload);
    EXPECT_EQ(std::get<Frame>(redactor.redact(Event{1, 2, 3, frame}).body).payload.find("-word"), std::string::npos);
    said += redactor.has_news() && redactor.take_over_limit() ? 1 : 0;
    EXPECT_EQ(said, i < 256 ? 0 : 1);
  }
  EXPECT_EQ(redactor.redact_text("own-255-word."), "xxxxxxxxxxxx.");
  EXPECT_EQ(redactor.redact_text("own-256-word."), "own-256-word.");
}

}  // namespace
}  // namespace whydrop::capture
