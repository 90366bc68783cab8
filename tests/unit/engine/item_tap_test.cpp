#include "engine/item_tap.hpp"

#include "capture/writer.hpp"

#include <string>

#include <gtest/gtest.h>

namespace whydrop::engine {
namespace {

using session::Side;

constexpr std::string_view kRequest =
    "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
constexpr std::string_view kAnswer =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

std::string taken(ItemTap& tap) {
  std::string out;
  while (const auto item = tap.pop()) {
    std::visit(overloaded{[&out](const capture::CaptureHeader& header) { out += "header " + header.tool + "\n"; },
                          [&out](const session::Event& event) { capture::append_event(out, event); },
                          [&out](const capture::Damage& damage) { out += damage.why + "\n"; }},
               *item);
  }
  return out;
}

TEST(ItemTap, MakesFactsOfBytesAndMasksNothing) {
  capture::CaptureHeader header;
  header.tool = "x";
  ItemTap tap(header);
  session::Open open;
  open.url = "ws://h/?token=secret";
  const auto conn = tap.begin(open, 0);
  tap.on_bytes(conn, Side::client, kRequest, 1);
  tap.on_bytes(conn, Side::server, kAnswer, 2);
  EXPECT_TRUE(tap.upgraded(conn));
  EXPECT_FALSE(tap.empty());
  taken(tap);
  EXPECT_TRUE(tap.empty());
  std::string frames("\x81\x02hi\x81\x05he", 8);
  tap.on_bytes(conn, Side::server, frames, 3);
  frames.assign(frames.size(), 'x');  // what it was given is not kept by reference
  EXPECT_TRUE(tap.in_frame(conn, Side::server));
  tap.on_damage({0, 0, false, false, "a gap"});
  session::Ending ending;
  ending.how = session::EndingHow::fin_mid_frame;
  tap.end(conn, ending, 4);
  EXPECT_EQ(
      taken(tap),
      R"({"seq":4,"t_ns":3,"conn":1,"kind":"frame","from":"server","opcode":1,"name":"text","fin":true,"rsv":0,"mask":null,"length":2,"length_form":7,"offset":0,"text":"hi"}
a gap
{"seq":5,"t_ns":4,"conn":1,"kind":"partial","from":"server","offset":4,"have":4,"need":7,"opcode":1,"name":"text","fin":true,"rsv":0,"mask":null,"length":5,"length_form":7,"header":"8105","text":"he"}
{"seq":6,"t_ns":4,"conn":1,"kind":"ending","how":"fin_mid_frame","by":"unknown","read_error":null,"write_error":null,"detail":null,"tcp_state":null,"unacked":null,"retransmits":null,"rtt_us":null}
)");
}

}  // namespace
}  // namespace whydrop::engine
