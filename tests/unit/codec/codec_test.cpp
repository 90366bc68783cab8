#include "codec/codec.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace whydrop::codec {
namespace {

using namespace std::string_view_literals;
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

TEST(engine_io, leaves_messages_as_they_are) {
  expect_written("engine.io",
                 {{R"({"engine":"message","data":"hi"})", true, "4hi"}, {R"({"engine":"noop"})", true, "6"}});
  expect_told("engine.io", {{Side::client, false, "\x01\x02", "{\"engine\":\"message\",\"bytes\":2}\n"}});
}

}  // namespace
}  // namespace whydrop::codec
