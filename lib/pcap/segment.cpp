#include "pcap/segment.hpp"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

namespace whydrop::pcap {
namespace {

/// LINKTYPE_ numbers (draft-ietf-opsawg-pcaplinktype).
enum Link : std::uint32_t {
  kNull = 0,
  kEthernet = 1,
  kRawOld = 12,
  kRawOpenBsd = 14,
  kRaw = 101,
  kLoop = 108,
  kLinuxCooked = 113,
  kIpv4 = 228,
  kIpv6 = 229,
  kLinuxCooked2 = 276,
};

/// EtherType numbers.
constexpr std::uint16_t kTypeIpv4 = 0x0800, kTypeIpv6 = 0x86DD, kTypeVlan = 0x8100, kTypeQinQ = 0x88A8,
                        kTypeOldQinQ = 0x9100, kTypePppoe = 0x8864;
/// Protocol numbers of IP.
constexpr std::uint8_t kIcmp = 1, kInIpv4 = 4, kTcp = 6, kInIpv6 = 41, kGre = 47, kIcmp6 = 58;
constexpr std::uint8_t kHopByHop = 0, kRouting = 43, kFragment = 44, kAuthentication = 51, kDestination = 60;
constexpr int kMostNested = 4;

/// Reads big-endian numbers; 0 where there is nothing.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : bytes_(bytes) {}
  std::size_t size() const { return bytes_.size(); }
  std::uint8_t u8(std::size_t at) const { return at < bytes_.size() ? static_cast<std::uint8_t>(bytes_[at]) : 0; }
  std::uint16_t u16(std::size_t at) const { return static_cast<std::uint16_t>(u8(at) << 8 | u8(at + 1)); }
  std::uint32_t u32(std::size_t at) const { return std::uint32_t{u16(at)} << 16 | u16(at + 2); }
  std::string_view from(std::size_t at, std::size_t size = std::string_view::npos) const {
    return bytes_.substr(std::min(at, bytes_.size()), size);
  }

