#pragma once

#include "base/byte_sink.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::exports {

/// One IPv4 end of a TCP connection.
struct Endpoint {
  std::uint32_t address = 0;  ///< 127.0.0.1 is 0x7F000001
  std::uint16_t port = 0;
};

/// TCP's control bits. RFC 9293 section 3.1.
enum TcpFlags : std::uint8_t { kFin = 1, kSyn = 2, kRst = 4, kPush = 8, kAck = 16 };

/// One segment of TCP in IPv4.
struct Segment {
  std::int64_t t_ns = 0;  ///< since 1970
  Endpoint from, to;
  std::uint32_t seq = 0, ack = 0;
  std::uint8_t flags = 0;
  std::string_view payload;
  std::uint64_t missing = 0;  ///< bytes behind `payload` that were there and are not in the record
  std::string_view comment;   ///< for people; empty: none
};

/// The most that one segment carries: bytes.
inline constexpr std::size_t kMostOfSegment = 65'000;

/// Appends a section's beginning: one interface of raw IP whose times are nanoseconds. `tool` is what wrote it.
/// draft-ietf-opsawg-pcapng sections 4.1 and 4.2.
void append_section(std::string& out, std::string_view tool);
/// Appends a segment as a packet with right checksums. draft-ietf-opsawg-pcapng section 4.3.
void append_packet(std::string& out, const Segment& segment);

}  // namespace whydrop::exports
