#pragma once

#include "session/event.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace whydrop::session {

/// The pings of one side, paired with the pongs that came back for them. RFC 6455 sections 5.5.2 and 5.5.3.
struct Pings {
  struct Sent {
    std::string payload;
    std::int64_t t_ns = 0;
    std::uint64_t seq = 0;
  };
  static constexpr std::size_t kKept = 64;

  std::deque<Sent> pending;  ///< not answered yet, oldest first; the last kKept of them
  std::uint64_t sent = 0;
  std::uint64_t answered = 0;  ///< pongs that repeat the payload of a ping
  std::uint64_t settled = 0;   ///< pings with an answer, of their own or of a later one
  std::int64_t last_sent_ns = 0;
  /// Since the last that was answered: how many, and the first of them.
  std::uint64_t unanswered = 0, unanswered_seq = 0;
  std::int64_t unanswered_t = 0;
  std::uint64_t rtt_count = 0;
  std::int64_t rtt_min_ns = 0, rtt_max_ns = 0, rtt_sum_ns = 0;

  void on_ping(std::string_view payload, std::int64_t t_ns, std::uint64_t seq);
  /// The round trip of the ping that the other side's pong repeats; null for a pong that answers none.
  std::optional<std::int64_t> on_pong(std::string_view payload, std::int64_t t_ns);
  /// Where these are the client's: its ping begins one, and a pong of the server ends it. Any frame may be given.
  std::optional<std::int64_t> on_frame(const Frame& frame, std::int64_t t_ns, std::uint64_t seq);
};

}  // namespace whydrop::session
