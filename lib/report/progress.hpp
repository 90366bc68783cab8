#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace whydrop::report {

/// What a status line tells of something that lasts.
struct Progress {
  std::int64_t elapsed_ns = 0;
  std::uint64_t frames = 0;
  std::optional<std::int64_t> since_last_ns;  ///< null: no frame yet
  std::uint64_t bytes_done = 0;
  std::optional<std::uint64_t> bytes_all;  ///< of a file that is read
};

/// One line without a newline, at most `width` columns: "↻ 12 s · 340 frames · last 0.4 s ago", "↻ 3 s · 1200 frames ·
/// 41% of 350 MiB".
std::string progress_line(const Progress& progress, unsigned width);

/// What a status line tells of the session that a person talks in.
struct Talk {
  enum class State : std::uint8_t { connecting, open, closing, over } state = State::connecting;
  std::int64_t age_ns = 0, silence_ns = 0;  ///< of the open session; since the last frame of either side
  std::uint64_t sent = 0, received = 0;     ///< data messages
  std::optional<std::int64_t> rtt_ns;       ///< of the last ping that was answered
};

/// "open 12 s · silent 3.0 s · 4 sent, 7 received · RTT 12 ms".
std::string status_line(const Talk& talk);

}  // namespace whydrop::report
