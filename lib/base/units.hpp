#pragma once

#include "base/result.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace whydrop {

/// A duration for people: "312 ns", "35 ms", "1.204 s", "2 min 5 s", "2 h 3 min". Truncates, never rounds up.
std::string format_duration(std::int64_t ns);
/// A size for people, in powers of 1024: "312 B", "1.2 MiB". Truncates, never rounds up.
std::string format_size(std::uint64_t bytes);

/// Reads "500ms", "1.5s", "2m", "1h", "1m30s"; a bare number means seconds.
Result<std::chrono::nanoseconds> parse_duration(std::string_view text);
/// Reads "512", "64k", "1MiB", "2GB"; every unit is a power of 1024, in either case.
Result<std::uint64_t> parse_size(std::string_view text);

/// A point in time as RFC 3339 in UTC with milliseconds: "2024-05-06T07:08:09.123Z".
std::string format_rfc3339(std::int64_t ns_since_epoch);
/// Reads RFC 3339 with any fraction and offset into nanoseconds since the epoch. Null if it is not that.
std::optional<std::int64_t> parse_rfc3339(std::string_view text);

}  // namespace whydrop
