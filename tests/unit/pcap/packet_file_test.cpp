#include "pcap/packet_file.hpp"

#include "base/hex.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace whydrop::pcap {
namespace {

/// What is read of `bytes`, piece by piece: a line a packet, then why it ends.
std::string told(std::string_view bytes) {
  PacketFile file([&bytes](char* to, std::size_t size) -> Result<std::size_t> {
    const std::size_t count = bytes.copy(to, std::min<std::size_t>(size, 5));
    bytes.remove_prefix(count);
    return count;
  });
  std::string out;
  while (true) {
    const auto packet = file.next();
    if (!packet) {
      return out + "error: " + packet.error().message;
    }
    if (!*packet) {
      return out + file.cut();
    }
    out += std::to_string((*packet)->t_ns) + " " + std::to_string((*packet)->link) + " " +
           hex_encode((*packet)->bytes) + " of " + std::to_string((*packet)->length) + "\n";
  }
}

const std::string kLittle = "d4c3b2a1 0200 0400 00000000 00000000 00000400 01000000";
const std::string kSection = "0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000";
const std::string kInterface = "01000000 14000000 6500 0000 00000000 14000000";

struct Case {
  const char* name;
  std::string hex, told;
};

TEST(PacketFile, ReadsEveryForm) {
  const Case cases[] = {
      {"pcap", kLittle + "01000000 02000000 02000000 09000000 abcd", "1000002000 1 abcd of 9\n"},
      {"pcap, big-endian, nanoseconds",
       "a1b23c4d 0002 0004 00000000 00000000 00040000 00000065 00000001 00000002 00000001 00000001 ab",
       "1000000002 101 ab of 1\n"},
      {"pcap of Kuznetzov's libpcap",
       "34cdb2a1 0200 0400 00000000 00000000 00000400 01000000"
       "01000000 02000000 01000000 01000000 05000000 0008 00 00 ab",
       "1000002000 1 ab of 1\n"},
      {"pcapng, packets of three kinds and a block that is passed over",
       kSection + kInterface + "0b000000 10000000 00000000 10000000" +
           "06000000 24000000 00000000 00000000 40420f00 01000000 05000000 ab000000 24000000" +
           "03000000 14000000 02000000 abcd0000 14000000" +
           "02000000 24000000 0000 0000 00000000 40420f00 01000000 01000000 ab000000 24000000",
       "1000000000 101 ab of 5\n0 101 abcd of 2\n1000000000 101 ab of 1\n"},
      {"pcapng, nanoseconds, an offset, big-endian",
       "0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c"
       "00000001 00000028 0001 0000 00000000 0009 0001 09000000 000e 0008 0000000000000002 00000028"
       "00000006 00000024 00000000 00000000 00000007 00000001 00000001 ab000000 00000024",
       "2000000007 1 ab of 1\n"},
      {"two interfaces of two links, then another section",
       kSection + kInterface + "01000000 14000000 0100 0000 00000000 14000000" +
           "06000000 24000000 01000000 00000000 40420f00 01000000 01000000 ab000000 24000000" + kSection + kInterface +
           "06000000 24000000 00000000 00000000 40420f00 01000000 01000000 ab000000 24000000",
       "1000000000 1 ab of 1\n1000000000 101 ab of 1\n"},
      {"nothing behind the header", kLittle, ""},
      {"cut in a packet's header", kLittle + "0100", "the file ends in the middle of a packet's header"},
      {"cut in a packet",
       kLittle + "01000000 02000000 02000000 02000000 ab",
       "the file ends in the middle of a packet"},
      {"cut in a block", kSection + "01000000 14000000", "the file ends in the middle of a block"},
      {"no such file", "00000000", "error: no file of packets: it does not begin as one"},
      {"too short", "d4c3", "error: no file of packets: it is too short"},
      {"a packet of 2 GB",
       kLittle + "01000000 02000000 ffffff7f ffffff7f",
       "error: no file of packets: a packet of 2147483647 bytes"},
      {"a block of 3 bytes", kSection + "01000000 03000000", "error: no file of packets: a block of 3 bytes"},
      {"a section without its mark",
       "0a0d0d0a 1c000000 00000000",
       "error: no file of packets: a section's header is broken"},
  };
  for (const Case& it : cases) {
    EXPECT_EQ(told(*hex_decode(it.hex)), it.told) << it.name;
  }
}

TEST(PacketFile, IsRecognisedByItsFirstBytes) {
  for (const char* hex : {"d4c3b2a1", "a1b2c3d4", "4d3cb2a1", "a1b23c4d", "34cdb2a1", "0a0d0d0a"}) {
    EXPECT_TRUE(looks_like_packets(*hex_decode(hex))) << hex;
  }
  EXPECT_FALSE(looks_like_packets("{\"lo"));
  EXPECT_FALSE(looks_like_packets("\x0a\x0d\x0d"));
}

}  // namespace
}  // namespace whydrop::pcap
