#include "pcap/packet_file.hpp"

#include "base/try.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace whydrop::pcap {
namespace {

constexpr std::size_t kBlock = 256U << 10;
/// What one packet or block may hold: bytes. libpcap takes packets of 256 KiB.
constexpr std::uint32_t kMostOfBlock = 16U << 20;
constexpr std::int64_t kSecond = 1'000'000'000;

constexpr std::uint32_t kMicroseconds = 0xA1B2C3D4, kNanoseconds = 0xA1B23C4D, kModified = 0xA1B2CD34;
constexpr std::uint32_t kSectionHeader = 0x0A0D0D0A, kByteOrderMagic = 0x1A2B3C4D;
constexpr std::uint32_t kInterface = 1, kPacket = 2, kSimplePacket = 3, kEnhancedPacket = 6;
constexpr std::uint16_t kTimeResolution = 9, kTimeOffset = 14;

/// Reads numbers of the byte order that a file has.
struct Order {
  bool swapped = false;  ///< big-endian

  template <typename Number>
  Number read(std::string_view bytes, std::size_t at) const {
    Number value = 0;
    for (std::size_t i = 0; i < sizeof value; ++i) {
      const std::size_t from = at + (swapped ? sizeof value - 1 - i : i);
      value |= static_cast<Number>(static_cast<Number>(static_cast<std::uint8_t>(bytes[from])) << (8 * i));
    }
    return value;
  }
};

bool is_pcap_magic(std::uint32_t magic) {
  return magic == kMicroseconds || magic == kNanoseconds || magic == kModified;
}

/// Bytes of a source, so many at a time.
class Window {
 public:
  explicit Window(ByteSource source) : source_(std::move(source)) {}

  /// The next `size` bytes, passed over by the next call; fewer only at the file's end.
  Result<std::string_view> take(std::size_t size) {
    while (end_ - at_ < size && !ended_) {
      if (at_ > 0) {
        std::copy(bytes_.begin() + static_cast<std::ptrdiff_t>(at_),
                  bytes_.begin() + static_cast<std::ptrdiff_t>(end_),
                  bytes_.begin());
        end_ -= std::exchange(at_, 0);
      }
      bytes_.resize(std::max(std::max(kBlock, size), bytes_.size()));
      const auto count = source_(bytes_.data() + end_, bytes_.size() - end_);
      WHYDROP_TRY(count);
      ended_ = *count == 0;
      end_ += *count;
    }
    const std::size_t count = std::min(size, end_ - at_);
    at_ += count;
    return std::string_view(bytes_.data() + at_ - count, count);
  }

 private:
  ByteSource source_;
  std::vector<char> bytes_;
  std::size_t at_ = 0, end_ = 0;
  bool ended_ = false;
};

/// An interface of a pcapng section.
struct Interface {
  std::uint32_t link = 0, snap = 0;
  std::uint64_t per_second = 1'000'000;
  std::int64_t offset_s = 0;
};

/// `ticks` of so many a second, in nanoseconds; saturates.
std::int64_t to_ns(std::uint64_t ticks, std::uint64_t per_second) {
  const std::uint64_t seconds = std::min<std::uint64_t>(ticks / per_second, INT64_MAX / kSecond - 1);
  const std::uint64_t rest = ticks % per_second;
  // A tenth of the finest resolution is finer than a nanosecond: nothing that is kept is lost by a double.
  const std::uint64_t ns = per_second <= kSecond ? rest * kSecond / per_second : rest / (per_second / kSecond);
  return static_cast<std::int64_t>(seconds) * kSecond + static_cast<std::int64_t>(ns);
}

/// if_tsresol: a power of ten, or with its highest bit of two. draft-ietf-opsawg-pcapng section 4.2.
std::uint64_t ticks_per_second(std::uint8_t resolution) {
  const unsigned power = resolution & 0x7FU;
  if ((resolution & 0x80U) != 0) {
    return std::uint64_t{1} << std::min(power, 63U);
  }
  std::uint64_t ticks = 1;
  for (unsigned i = 0; i < std::min(power, 19U); ++i) {
    ticks *= 10;
  }
  return ticks;
}

}  // namespace

struct PacketFile::Impl {
  explicit Impl(ByteSource source) : window(std::move(source)) {}

  enum class Form { unknown, pcap, pcapng };

  Window window;
  Form form = Form::unknown;
  Order order;
  bool ended = false;
  std::string cut;
  std::uint64_t packets = 0;
  // of a pcap file
  std::uint32_t link = 0;
  bool nanoseconds = false, modified = false;
  // of a pcapng section
  std::vector<Interface> interfaces;

