#include "pcap/segment.hpp"

#include "base/hex.hpp"

#include <string>
#include <variant>

#include <gtest/gtest.h>

namespace whydrop::pcap {
namespace {

/// A segment from port 40000 to port 80 with "hi".
const std::string kTcp = "9c40 0050 00000001 00000002 5018 ffff 0000 0000 6869";
const std::string kIpv4 = "4500 002a 0000 4000 4006 0000 7f000001 7f000002" + kTcp;
const std::string kIpv6 =
    "60000000 0016 06 40 00000000000000000000000000000001 20010db8000000000001000000000002" + kTcp;

struct Case {
  const char* name;
  std::uint32_t link;
  std::string bytes;
  const char* from;
};

TEST(FindSegment, TakesEveryLinkAndTunnelOff) {
  const std::string macs = "000000000000 000000000000";
  const Case cases[] = {
      {"Ethernet", 1, macs + "0800" + kIpv4 + "0000", "127.0.0.1:40000"},
      {"Ethernet, IPv6", 1, macs + "86dd" + kIpv6, "[::1]:40000"},
      {"VLAN", 1, macs + "8100 0005 0800" + kIpv4, "127.0.0.1:40000"},
      {"QinQ", 1, macs + "88a8 0005 8100 0006 0800" + kIpv4, "127.0.0.1:40000"},
      {"PPPoE", 1, macs + "8864 11 00 0001 002c 0021" + kIpv4, "127.0.0.1:40000"},
      {"cooked", 113, "0000 0304 0006 000000000000 0000 0800" + kIpv4, "127.0.0.1:40000"},
      {"cooked v2", 276, "0800 0000 00000001 0304 00 06 0000000000000000" + kIpv4, "127.0.0.1:40000"},
      {"loopback", 0, "02000000" + kIpv4, "127.0.0.1:40000"},
      {"OpenBSD's loopback", 108, "00000018" + kIpv6, "[::1]:40000"},
      {"raw IP", 101, kIpv4, "127.0.0.1:40000"},
      {"raw IPv6", 229, kIpv6, "[::1]:40000"},
      {"IP in IP", 101, "4500 003e 0000 4000 4004 0000 0a000001 0a000002" + kIpv4, "127.0.0.1:40000"},
      {"6in4", 101, "4500 0052 0000 4000 4029 0000 0a000001 0a000002" + kIpv6, "[::1]:40000"},
      {"GRE", 101, "4500 0042 0000 4000 402f 0000 0a000001 0a000002 0000 0800" + kIpv4, "127.0.0.1:40000"},
      {"extension header",
       101,
       "60000000 001e 00 40 00000000000000000000000000000001 20010db8000000000001000000000002 0600000000000000" + kTcp,
       "[::1]:40000"},
      {"segmentation offload", 101, "4500 0000 0000 4000 4006 0000 7f000001 7f000002" + kTcp, "127.0.0.1:40000"},
  };
  for (const Case& it : cases) {
    const std::string bytes = *hex_decode(it.bytes);
    RawPacket packet;
    packet.link = it.link;
    packet.bytes = bytes;
    packet.length = bytes.size();
    std::uint64_t fragments = 0;
    const Found found = find_segment(packet, fragments);
    const auto* segment = std::get_if<Segment>(&found);
    ASSERT_NE(segment, nullptr) << it.name;
    EXPECT_EQ(segment->from.text(), it.from) << it.name;
    EXPECT_EQ(segment->to.port, 80) << it.name;
    EXPECT_EQ(segment->payload, "hi") << it.name;
    EXPECT_EQ(segment->missing, 0U) << it.name;
  }
}

TEST(FindSegment, ShortPacketsAreNothingOrLackWhatIsMissing) {
  const std::string bytes = *hex_decode(kIpv4);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    RawPacket packet;
    packet.link = 101;
    packet.bytes = std::string_view(bytes).substr(0, size);
    packet.length = bytes.size();
    std::uint64_t fragments = 0;
    const Found found = find_segment(packet, fragments);
    const auto* segment = std::get_if<Segment>(&found);
    EXPECT_EQ(segment != nullptr, size >= 40) << size;
    if (segment != nullptr) {
      EXPECT_EQ(segment->payload.size() + segment->missing, 2U) << size;
    }
  }
}

TEST(FindSegment, AnIcmpErrorNamesTheSegment) {
  const std::string bytes = *hex_decode("4500 0046 0000 0000 4001 0000 0a000001 7f000001 0301 0000 00000000" + kIpv4);
  RawPacket packet;
  packet.link = 101;
  packet.bytes = bytes;
  std::uint64_t fragments = 0;
  const Found found = find_segment(packet, fragments);
  const auto* undelivered = std::get_if<Undelivered>(&found);
  ASSERT_NE(undelivered, nullptr);
  EXPECT_EQ(undelivered->from.text() + " " + undelivered->to.text() + " " + undelivered->reason,
            "127.0.0.1:40000 127.0.0.2:80 host unreachable");
}

TEST(Endpoint, IsWrittenAsRfc5952HasIt) {
  const auto text = [](const std::string& address) {
    Endpoint end;
    end.v6 = true;
    const std::string bytes = *hex_decode(address);
    std::copy(bytes.begin(), bytes.end(), end.address.begin());
    end.port = 1;
    return end.text();
  };
  EXPECT_EQ(text("00000000000000000000000000000000"), "[::]:1");
  EXPECT_EQ(text("20010db8000000000000000000000001"), "[2001:db8::1]:1");
  EXPECT_EQ(text("20010db8000000010001000100010001"), "[2001:db8:0:1:1:1:1:1]:1");
  EXPECT_EQ(text("20010000000000010000000000000001"), "[2001:0:0:1::1]:1");
  EXPECT_EQ(text("00010001000100010001000100000000"), "[1:1:1:1:1:1::]:1");
}

}  // namespace
}  // namespace whydrop::pcap
