#include "session/pings.hpp"

#include <algorithm>

namespace whydrop::session {
namespace {

constexpr std::size_t kMaxPayload = 125;  // of a control frame, RFC 6455 section 5.5

}  // namespace

void Pings::on_ping(std::string_view payload, std::int64_t t_ns, std::uint64_t seq) {
  ++sent;
  last_sent_ns = t_ns;
  if (unanswered++ == 0) {
    unanswered_t = t_ns;
    unanswered_seq = seq;
  }
  if (pending.size() == kKept) {
    pending.pop_front();
  }
  pending.push_back({std::string(payload.substr(0, kMaxPayload)), t_ns, seq});
}

std::optional<std::int64_t> Pings::on_pong(std::string_view payload, std::int64_t t_ns) {
  // Of pings that look alike, the oldest: an endpoint answers them in their order.
  const auto found = std::find_if(
      pending.begin(), pending.end(), [&](const Sent& ping) { return ping.payload == payload.substr(0, kMaxPayload); });
  if (found == pending.end()) {
    return std::nullopt;
  }
  const std::int64_t rtt = t_ns - found->t_ns;
  rtt_min_ns = rtt_count == 0 ? rtt : std::min(rtt_min_ns, rtt);
  rtt_max_ns = std::max(rtt_max_ns, rtt);
  rtt_sum_ns += rtt;
  ++rtt_count;
  ++answered;
  // Only the last of several pings need be answered: a pong stands for those before it too (section 5.5.3).
  settled += static_cast<std::uint64_t>(found - pending.begin()) + 1;
  pending.erase(pending.begin(), found + 1);
  unanswered = pending.size();
  unanswered_t = pending.empty() ? 0 : pending.front().t_ns;
  unanswered_seq = pending.empty() ? 0 : pending.front().seq;
  return rtt;
}

std::optional<std::int64_t> Pings::on_frame(const Frame& frame, std::int64_t t_ns, std::uint64_t seq) {
  if (frame.from == Side::client && frame.header.opcode == wire::Opcode::ping) {
    on_ping(frame.payload, t_ns, seq);
  }
  return frame.from == Side::server && frame.header.opcode == wire::Opcode::pong ? on_pong(frame.payload, t_ns)
                                                                                 : std::nullopt;
}

}  // namespace whydrop::session
