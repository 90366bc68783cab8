#include "base/utf8.hpp"
#include "payload/dialect.hpp"
#include "payload/json.hpp"
#include "payload/view.hpp"

#include <random>
#include <string>

#include <gtest/gtest.h>

namespace whydrop::payload {
namespace {

using namespace std::string_literals;

TEST(Json, SaysWhyATextIsNotJson) {
  EXPECT_EQ(json_fault(R"({"a":[1,2.5e300,"x",null,true]})"), "");
  EXPECT_EQ(json_fault("1"), "");
  EXPECT_EQ(json_fault(""), "not JSON: The document is empty at byte 0");
  EXPECT_EQ(json_fault("{} x"), "not JSON: The document root must not be followed by other values at byte 3");
  EXPECT_EQ(json_fault("[1,]"), "not JSON: Invalid value at byte 3");
  EXPECT_EQ(json_fault("[\"\xff\"]"), "not JSON: Invalid encoding in string at byte 2");
  EXPECT_EQ(json_fault("[1\0]"s), "not JSON: Missing a comma or ']' after an array element at byte 2");
}

TEST(Json, DepthIsBounded) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(json_fault(nested(1000)), "");
  EXPECT_EQ(json_fault(nested(1001)), "not JSON: too deep");
  EXPECT_EQ(json_fault(std::string(1'000'000, '[')), "not JSON: too deep");
  EXPECT_TRUE(is_too_deep(nested(1001)));
  EXPECT_FALSE(is_too_deep(nested(1000)));
  EXPECT_FALSE(is_too_deep("[\"" + std::string(2000, '[') + "\"]"));
  EXPECT_FALSE(is_too_deep("(" + std::string(2000, '[')));
  std::string objects;
  for (int i = 0; i < 1'000'000; ++i) {
    objects += "{\"a\":";
  }
  EXPECT_EQ(json_fault(objects), "not JSON: too deep");
}

TEST(Json, IsCompactedWithoutATouchToItsStrings) {
  EXPECT_EQ(compact_json("{ \"a b\" : [ 1 , \"x \\\" y\" ],\n\t\"c\": 1.50 }"), R"({"a b":[1,"x \" y"],"c":1.50})");
}

