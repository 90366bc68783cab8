#include "exports/pcapng_file.hpp"

#include <cstddef>

namespace whydrop::exports {
namespace {

constexpr std::uint32_t kSectionHeader = 0x0A0D0D0A, kInterface = 1, kEnhancedPacket = 6;
constexpr std::uint32_t kByteOrderMagic = 0x1A2B3C4D;
/// LINKTYPE_RAW: a packet begins with its IP header.
constexpr std::uint16_t kRawIp = 101;
constexpr std::uint16_t kEndOfOptions = 0, kComment = 1, kUserApplication = 4, kTimeResolution = 9;
constexpr std::size_t kIpHeader = 20, kTcpHeader = 20, kMostOfOption = 65'000;

template <typename Number>
void put_little(std::string& out, Number value) {
  for (std::size_t i = 0; i < sizeof value; ++i) {
    out += static_cast<char>((value >> (8 * i)) & 0xFF);
  }
}

template <typename Number>
void put_big(std::string& out, Number value) {
  for (std::size_t i = sizeof value; i-- > 0;) {
    out += static_cast<char>((value >> (8 * i)) & 0xFF);
  }
}

void pad(std::string& out) {
  out.append((4 - out.size() % 4) % 4, '\0');
}

void put_option(std::string& out, std::uint16_t code, std::string_view value) {
  put_little(out, code);
  put_little(out, static_cast<std::uint16_t>(value.size()));
  out += value;
  pad(out);
}

/// `body` must be whole words.
void put_block(std::string& out, std::uint32_t type, std::string_view body) {
  const auto size = static_cast<std::uint32_t>(body.size() + 12);
  put_little(out, type);
  put_little(out, size);
  out += body;
  put_little(out, size);
}

/// The sum of 16-bit words. RFC 1071.
std::uint32_t word_sum(std::string_view bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    sum += static_cast<std::uint32_t>(static_cast<std::uint8_t>(bytes[i])) << (i % 2 == 0 ? 8 : 0);
  }
  return sum;
}

/// Writes the checksum of a sum into `header`.
void put_checksum(std::string& header, std::size_t at, std::uint32_t sum) {
  while (sum > 0xFFFF) {
    sum = (sum & 0xFFFF) + (sum >> 16);
  }
  const std::uint32_t checksum = ~sum & 0xFFFF;
  header[at] = static_cast<char>(checksum >> 8);
  header[at + 1] = static_cast<char>(checksum & 0xFF);
}

/// RFC 791 section 3.1.
std::string ip_header(const Segment& segment, std::size_t carried) {
  constexpr std::size_t kChecksumAt = 10;
  std::string out("\x45\x00", 2);
  put_big(out, static_cast<std::uint16_t>(kIpHeader + carried));
  out.append("\x00\x00\x40\x00\x40\x06\x00\x00", 8);  // not to be fragmented, 64 hops, TCP
  put_big(out, segment.from.address);
  put_big(out, segment.to.address);
  put_checksum(out, kChecksumAt, word_sum(out));
  return out;
}

/// RFC 9293 section 3.1; a SYN says that the window is scaled by 2^14 (RFC 7323), so that no burst seems to fill it.
std::string tcp_header(const Segment& segment) {
  constexpr std::size_t kChecksumAt = 16;
  constexpr std::string_view kSynOptions("\x02\x04\xFD\xE8\x01\x03\x03\x0E", 8);  // a segment size of 65,000
  const std::string_view options = (segment.flags & kSyn) != 0 ? kSynOptions : std::string_view();
  std::string out;
  put_big(out, segment.from.port);
  put_big(out, segment.to.port);
  put_big(out, segment.seq);
  put_big(out, segment.ack);
  out += static_cast<char>((kTcpHeader + options.size()) / 4 << 4);
  out += static_cast<char>(segment.flags);
  out.append("\xFF\xFF\x00\x00\x00\x00", 6);
  out += options;
  const auto length = static_cast<std::uint32_t>(out.size() + segment.payload.size());
  std::string pseudo;
  put_big(pseudo, segment.from.address);
  put_big(pseudo, segment.to.address);
  constexpr std::uint32_t kTcp = 6;
  put_checksum(out, kChecksumAt, word_sum(pseudo) + kTcp + length + word_sum(out) + word_sum(segment.payload));
  return out;
}

}  // namespace

void append_section(std::string& out, std::string_view tool) {
  std::string section;
  put_little(section, kByteOrderMagic);
  put_little(section, std::uint16_t{1});
  put_little(section, std::uint16_t{0});
  put_little(section, ~std::uint64_t{0});  // its length is not known
  put_option(section, kUserApplication, tool);
  put_option(section, kEndOfOptions, {});
  put_block(out, kSectionHeader, section);
  std::string interface;
  put_little(interface, kRawIp);
  put_little(interface, std::uint16_t{0});
  put_little(interface, std::uint32_t{0});  // packets are kept whole
  put_option(interface, kTimeResolution, "\x09");
  put_option(interface, kEndOfOptions, {});
  put_block(out, kInterface, interface);
}

void append_packet(std::string& out, const Segment& segment) {
  const std::string tcp = tcp_header(segment);
  const std::size_t carried = tcp.size() + segment.payload.size();
  const std::string ip = ip_header(segment, carried + segment.missing);
  const auto time = static_cast<std::uint64_t>(segment.t_ns);
  std::string body;
  put_little(body, std::uint32_t{0});
  put_little(body, static_cast<std::uint32_t>(time >> 32));
  put_little(body, static_cast<std::uint32_t>(time));
  put_little(body, static_cast<std::uint32_t>(ip.size() + carried));
  put_little(body, static_cast<std::uint32_t>(ip.size() + carried + segment.missing));
  body += ip;
  body += tcp;
  body += segment.payload;
  pad(body);
  if (!segment.comment.empty()) {
    put_option(body, kComment, segment.comment.substr(0, kMostOfOption));
    put_option(body, kEndOfOptions, {});
  }
  put_block(out, kEnhancedPacket, body);
}

}  // namespace whydrop::exports