 private:
  std::string_view bytes_;
};

/// A packet of IP and how much of it was not kept.
struct IpPacket {
  std::string_view bytes;
  std::uint64_t missing = 0;
};

/// What follows an EtherType, VLAN tags and PPPoE taken off. Null: it is not IP.
std::optional<std::string_view> behind_type(std::uint16_t type, std::string_view rest) {
  for (int depth = 0; depth < kMostNested; ++depth) {
    const Bytes bytes(rest);
    if (type == kTypeVlan || type == kTypeQinQ || type == kTypeOldQinQ) {
      type = bytes.u16(2);
      rest = bytes.from(4);
    } else if (type == kTypePppoe) {
      const std::uint16_t protocol = bytes.u16(6);
      type = protocol == 0x0021 ? kTypeIpv4 : protocol == 0x0057 ? kTypeIpv6 : 0;
      rest = bytes.from(8);
    } else {
      break;
    }
  }
  return type == kTypeIpv4 || type == kTypeIpv6 ? std::optional(rest) : std::nullopt;
}

std::optional<std::string_view> behind_link(std::uint32_t link, std::string_view packet) {
  const Bytes bytes(packet);
  switch (link) {
  case kEthernet:
    return behind_type(bytes.u16(12), bytes.from(14));
  case kLinuxCooked:
    return behind_type(bytes.u16(14), bytes.from(16));
  case kLinuxCooked2:
    return behind_type(bytes.u16(0), bytes.from(20));
  case kNull:
  case kLoop:
    return bytes.from(4);  // the family's number differs by system: IP says its version itself
  case kRaw:
  case kRawOld:
  case kRawOpenBsd:
  case kIpv4:
  case kIpv6:
    return packet;
  default:
    return std::nullopt;
  }
}

/// IP's header taken off.
struct Carried {
  std::uint8_t protocol = 0;
  Endpoint from, to;  ///< without ports
  std::string_view bytes;
  std::uint64_t missing = 0;
  bool fragment = false;
};

void put_address(Endpoint& end, const Bytes& bytes, std::size_t at) {
  for (std::size_t i = 0; i < (end.v6 ? 16U : 4U); ++i) {
    end.address.at(i) = bytes.u8(at + i);
  }
}

/// `whole`: what IP says that it is long; 0 where the sender's card was to cut it (segmentation offload).
void cut_to(Carried& it, std::string_view bytes, std::size_t header, std::size_t whole) {
  const std::size_t length = whole == 0 ? bytes.size() : whole;
  it.bytes = bytes.substr(0, length).substr(std::min(header, bytes.size()));
  it.missing = length > bytes.size() ? length - std::max(bytes.size(), header) : 0;
}

/// RFC 791 section 3.1.
std::optional<Carried> behind_ipv4(std::string_view packet) {
  const Bytes bytes(packet);
  const std::size_t header = (bytes.u8(0) & 0x0FU) * 4U;
  const std::size_t whole = bytes.u16(2);
  if (bytes.size() < 20 || header < 20 || (whole != 0 && whole < header)) {
    return std::nullopt;
  }
  Carried it;
  put_address(it.from, bytes, 12);
  put_address(it.to, bytes, 16);
  it.protocol = bytes.u8(9);
  it.fragment = (bytes.u16(6) & 0x3FFFU) != 0;
  cut_to(it, packet, header, whole);
  return it;
}

/// RFC 8200 sections 3 and 4.
std::optional<Carried> behind_ipv6(std::string_view packet) {
  constexpr std::size_t kHeader = 40;
  constexpr int kMostExtensions = 8;
  const Bytes bytes(packet);
  if (bytes.size() < kHeader) {
    return std::nullopt;
  }
  Carried it;
  it.from.v6 = it.to.v6 = true;
  put_address(it.from, bytes, 8);
  put_address(it.to, bytes, 24);
  it.protocol = bytes.u8(6);
  std::size_t header = kHeader;
  for (int i = 0; i < kMostExtensions; ++i) {
    if (it.protocol == kFragment) {
      it.fragment = it.fragment || (bytes.u16(header + 2) & 0xFFF9U) != 0;
      it.protocol = bytes.u8(header);
      header += 8;
    } else if (it.protocol == kHopByHop || it.protocol == kRouting || it.protocol == kDestination) {
      it.protocol = bytes.u8(header);
      header += (bytes.u8(header + 1) + 1U) * 8U;
    } else if (it.protocol == kAuthentication) {
      it.protocol = bytes.u8(header);
      header += (bytes.u8(header + 1) + 2U) * 4U;
    } else {
      break;
    }
  }
  const std::size_t whole = bytes.u16(4) == 0 ? 0 : kHeader + bytes.u16(4);
  if (header > bytes.size() || (whole != 0 && whole < header)) {
    return std::nullopt;
  }
  cut_to(it, packet, header, whole);
  return it;
}

/// RFC 2784 section 2, RFC 2890 section 2. Null: what it carries is not IP.
std::optional<std::string_view> behind_gre(std::string_view packet) {
  const Bytes bytes(packet);
  const std::uint16_t flags = bytes.u16(0);
  const std::size_t header =
      4U + ((flags & 0x8000U) != 0 ? 4U : 0U) + ((flags & 0x2000U) != 0 ? 4U : 0U) + ((flags & 0x1000U) != 0 ? 4U : 0U);
  return behind_type(bytes.u16(2), bytes.from(header));
}

std::optional<Carried> behind_ip(std::string_view packet) {
  const unsigned version = Bytes(packet).u8(0) >> 4U;
  return version == 4 ? behind_ipv4(packet) : version == 6 ? behind_ipv6(packet) : std::nullopt;
}

/// RFC 9293 section 3.1 and 3.2.
void read_options(Segment& segment, std::string_view options) {
  while (!options.empty()) {
    const Bytes bytes(options);
    const std::uint8_t kind = bytes.u8(0);
    if (kind == 0) {
      return;
    }
    const std::size_t size = kind == 1 ? 1 : bytes.u8(1);
    if (size == 0 || size > options.size()) {
      return;
    }
    if (kind == 2 && size == 4) {
      segment.mss = bytes.u16(2);
    } else if (kind == 3 && size == 3) {
      segment.scale = std::min<std::uint8_t>(bytes.u8(2), 14);
    } else if (kind == 4) {
      segment.sack = true;
    }
    options.remove_prefix(size);
  }
}

Found read_tcp(const Carried& ip) {
  const Bytes bytes(ip.bytes);
  const std::size_t header = (bytes.u8(12) >> 4U) * 4U;
  if (bytes.size() < 20 || header < 20) {
    return {};
  }
  Segment segment;
  segment.from = ip.from;
  segment.to = ip.to;
  segment.from.port = bytes.u16(0);
  segment.to.port = bytes.u16(2);
  segment.seq = bytes.u32(4);
  segment.ack = bytes.u32(8);
  const std::uint8_t flags = bytes.u8(13);
  segment.fin = (flags & 0x01U) != 0;
  segment.syn = (flags & 0x02U) != 0;
  segment.rst = (flags & 0x04U) != 0;
  segment.has_ack = (flags & 0x10U) != 0;
  segment.window = bytes.u16(14);
  if (segment.syn) {
    read_options(segment, bytes.from(20, header - 20));
  }
  segment.payload = bytes.from(header);
  segment.missing =
      header > bytes.size() ? ip.missing - std::min<std::uint64_t>(ip.missing, header - bytes.size()) : ip.missing;
  return segment;
}

/// The words of an ICMP error; empty for any other message.
std::string_view undelivered_words(bool v6, std::uint8_t type, std::uint8_t code) {
  if (v6) {
    constexpr std::array<std::string_view, 7> kCodes{"no route to the destination",
                                                     "administratively prohibited",
                                                     "beyond scope of the source address",
                                                     "address unreachable",
                                                     "port unreachable",
                                                     "source address failed policy",
                                                     "route rejected"};
    return type == 1 ? kCodes.at(std::min<std::size_t>(code, kCodes.size() - 1)) : "";
  }
  if (type != 3 || code == 4) {  // 4: the packet is too large, which the sender mends
    return "";
  }
  constexpr std::array<std::string_view, 4> kCodes{
      "network unreachable", "host unreachable", "protocol unreachable", "port unreachable"};
  return code < kCodes.size()                    ? kCodes.at(code)
         : code == 9 || code == 10 || code == 13 ? "administratively prohibited"
                                                 : "unreachable";
}

/// An ICMP error carries the head of what it is about. RFC 792, RFC 4443 section 3.1.
Found read_icmp(const Carried& ip) {
  const Bytes bytes(ip.bytes);
  const std::string_view words = undelivered_words(ip.from.v6, bytes.u8(0), bytes.u8(1));
  const auto about = words.empty() ? std::nullopt : behind_ip(bytes.from(8));
  if (!about || about->protocol != kTcp || about->bytes.size() < 4) {
    return {};
  }
  Undelivered it;
  it.from = about->from;
  it.to = about->to;
  it.from.port = Bytes(about->bytes).u16(0);
  it.to.port = Bytes(about->bytes).u16(2);
  it.reason = words;
  return it;
}

}  // namespace

