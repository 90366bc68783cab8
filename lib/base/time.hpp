// Spans of time in nanoseconds, the unit of every time in whydrop.
#pragma once

#include <cstdint>

namespace whydrop {

inline constexpr std::int64_t kMicrosecond = 1'000;
inline constexpr std::int64_t kMillisecond = 1'000'000;
inline constexpr std::int64_t kSecond = 1'000'000'000;
inline constexpr std::int64_t kMinute = 60 * kSecond;

}  // namespace whydrop
