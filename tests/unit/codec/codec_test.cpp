#include "codec/codec.hpp"

#include "support/bytes.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace whydrop::codec {
namespace {

using namespace std::string_view_literals;
using test::hex;
using wire::Side;

/// One data message, and what of it is told: a line a packet, and the fault.
struct Told {
  Side from;
  bool text;
  std::string_view bytes;
  std::string_view lines;
};

std::string told(Decoder& decoder, const Told& message) {
  std::string lines;
  const auto fault = decoder.feed(message.from, message.text, message.bytes, [&lines](std::string_view json) {
    json::Json parsed;
    EXPECT_FALSE(parsed.parse(json)) << json;
    lines += fmt::format("{}\n", json);
  });
  return lines + (fault ? fmt::format("{}: {}\n", fault->offset, fault->why) : "");
}

void expect_told(std::string_view codec, const std::vector<Told>& messages) {
  const auto decoder = find_codec(codec)->make_decoder();
  for (const Told& message : messages) {
    const auto copy = decoder->copy();
    EXPECT_EQ(told(*decoder, message), message.lines) << message.bytes;
    EXPECT_EQ(told(*copy, message), message.lines) << message.bytes;
  }
}

/// A packet and its message; what is read of that is the packet again.
struct Written {
  std::string_view packet;
  bool text;
  std::string_view bytes;
};

void expect_written(std::string_view codec, const std::vector<Written>& rows) {
  for (const Written& row : rows) {
    json::Json packet;
    ASSERT_FALSE(packet.parse(row.packet)) << row.packet;
    const auto message = find_codec(codec)->encode(packet.root());
    ASSERT_TRUE(message) << row.packet << ": " << message.error().message;
    EXPECT_EQ(message->text, row.text) << row.packet;
    EXPECT_EQ(message->payload, row.bytes) << row.packet;
    expect_told(codec, {{Side::client, row.text, row.bytes, fmt::format("{}\n", row.packet)}});
  }
}

void expect_refused(std::string_view codec, std::string_view text, std::string_view why) {
  json::Json packet;
  ASSERT_FALSE(packet.parse(text)) << text;
  const auto message = find_codec(codec)->encode(packet.root());
  EXPECT_EQ(message ? message->payload : message.error().message, why) << text;
}

TEST(codecs, are_found_by_name) {
  for (const Codec& row : codecs()) {
    EXPECT_EQ(find_codec(row.name), &row);
  }
  EXPECT_EQ(find_codec("socket"), nullptr);
}

TEST(socket_io, is_written_and_read) {
  expect_written(
      "socket.io",
      {{R"({"engine":"open","data":{"sid":"a"}})", true, R"(0{"sid":"a"})"},
       {R"({"engine":"close"})", true, "1"},
       {R"({"engine":"ping"})", true, "2"},
       {R"({"engine":"ping","data":"probe"})", true, "2probe"},
       {R"({"engine":"message","packet":"connect","namespace":"/"})", true, "40"},
       {R"({"engine":"message","packet":"connect","namespace":"/admin","data":{"token":"x"}})",
        true,
        R"(40/admin,{"token":"x"})"},
       {R"({"engine":"message","packet":"event","namespace":"/","id":12,"data":["a",1]})", true, R"(4212["a",1])"},
       {R"({"engine":"message","packet":"ack","namespace":"/admin","id":0,"data":[]})", true, "43/admin,0[]"},
       {R"({"engine":"message","packet":"binary_event","namespace":"/","id":3,"attachments":1,)"
        R"("data":["a",{"_placeholder":true,"num":0}]})",
        true,
        R"(451-3["a",{"_placeholder":true,"num":0}])"},
       {R"({"engine":"message","packet":"disconnect","namespace":"/admin"})", true, "41/admin,"}});
  expect_refused("socket.io",
                 R"({"engine":"message","packet":"connect","namespace":"admin"})",
                 "packet: /namespace begins with / and holds no comma");
  expect_refused("socket.io", R"({"engine":"mesage"})", "packet: /engine is none of Engine.IO's packets");
  expect_refused(
      "socket.io", R"({"engine":"message","packet":"evnt"})", "packet: /packet is none of Socket.IO's packets");
}

TEST(socket_io, tells_what_it_cannot_read) {
  expect_told("socket.io",
              {{Side::client, true, "", "0: expected the type of an Engine.IO packet, a digit of 0 to 6\n"},
               {Side::client, true, "2\xff", "1: expected UTF-8\n"},
               {Side::client, true, "{}", "0: expected the type of an Engine.IO packet, a digit of 0 to 6\n"},
               {Side::client, true, "4", "1: expected the type of a Socket.IO packet, a digit of 0 to 6\n"},
               {Side::client, true, "49", "1: expected the type of a Socket.IO packet, a digit of 0 to 6\n"},
               {Side::client, true, R"(42["a")", "6: not JSON: Missing a comma or ']' after an array element\n"},
               {Side::client,
                true,
                R"(42["a"],"packet":"connect")",
                "7: not JSON: The document root must not be followed by other values\n"},
               {Side::client, true, "421234567890123456[]", "2: expected an id of at most 15 digits\n"},
               {Side::client, true, "45[]", "2: expected the number of attachments and \"-\"\n"},
               {Side::client, true, "4599999-[]", "2: expected the number of attachments and \"-\"\n"},
               {Side::client, false, "\x01", "0: no packet announced an attachment\n"}});
}

TEST(socket_io, takes_attachments_of_each_side_after_what_announces_them) {
  constexpr auto kAnnounced =
      R"({"engine":"message","packet":"binary_event","namespace":"/","attachments":1,"data":["a"]})"
      "\n"sv;
  expect_told("socket.io",
              {{Side::client, true, R"(451-["a"])", kAnnounced},
               {Side::server, false, "\x01", "0: no packet announced an attachment\n"},
               {Side::client, true, "3", "{\"engine\":\"pong\"}\n"},
               {Side::client, false, "\x01\x02", "{\"engine\":\"message\",\"packet\":\"attachment\",\"bytes\":2}\n"},
               {Side::client, false, "\x01", "0: no packet announced an attachment\n"},
               {Side::client, true, R"(451-["a"])", kAnnounced},
               {Side::client, true, "40", "0: expected an attachment, in a binary message\n"},
               {Side::client, true, "41", "{\"engine\":\"message\",\"packet\":\"disconnect\",\"namespace\":\"/\"}\n"}});
}

TEST(mqtt, is_written_and_read) {
  const std::vector<std::pair<std::string_view, std::string_view>> rows = {
      {R"({"packet":"CONNECT","version":4,"clean_start":true,"keep_alive":60,"client_id":"c"})",
       "10 0d 0004 4d515454 04 02 003c 0001 63"},
      {R"({"packet":"CONNECT","version":3,"clean_start":false,"keep_alive":0,"client_id":"","user_name":"u","password":"p"})",
       "10 14 0006 4d5149736470 03 c0 0000 0000 0001 75 0001 70"},
      {R"({"packet":"CONNECT","version":5,"clean_start":true,"keep_alive":1,"properties":{"receive_maximum":20,"user":[["a","b"]]},)"
       R"("client_id":"c","will":{"topic":"t","payload":"x","qos":1,"retain":true}})",
       "10 1f 0004 4d515454 05 2e 0001 0a 21 0014 26 0001 61 0001 62 0001 63 00 0001 74 0001 78"},
      {R"({"packet":"CONNACK","session_present":false,"code":0})", "20 02 00 00"},
      {R"({"packet":"CONNACK","session_present":false,"code":5,"reason":"not authorized"})", "20 02 00 05"},
      {R"({"packet":"PUBLISH","topic":"a","qos":0,"retain":false,"dup":false,"payload":"hi"})", "30 05 0001 61 6869"},
      {R"({"packet":"PUBLISH","topic":"a","qos":2,"id":7,"retain":true,"dup":true,"payload_base64":"/w=="})",
       "3d 06 0001 61 0007 ff"},
      {R"({"packet":"PUBACK","id":7})", "40 02 0007"},
      {R"({"packet":"PUBREL","id":7})", "62 02 0007"},
      {R"({"packet":"SUBSCRIBE","id":1,"filters":[{"topic":"a/#","qos":1},{"topic":"b","qos":0}]})",
       "82 0c 0001 0003 612f23 01 0001 62 00"},
      {R"({"packet":"SUBACK","id":1,"codes":[0,128]})", "90 04 0001 00 80"},
      {R"({"packet":"UNSUBSCRIBE","id":1,"filters":[{"topic":"a"}]})", "a2 05 0001 0001 61"},
      {R"({"packet":"UNSUBACK","id":1})", "b0 02 0001"},
      {R"({"packet":"PINGREQ"})", "c0 00"},
      {R"({"packet":"PINGRESP"})", "d0 00"},
      {R"({"packet":"DISCONNECT"})", "e0 00"}};
  for (const auto& [packet, bytes] : rows) {
    expect_written("mqtt", {{packet, false, hex(bytes)}});
  }
  // What is not of the form that it must have is left out.
  json::Json odd;
  ASSERT_FALSE(odd.parse(
      R"({"packet":"SUBSCRIBE","version":5,"id":1,"filters":{"topic":"a"},"properties":{"user":{"a":"b"}}})"));
  EXPECT_EQ(find_codec("mqtt")->encode(odd.root())->payload, hex("82 03 0001 00"));
  ASSERT_FALSE(odd.parse(R"({"packet":"SUBACK","id":1,"codes":{"a":1},"version":5,"properties":{"user":[1]}})"));
  EXPECT_EQ(find_codec("mqtt")->encode(odd.root())->payload, hex("90 08 0001 05 26 0000 0000"));
  expect_refused("mqtt", R"({"packet":"PING"})", "packet: /packet is none of MQTT's packets");
  const std::string long_text(70'000, 'a');
  const std::pair<std::string, std::string_view> refused[] = {
      {R"({"packet":"PUBACK","id":70000})", "packet: /id is no integer of 0 to 65535"},
      {R"({"packet":"PUBACK","id":"7"})", "packet: /id is no integer of 0 to 65535"},
      {R"({"packet":"CONNECT","keep_alive":-1})", "packet: /keep_alive is no integer of 0 to 65535"},
      {R"({"packet":"CONNECT","will":{"topic":"a","qos":4}})", "packet: /qos is no integer of 0 to 3"},
      {R"({"packet":"CONNECT","version":300})", "packet: /version is no integer of 0 to 255"},
      {R"({"packet":"CONNECT","password_base64":"*"})", "packet: /password_base64 is not base64"},
      {R"({"packet":"SUBACK","codes":[256]})", "packet: /codes is no integer of 0 to 255"},
      {R"({"packet":"CONNACK","version":5,"properties":{"server_keep_alive":65536}})",
       "packet: /server_keep_alive is no integer of 0 to 65535"},
      {R"({"packet":"PUBLISH","topic":")" + long_text + "\"}", "packet: /topic has 70000 bytes, at most 65535 fit"}};
  for (const auto& [packet, why] : refused) {
    expect_refused("mqtt", packet, why);
  }
}

TEST(mqtt, goes_by_the_version_that_the_client_asked_for) {
  const std::string connect = hex("10 0e 0004 4d515454 05 02 003c 00 0001 63"), connack = hex("20 06 00 00 03 13 000a"),
                    publish = hex("30 05 0001 61 00 78"), gone = hex("e0 02 8e 00");
  expect_told("mqtt",
              {{Side::client,
                false,
                connect,
                R"({"packet":"CONNECT","version":5,"clean_start":true,"keep_alive":60,"client_id":"c"})"
                "\n"},
               {Side::server,
                false,
                connack,
                R"({"packet":"CONNACK","version":5,"session_present":false,"code":0,)"
                R"("properties":{"server_keep_alive":10}})"
                "\n"},
               {Side::client,
                false,
                publish,
                R"({"packet":"PUBLISH","version":5,"topic":"a","qos":0,"retain":false,"dup":false,"payload":"x"})"
                "\n"},
               {Side::server,
                false,
                gone,
                R"({"packet":"DISCONNECT","version":5,"code":142,"reason":"session taken over"})"
                "\n"}});
}

TEST(mqtt, is_a_stream_across_messages) {
  constexpr auto kPing = "{\"packet\":\"PINGREQ\"}\n"sv;
  expect_told("mqtt",
              {{Side::client, false, "\xc0"sv, ""},
               {Side::server, false, "\xd0\0"sv, "{\"packet\":\"PINGRESP\"}\n"},
               {Side::client, false, "\0\xc0\0\xc0"sv, "{\"packet\":\"PINGREQ\"}\n{\"packet\":\"PINGREQ\"}\n"},
               {Side::client, false, "\0"sv, kPing},
               {Side::client, false, "", ""},
               // Of 16 MiB no more is told than that it comes, and what follows is read again.
               {Side::client, false, "\x30\x80\x80\x80\x08\0\1a"sv, "{\"packet\":\"PUBLISH\",\"length\":16777216}\n"}});
}

TEST(mqtt, tells_what_it_cannot_read) {
  const std::vector<std::pair<std::string_view, std::string_view>> rows = {
      {"00 00", "0: expected a packet type of 1 to 15"},
      {"30 ff ff ff ff 01", "0: expected a remaining length of at most four bytes"},
      {"10 04 0004 4d51", "4: expected the protocol's name, and the packet ends in it"},
      {"10 08 0004 68747470 04 02", "8: expected the protocol's name, MQTT"},
      {"20 03 00 00 00", "4: 1 byte of CONNACK left over"},
      {"36 05 0001 61 0001", "2: expected a QoS of 0 to 2"},
      {"30 03 0001 ff", "2: a topic is not UTF-8"},
      {"80 02 0001", "2: expected the flags 2 of SUBSCRIBE"},
      {"82 02 0001", "4: expected a topic filter, and the packet ends in it"},
      {"c0 00 f1 00", "4: expected the flags 0 of AUTH"}};
  for (const auto& [bytes, why] : rows) {
    const std::string before = bytes == "c0 00 f1 00" ? "{\"packet\":\"PINGREQ\"}\n" : "";
    const std::string message = hex(bytes), lines = fmt::format("{}{}\n", before, why);
    expect_told(
        "mqtt",
        {{Side::client, false, message, lines}, {Side::client, false, "\xc0\0"sv, "{\"packet\":\"PINGREQ\"}\n"}});
  }
  expect_told("mqtt", {{Side::client, true, "\xc0\0"sv, "0: expected a binary message\n"}});
}

TEST(sockjs, is_read_by_who_sent_it) {
  expect_written("sockjs", {{R"({"sockjs":"send","messages":["a","b"]})", true, R"(["a","b"])"}});
  expect_told(
      "sockjs",
      {{Side::server, true, "o", "{\"sockjs\":\"open\"}\n"},
       {Side::server, true, "h", "{\"sockjs\":\"heartbeat\"}\n"},
       {Side::server, true, R"(a["x"])", "{\"sockjs\":\"message\",\"messages\":[\"x\"]}\n"},
       {Side::server, true, R"(c[3000,"Go away!"])", "{\"sockjs\":\"close\",\"code\":3000,\"reason\":\"Go away!\"}\n"},
       {Side::client, true, R"("x")", "{\"sockjs\":\"send\",\"messages\":[\"x\"]}\n"},
       {Side::client, true, "x", "0: not JSON: Invalid value\n"},
       {Side::client, true, R"({"a":1})", "0: expected an array of strings\n"},
       {Side::client, true, "[1]", "0: expected an array of strings\n"},
       {Side::client, true, "", "0: expected a frame, and the message is empty\n"},
       {Side::client, false, "[]", "0: expected a text message\n"},
       {Side::server, true, "c[3000]", "1: expected a code and a reason\n"},
       {Side::server, true, "x", "0: expected a SockJS frame: o, h, a[...] or c[...]\n"}});
  expect_refused("sockjs", R"({"sockjs":"send","messages":[1]})", "packet: /messages is no array of strings");
  expect_refused("sockjs", R"({"sockjs":"x"})", "packet: /sockjs is none of SockJS's frames");
}

TEST(stomp, is_written_and_read) {
  expect_written(
      "stomp",
      {{R"({"command":"CONNECT","headers":{"accept-version":"1.2","host":"a:b","heart-beat":"0,5000"},"heart_beat":[0,5000],"body":""})",
        true,
        "CONNECT\naccept-version:1.2\nhost:a:b\nheart-beat:0,5000\n\n\0"sv},
       {R"({"command":"SEND","headers":{"destination":"/queue/a","note":"x:y\\z\n"},"body":"hi"})",
        true,
        "SEND\ndestination:/queue/a\nnote:x\\cy\\\\z\\n\n\nhi\0"sv},
       {R"({"command":"SEND","headers":{"content-length":"3"},"body":"a\u0000b"})",
        true,
        "SEND\ncontent-length:3\n\na\0b\0"sv},
       {R"({"command":"SEND","headers":{},"body_base64":"/w=="})", false, "SEND\n\n\xff\0"sv},
       {R"({"command":"heart-beat"})", true, "\n"}});
  expect_refused("stomp", R"({"command":"SENT"})", "packet: /command is none of STOMP's");
  expect_refused("stomp", R"({"command":"SEND","body":{"a":1}})", "packet: /body is no string");
  expect_refused("stomp", R"({"command":"SEND","headers":["a"]})", "packet: /headers is no object");
  expect_refused("stomp",
                 R"({"command":"CONNECT","headers":{"login":"a\nb"}})",
                 "packet: /headers/login does not fit into a line");
}

TEST(stomp, is_a_stream_across_messages) {
  constexpr auto kBegin = "{\"command\":\"BEGIN\",\"headers\":{\"transaction\":\"t\"},\"body\":\"\"}\n"sv;
  constexpr auto kBeat = "{\"command\":\"heart-beat\"}\n"sv;
  expect_told("stomp",
              {{Side::client, true, "BEG", ""},
               {Side::server, true, "\r\n", kBeat},
               {Side::client, true, "IN\r\ntransaction:t\r\ntransaction:u\r\n", ""},
               {Side::client, true, "\r\n\0\n"sv, kBegin},
               {Side::client, true, "\n", kBeat}});
}

TEST(stomp, tells_what_it_cannot_read) {
  expect_told(
      "stomp",
      {{Side::client, true, "{}", "0: expected a STOMP command, as CONNECT or SEND, in a line of its own\n"},
       {Side::client, true, "SEND\ndestination\n\n\0"sv, "5: expected a header of SEND, as name:value\n"},
       {Side::client, true, "SEND\na:b\0"sv, "8: expected an empty line behind SEND's headers\n"},
       {Side::client, true, "SEND\0"sv, "0: expected a STOMP command, as CONNECT or SEND, in a line of its own\n"},
       {Side::client,
        true,
        "SEND\ncontent-length:1\n\nabc\0"sv,
        "24: expected NUL behind the 1 byte of SEND's content-length\n"},
       {Side::client,
        true,
        "SEND\ncontent-length:99999999\n\nabc\0"sv,
        "0: a body of 99999999 bytes is more than is kept\n"},
       {Side::client, true, "SEND\n\nnever ended", ""}});
}

TEST(xmpp, is_written_and_read) {
  expect_written(
      "xmpp",
      {{R"({"element":"open","xmlns":"urn:ietf:params:xml:ns:xmpp-framing","attributes":{"to":"a.example","version":"1.0"}})",
        true,
        R"(<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="a.example" version="1.0"/>)"},
       {R"({"element":"message","xmlns":"jabber:client","attributes":{"to":"b","xml:lang":"en"},)"
        R"("children":{"body":{"text":"1 < 2 & \"3\""}}})",
        true,
        R"(<message xmlns="jabber:client" to="b" xml:lang="en"><body>1 &lt; 2 &amp; &quot;3&quot;</body></message>)"},
       {R"({"element":"iq","attributes":{"type":"get","id":"1"},"children":{"ping":{"xmlns":"urn:xmpp:ping"}}})",
        true,
        R"(<iq type="get" id="1"><ping xmlns="urn:xmpp:ping"/></iq>)"},
       {R"({"element":"error","xmlns":"http://etherx.jabber.org/streams",)"
        R"("children":{"conflict":{"xmlns":"urn:ietf:params:xml:ns:xmpp-streams"}}})",
        true,
        R"(<stream:error xmlns:stream="http://etherx.jabber.org/streams"><conflict xmlns="urn:ietf:params:xml:ns:xmpp-streams"/></stream:error>)"}});
  expect_refused("xmpp", R"({"element":"a b"})", "packet: \"a b\" is no name of an element");
  expect_refused("xmpp", R"({"element":"a","attributes":{"<":1}})", "packet: \"<\" of a is no attribute of XML");
  expect_refused("xmpp", R"({"element":"a","text":"\u0001"})", "packet: the text of a is no text of XML");
  expect_refused("xmpp", R"({"element":"a","children":{"":{}}})", "packet: \"\" is no name of an element");
}