  Result<void> begin();
  Result<std::optional<RawPacket>> next_record();
  Result<std::optional<RawPacket>> next_block();
  Result<void> begin_section();
  std::optional<RawPacket> packet_of(std::uint32_t type, std::string_view body);
  void take_interface(std::string_view body);
  void end_cut(std::string_view where) {
    ended = true;
    cut = fmt::format("the file ends in the middle of {}", where);
  }
  Error damaged(std::string_view why) const {
    return {ErrorKind::local,
            packets == 0 ? fmt::format("no file of packets: {}", why)
                         : fmt::format("damaged after {} packets: {}", packets, why),
            ""};
  }
};

Result<void> PacketFile::Impl::begin() {
  const auto magic = window.take(4);
  WHYDROP_TRY(magic);
  if (magic->size() < 4) {
    return tl::unexpected<Error>(damaged("it is too short"));
  }
  const auto number = Order{}.read<std::uint32_t>(*magic, 0);
  if (number == kSectionHeader) {
    form = Form::pcapng;
    return begin_section();
  }
  order.swapped = !is_pcap_magic(number);
  const auto own = order.read<std::uint32_t>(*magic, 0);
  if (!is_pcap_magic(own)) {
    return tl::unexpected<Error>(damaged("it does not begin as one"));
  }
  form = Form::pcap;
  nanoseconds = own == kNanoseconds;
  modified = own == kModified;
  const auto rest = window.take(20);
  WHYDROP_TRY(rest);
  if (rest->size() < 20) {
    end_cut("its header");
    return {};
  }
  link = order.read<std::uint32_t>(*rest, 16) & 0x0FFFFFFFU;  // above: the length of a checksum
  return {};
}

/// What follows the type of a section's first block: its length, then a number that shows the byte order.
Result<void> PacketFile::Impl::begin_section() {
  const auto head = window.take(8);
  WHYDROP_TRY(head);
  if (head->size() < 8) {
    end_cut("a section's header");
    return {};
  }
  order.swapped = false;
  order.swapped = order.read<std::uint32_t>(*head, 4) != kByteOrderMagic;
  const auto size = order.read<std::uint32_t>(*head, 0);
  if (order.read<std::uint32_t>(*head, 4) != kByteOrderMagic || size < 16 || size % 4 != 0 || size > kMostOfBlock) {
    return tl::unexpected<Error>(damaged("a section's header is broken"));
  }
  interfaces.clear();
  const auto rest = window.take(size - 12);
  WHYDROP_TRY(rest);
  if (rest->size() < size - 12) {
    end_cut("a section's header");
  }
  return {};
}

/// draft-ietf-opsawg-pcap section 5.
Result<std::optional<RawPacket>> PacketFile::Impl::next_record() {
  const std::size_t head_size = modified ? 24 : 16;
  const auto head = window.take(head_size);
  WHYDROP_TRY(head);
  if (head->size() < head_size) {
    ended = true;
    if (!head->empty()) {
      end_cut("a packet's header");
    }
    return std::nullopt;
  }
  RawPacket packet;
  const auto seconds = order.read<std::uint32_t>(*head, 0), fraction = order.read<std::uint32_t>(*head, 4);
  packet.t_ns = std::int64_t{seconds} * kSecond + std::int64_t{fraction} * (nanoseconds ? 1 : 1000);
  const auto kept = order.read<std::uint32_t>(*head, 8);
  packet.length = order.read<std::uint32_t>(*head, 12);
  packet.link = link;
  if (kept > kMostOfBlock) {
    return tl::unexpected<Error>(damaged(fmt::format("a packet of {} bytes", kept)));
  }
  const auto bytes = window.take(kept);
  WHYDROP_TRY(bytes);
  if (bytes->size() < kept) {
    end_cut("a packet");
    return std::nullopt;
  }
  packet.bytes = *bytes;
  return packet;
}

void PacketFile::Impl::take_interface(std::string_view body) {
  Interface it;
  if (body.size() >= 8) {
    it.link = order.read<std::uint16_t>(body, 0);
    it.snap = order.read<std::uint32_t>(body, 4);
    std::string_view rest = body.substr(8);
    while (rest.size() >= 4) {
      const auto code = order.read<std::uint16_t>(rest, 0), size = order.read<std::uint16_t>(rest, 2);
      const std::size_t whole = 4 + (size + 3U) / 4 * 4;
      if (code == 0 || whole > rest.size()) {
        break;
      }
      if (code == kTimeResolution && size >= 1) {
        it.per_second = ticks_per_second(static_cast<std::uint8_t>(rest[4]));
      } else if (code == kTimeOffset && size >= 8) {
        it.offset_s = static_cast<std::int64_t>(order.read<std::uint64_t>(rest, 4));
      }
      rest.remove_prefix(whole);
    }
  }
  interfaces.push_back(it);
}

