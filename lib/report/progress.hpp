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

}  // namespace whydrop::report
