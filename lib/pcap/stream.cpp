#include "pcap/stream.hpp"

#include <algorithm>
#include <utility>

namespace whydrop::pcap {

void Stream::begin(std::uint32_t seq) {
  known_ = true;
  first_ = seq - 1;
  next_ = sent_ = acked_ = 1;
}

/// The offset nearest to the one that is expected. The first byte is at 1: what stands before it is at 0, and passed.
std::uint64_t Stream::unwrap(std::uint32_t seq) const {
  const std::uint64_t near = std::max(next_, sent_);
  const auto ahead = static_cast<std::int32_t>(seq - (first_ + static_cast<std::uint32_t>(near)));
  return ahead < 0 && static_cast<std::uint64_t>(-std::int64_t{ahead}) > near
             ? 0
             : near + static_cast<std::uint64_t>(std::int64_t{ahead});
}

void Stream::flush(const Deliver& deliver) {
  while (!waiting_.empty() && waiting_.begin()->first <= next_) {
    const auto first = waiting_.begin();
    const std::string bytes = std::move(first->second);
    const std::uint64_t at = first->first;
    waiting_bytes_ -= bytes.size();
    waiting_.erase(first);
    if (at + bytes.size() > next_) {
      const std::string_view fresh = std::string_view(bytes).substr(next_ - at);
      next_ += fresh.size();
      deliver(fresh);
    }
  }
}

void Stream::add(const Segment& segment, std::int64_t t_ns, const Deliver& deliver) {
  if (!known_) {
    begin(segment.seq);
  }
  const std::uint64_t at = unwrap(segment.seq);
  const std::string_view bytes = segment.payload;
  const std::uint64_t end = at + bytes.size() + segment.missing;
  // One byte again that was acknowledged is no more than a question whether the other side is there. RFC 9293 section
  // 3.8.4.
  if (end > at && end <= sent_ && end > acked_) {
    ++repeats_;
  }
  if (end > sent_) {
    if (sent_ <= acked_) {
      unacked_since_ns_ = t_ns;
      repeats_ = 0;
    }
    sent_ = end;
  }
  if (segment.fin && !fin_at_) {
    fin_at_ = end;
  }
  if (bytes.empty() || at + bytes.size() <= next_) {
    return;
  }
  if (at <= next_ && waiting_.empty()) {
    const std::string_view fresh = bytes.substr(next_ - at);
    next_ += fresh.size();
    deliver(fresh);
    return;
  }
  std::string& held = waiting_[at];
  if (held.size() < bytes.size()) {
    waiting_bytes_ += bytes.size() - held.size();
    held = bytes;
  }
  flush(deliver);
  if (waiting_bytes_ > kMostWaiting) {
    acked_ = std::max(acked_, waiting_.begin()->first);  // whatever is missing will not come any more
  }
}

void Stream::acknowledge(std::uint32_t ack) {
  if (!known_) {
    return;
  }
  const std::uint64_t at = unwrap(ack);
  // A FIN takes a number of its own.
  const std::uint64_t most = fin_at_ ? std::min(at, *fin_at_) : at;
  if (most > acked_) {
    acked_ = most;
    repeats_ = 0;
  }
}

std::uint64_t Stream::pass_hole(const Deliver& deliver) {
  if (!known_ || acked_ <= next_) {
    return 0;
  }
  const std::uint64_t to = waiting_.empty() ? acked_ : std::min(acked_, waiting_.begin()->first);
  const std::uint64_t missing = to - next_;
  next_ = to;
  flush(deliver);
  return missing;
}

}  // namespace whydrop::pcap