TEST(Json, IsIndentedWithoutATouchToItsStrings) {
  EXPECT_EQ(pretty_json(R"( {"a" : "{[,:\"", "b":[], "c":{ },"d":[1 ,[2,3]]} )"),
            "{\n"
            "  \"a\": \"{[,:\\\"\",\n"
            "  \"b\": [],\n"
            "  \"c\": {},\n"
            "  \"d\": [\n"
            "    1,\n"
            "    [\n"
            "      2,\n"
            "      3\n"
            "    ]\n"
            "  ]\n"
            "}");
  EXPECT_EQ(pretty_json("1"), "1");
  EXPECT_EQ(pretty_json("[]"), "[]");
  EXPECT_EQ(pretty_json(""), "");
}

TEST(Json, InkLeavesTheTextAsItIs) {
  std::mt19937 random(1);
  const std::string alphabet = "{}[]\":,\\ 1-eatrue\n\xff\x01";
  for (int round = 0; round < 2'000; ++round) {
    std::string text;
    for (auto i = random() % 40; i > 0; --i) {
      text += alphabet[random() % alphabet.size()];
    }
    std::string plain, painted;
    append_json(plain, text, Brush(false));
    append_json(painted, text, Brush(true));
    EXPECT_EQ(plain, text);
    for (std::size_t at = painted.find('\x1b'); at != std::string::npos; at = painted.find('\x1b')) {
      painted.erase(at, painted.find('m', at) - at + 1);
    }
    EXPECT_EQ(painted, text);
  }
}

struct DialectCase {
  std::string payload;
  bool text;
  std::string label;
};

class Dialects : public testing::TestWithParam<DialectCase> {};

TEST_P(Dialects, AreNamed) {
  EXPECT_EQ(dialect(GetParam().payload, GetParam().text), GetParam().label);
}

INSTANTIATE_TEST_SUITE_P(
    Known,
    Dialects,
    testing::Values(DialectCase{R"(0{"sid":"abc","upgrades":[]})", true, "Engine.IO open"},
                    DialectCase{"2probe", true, "Engine.IO ping probe"},
                    DialectCase{R"(42["chat","hi"])", true, "Socket.IO event"},
                    DialectCase{R"(4217["chat","hi"])", true, "Socket.IO event"},
                    DialectCase{R"(4317["ok"])", true, "Socket.IO ack"},
                    DialectCase{"40/admin,", true, "Socket.IO connect"},
                    DialectCase{"CONNECT\naccept-version:1.2\n\n\0"s, true, "STOMP CONNECT"},
                    DialectCase{"MESSAGE\r\nsubscription:0\r\n\r\nhi\0"s, true, "STOMP MESSAGE"},
                    DialectCase{R"({"type":"connection_init","payload":{}})", true, "graphql-ws connection_init"},
                    DialectCase{
                        R"({"id":"1","type":"subscribe","payload":{"query":"{a}"}})", true, "graphql-ws subscribe"},
                    DialectCase{R"({"id":"1","type":"next","payload":{"data":{}}})", true, "graphql-ws next"},
                    DialectCase{R"({"id":"1","type":"error","payload":[{"message":"x"}]})", true, "graphql-ws error"},
                    DialectCase{"{\"protocol\":\"json\",\"version\":1}\x1e", true, "SignalR handshake"},
                    DialectCase{"{\"type\":1,\"target\":\"send\"}\x1e", true, "SignalR invocation"},
                    DialectCase{"{\"type\":6}\x1e", true, "SignalR ping"},
                    DialectCase{"{\"type\":99}\x1e", true, "SignalR message"},
                    DialectCase{"{\"type\":6}\x1e{\"type\":7}\x1e", true, "SignalR ping, close"},
                    DialectCase{"\x10\x0c\0\4MQTT\4\2\0\x3c\0\0"s, false, "MQTT CONNECT"},
                    DialectCase{"\x30\x05\0\3a/b"s, false, "MQTT PUBLISH"},
                    DialectCase{"\xc0\0"s, false, "MQTT PINGREQ"}));

INSTANTIATE_TEST_SUITE_P(Others,
                         Dialects,
                         testing::Values(DialectCase{"", true, ""},
                                         DialectCase{"42", true, ""},
                                         DialectCase{"42.5", true, ""},
                                         DialectCase{"2", true, ""},
                                         DialectCase{"4", true, ""},
                                         DialectCase{"SEND\nno end", true, ""},
                                         DialectCase{R"({"type":"error","text":"no"})", true, ""},
                                         DialectCase{R"({"type":"data","id":1})", true, ""},
                                         DialectCase{R"({"a":{"type":"connection_init"}})", true, ""},
                                         DialectCase{R"({"type":"connection_init)", true, ""},
                                         DialectCase{R"({"type":5})", true, ""},
                                         DialectCase{"\x10\x0c\0\4MQTX\4\2\0\x3c\0\0"s, false, ""},
                                         DialectCase{"\x30\x04\0\3a/b"s, false, ""},
                                         DialectCase{"\x30\xff\xff\xff\xff\xff"s, false, ""},
                                         DialectCase{"\x10\x0c\0\4MQTT\4\2\0\x3c\0\0"s, true, ""}));

TEST(Views, FirstThatMatchesIsTaken) {
  EXPECT_EQ(best_view(R"( {"a":1})", true).name, "json");
  EXPECT_EQ(best_view(R"({"a":1)", true).name, "text");
  EXPECT_EQ(best_view(std::string(2'000'000, '['), true).name, "text");
  EXPECT_EQ(best_view("12", true).name, "text");
  EXPECT_EQ(best_view(R"({"a":1})", false).name, "hex");
}

TEST(Views, Render) {
  EXPECT_EQ(render("{ \"a\" : 1 }", true, {}), R"({"a":1})");
  EXPECT_EQ(render("{\"a\":1}", true, {true}), "{\x1b[34m\"a\"\x1b[0m:\x1b[33m1\x1b[0m}");
  EXPECT_EQ(render("a\x1b", true, {}), "a\\x1b");
  EXPECT_EQ(render("0123456789abcdefg", false, {}),
            "00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|\n"
            "00000010  67                                                |g|\n");
}

TEST(Views, AreTotalOnArbitraryBytes) {
  std::mt19937 random(7);
  for (int round = 0; round < 3'000; ++round) {
    std::string bytes;
    for (auto i = random() % 64; i > 0; --i) {
      bytes += static_cast<char>(random() % 256);
    }
    for (const bool text : {true, false}) {
      const std::string shown = render(bytes, text, {});
      EXPECT_TRUE(is_utf8(shown));
      EXPECT_EQ(shown.find('\x1b'), std::string::npos);
      dialect(bytes, text);
    }
  }
}

}  // namespace
}  // namespace whydrop::payload