TEST(xmpp, tells_the_first_of_equal_children_and_no_blanks) {
  expect_told("xmpp",
              {{Side::server,
                true,
                "<?xml version='1.0'?><a>\n <b>1</b> <b>2</b>\n</a>",
                "{\"element\":\"a\",\"children\":{\"b\":{\"text\":\"1\"}}}\n"},
               {Side::server, true, "<p:a xmlns:p='u'/>", "{\"element\":\"a\",\"xmlns\":\"u\"}\n"}});
  const std::size_t deep = 40;
  std::string message, within;
  for (std::size_t i = 0; i < deep; ++i) {
    message = "<a>" + message + "</a>";
  }
  for (std::size_t i = 1; i < 32; ++i) {
    within = within.empty() ? R"("children":{"a":{}})" : fmt::format(R"("children":{{"a":{{{}}}}})", within);
  }
  expect_told("xmpp", {{Side::client, true, message, fmt::format("{{\"element\":\"a\",{}}}\n", within)}});
}

TEST(xmpp, tells_what_it_cannot_read) {
  expect_told(
      "xmpp",
      {{Side::client, true, "", "0: expected an element: here pings keep alive, no blanks (RFC 7395 section 3.8)\n"},
       {Side::client, true, " \n", "0: expected an element: here pings keep alive, no blanks (RFC 7395 section 3.8)\n"},
       {Side::client, false, "<a/>", "0: expected a text message\n"},
       {Side::client, true, R"({"a":1})", "0: not XML: not well-formed (invalid token)\n"},
       {Side::client, true, "<a><b></a>", "8: not XML: mismatched tag\n"},
       {Side::client, true, "<a/><b/>", "4: expected one element a message (RFC 7395 section 3.3.3)\n"},
       {Side::client, true, "<!DOCTYPE a><a/>", "11: expected no DOCTYPE: XMPP has none (RFC 6120 section 11.1)\n"},
       {Side::client,
        true,
        "<stream:stream xmlns:stream='http://etherx.jabber.org/streams' to='a'>",
        "70: <stream:stream> is not closed: over WebSocket a stream begins with <open/> (RFC 7395 section 3.3.1)\n"}});
}

TEST(engine_io, leaves_messages_as_they_are) {
  expect_written("engine.io",
                 {{R"({"engine":"message","data":"hi"})", true, "4hi"}, {R"({"engine":"noop"})", true, "6"}});
  expect_told("engine.io", {{Side::client, false, "\x01\x02", "{\"engine\":\"message\",\"bytes\":2}\n"}});
}

}  // namespace
}  // namespace whydrop::codec