/// Null for a block that is no packet, or of an interface that is not known.
std::optional<RawPacket> PacketFile::Impl::packet_of(std::uint32_t type, std::string_view body) {
  const std::size_t head = type == kSimplePacket ? 4 : 20;
  if (body.size() < head) {
    return std::nullopt;
  }
  const std::uint32_t index = type == kSimplePacket ? 0
                              : type == kPacket     ? order.read<std::uint16_t>(body, 0)
                                                    : order.read<std::uint32_t>(body, 0);
  if (index >= interfaces.size()) {
    return std::nullopt;
  }
  const Interface& it = interfaces[index];
  RawPacket packet;
  packet.link = it.link;
  std::uint64_t kept = 0;
  if (type == kSimplePacket) {  // it has no time
    packet.length = order.read<std::uint32_t>(body, 0);
    kept = it.snap == 0 ? packet.length : std::min<std::uint64_t>(packet.length, it.snap);
  } else {
    const std::uint64_t high = order.read<std::uint32_t>(body, 4), low = order.read<std::uint32_t>(body, 8);
    packet.t_ns = to_ns(high << 32 | low, it.per_second);
    std::int64_t offset_ns = 0;
    if (__builtin_mul_overflow(it.offset_s, kSecond, &offset_ns) ||
        __builtin_add_overflow(packet.t_ns, offset_ns, &packet.t_ns)) {
      packet.t_ns = 0;
    }
    kept = order.read<std::uint32_t>(body, 12);
    packet.length = order.read<std::uint32_t>(body, 16);
  }
  packet.bytes = body.substr(head, kept);
  return packet;
}

/// draft-ietf-opsawg-pcapng section 3.1.
Result<std::optional<RawPacket>> PacketFile::Impl::next_block() {
  while (!ended) {
    const auto type_bytes = window.take(4);
    WHYDROP_TRY(type_bytes);
    if (type_bytes->size() < 4) {
      ended = true;
      if (!type_bytes->empty()) {
        end_cut("a block");
      }
      break;
    }
    const auto type = order.read<std::uint32_t>(*type_bytes, 0);
    if (type == kSectionHeader) {
      WHYDROP_TRY(begin_section());
      continue;
    }
    const auto size_bytes = window.take(4);
    WHYDROP_TRY(size_bytes);
    const std::uint32_t size = size_bytes->size() < 4 ? 12 : order.read<std::uint32_t>(*size_bytes, 0);
    if (size < 12 || size % 4 != 0 || size > kMostOfBlock) {
      return tl::unexpected<Error>(damaged(fmt::format("a block of {} bytes", size)));
    }
    const auto body = window.take(size - 8);
    WHYDROP_TRY(body);
    if (body->size() < size - 8) {
      end_cut("a block");
      break;
    }
    const std::string_view inner = body->substr(0, size - 12);
    if (type == kInterface) {
      take_interface(inner);
    } else if (type == kEnhancedPacket || type == kSimplePacket || type == kPacket) {
      if (const auto packet = packet_of(type, inner)) {
        return packet;
      }
    }
  }
  return std::nullopt;
}

PacketFile::PacketFile(ByteSource source) : impl_(std::make_unique<Impl>(std::move(source))) {}
PacketFile::~PacketFile() = default;

Result<std::optional<RawPacket>> PacketFile::next() {
  if (impl_->form == Impl::Form::unknown) {
    WHYDROP_TRY(impl_->begin());
  }
  if (impl_->ended) {
    return std::nullopt;
  }
  auto packet = impl_->form == Impl::Form::pcap ? impl_->next_record() : impl_->next_block();
  impl_->packets += packet && *packet ? 1 : 0;
  return packet;
}

const std::string& PacketFile::cut() const {
  return impl_->cut;
}

bool looks_like_packets(std::string_view head) {
  if (head.size() < 4) {
    return false;
  }
  return Order{false}.read<std::uint32_t>(head, 0) == kSectionHeader ||
         is_pcap_magic(Order{false}.read<std::uint32_t>(head, 0)) ||
         is_pcap_magic(Order{true}.read<std::uint32_t>(head, 0));
}

}  // namespace whydrop::pcap
