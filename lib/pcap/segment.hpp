#pragma once

#include "pcap/packet_file.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>

namespace whydrop::pcap {

/// One end of a TCP connection.
struct Endpoint {
  bool v6 = false;
  std::array<std::uint8_t, 16> address{};  ///< IPv4: the first four
  std::uint16_t port = 0;

  bool operator==(const Endpoint& other) const {
    return v6 == other.v6 && port == other.port && address == other.address;
  }
  bool operator<(const Endpoint& other) const {
    return std::tie(v6, port, address) < std::tie(other.v6, other.port, other.address);
  }
  /// "127.0.0.1:80", "[::1]:80". RFC 5952.
  std::string text() const;
};

/// One segment of TCP. RFC 9293 section 3.1.
struct Segment {
  Endpoint from, to;
  std::uint32_t seq = 0, ack = 0;
  bool syn = false, fin = false, rst = false, has_ack = false;
  std::uint32_t window = 0;           ///< as it is in the header, not scaled
  std::optional<std::uint8_t> scale;  ///< of a SYN. RFC 7323 section 2.2
  std::optional<std::uint16_t> mss;   ///< of a SYN
  bool sack = false;                  ///< of a SYN: it may be used. RFC 2018 section 2
  std::string_view payload;           ///< borrowed from the packet
  std::uint64_t missing = 0;          ///< bytes of the payload behind it that were not kept
};

/// A router or host that says that a segment did not arrive. RFC 792, RFC 4443.
struct Undelivered {
  Endpoint from, to;   ///< of the segment
  std::string reason;  ///< "host unreachable"
};

/// What of a packet concerns a TCP connection; monostate: nothing.
using Found = std::variant<std::monostate, Segment, Undelivered>;

/// Takes a packet apart: the link's header (Ethernet with VLANs and PPPoE, Linux cooked v1 and v2, loopback, raw IP),
/// IPv4 or IPv6 with extension headers, tunnels in IP (RFC 2003, 2473, 4213, 2784), TCP or an ICMP error. What is cut
/// or broken is nothing. `fragments`: counts packets that are only a part of one of IP.
Found find_segment(const RawPacket& packet, std::uint64_t& fragments);

/// True for a link's header that find_segment() knows.
bool knows_link(std::uint32_t link);

}  // namespace whydrop::pcap