std::string Endpoint::text() const {
  if (!v6) {
    return fmt::format("{}.{}.{}.{}:{}", address[0], address[1], address[2], address[3], port);
  }
  std::array<unsigned, 8> groups{};
  for (std::size_t i = 0; i < groups.size(); ++i) {
    groups.at(i) = static_cast<unsigned>(address.at(2 * i) << 8 | address.at(2 * i + 1));
  }
  // The longest run of zeroes, the first of equals, is left out where it is longer than one. RFC 5952 section 4.2.
  std::size_t from = groups.size(), size = 1;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    std::size_t end = i;
    while (end < groups.size() && groups.at(end) == 0) {
      ++end;
    }
    if (end - i > size) {
      from = i;
      size = end - i;
    }
  }
  std::string out = "[";
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (i == from) {
      out += "::";
      i += size - 1;
      continue;
    }
    out += fmt::format("{}{:x}", out.back() == ':' || i == 0 ? "" : ":", groups.at(i));
  }
  return fmt::format("{}]:{}", out, port);
}

bool knows_link(std::uint32_t link) {
  constexpr std::array<std::uint32_t, 10> kKnown{
      kNull, kEthernet, kRawOld, kRawOpenBsd, kRaw, kLoop, kLinuxCooked, kIpv4, kIpv6, kLinuxCooked2};
  return std::find(kKnown.begin(), kKnown.end(), link) != kKnown.end();
}

Found find_segment(const RawPacket& packet, std::uint64_t& fragments) {
  auto bytes = behind_link(packet.link, packet.bytes);
  for (int depth = 0; bytes && depth < kMostNested; ++depth) {
    const auto ip = behind_ip(*bytes);
    if (!ip) {
      return {};
    }
    if (ip->fragment) {
      fragments += ip->protocol == kTcp ? 1 : 0;
      return {};
    }
    switch (ip->protocol) {
    case kTcp:
      return read_tcp(*ip);
    case kIcmp:
    case kIcmp6:
      return read_icmp(*ip);
    case kInIpv4:
    case kInIpv6:
      bytes = ip->bytes;
      break;
    case kGre:
      bytes = behind_gre(ip->bytes);
      break;
    default:
      return {};
    }
  }
  return {};
}

}  // namespace whydrop::pcap
