#pragma once

#include "pcap/segment.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace whydrop::pcap {

/// One direction of a TCP connection: puts its bytes in order, and knows which are missing, which came again and which
/// were never acknowledged. RFC 9293 section 3.4.
class Stream {
 public:
  /// Told the bytes in order.
  using Deliver = std::function<void(std::string_view)>;

  bool known() const { return known_; }
  /// The first byte's number is known.
  void begin(std::uint32_t seq);
  /// A segment of this direction: its bytes, and its FIN.
  void add(const Segment& segment, std::int64_t t_ns, const Deliver& deliver);
  /// The other side has received what stands before `ack`.
  void acknowledge(std::uint32_t ack);
  /// Goes on behind what is missing, and delivers what is there. How many bytes that was; 0: nothing is missing that
  /// the other side is known to have received.
  std::uint64_t pass_hole(const Deliver& deliver);

  /// True if bytes are missing that the other side has acknowledged.
  bool has_hole() const { return known_ && acked_ > next_; }
  /// Its FIN has come, and all before it.
  bool finished() const { return fin_at_ && next_ >= *fin_at_; }
  /// Bytes that were sent and not acknowledged.
  std::uint64_t unacknowledged() const { return sent_ > acked_ ? sent_ - acked_ : 0; }
  /// How often what is not acknowledged was sent again.
  unsigned repeats() const { return repeats_; }
  /// When it was sent first.
  std::int64_t unacknowledged_since_ns() const { return unacked_since_ns_; }

 private:
  /// What is not in order yet: bytes that may be held.
  static constexpr std::size_t kMostWaiting = 16U << 20;

  std::uint64_t unwrap(std::uint32_t seq) const;
  void flush(const Deliver& deliver);

  bool known_ = false;
  std::uint32_t first_ = 0;
  std::uint64_t next_ = 0;  ///< offset of the next byte to deliver
  std::uint64_t sent_ = 0;  ///< offset behind the last byte seen
  std::uint64_t acked_ = 0;
  std::optional<std::uint64_t> fin_at_;
  std::map<std::uint64_t, std::string> waiting_;
  std::size_t waiting_bytes_ = 0;
  unsigned repeats_ = 0;
  std::int64_t unacked_since_ns_ = 0;
};

}  // namespace whydrop::pcap
