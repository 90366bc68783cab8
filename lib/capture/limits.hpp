#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace whydrop::capture {

/// Bytes of one payload that a capture holds; the rest is counted (`cut`).
inline constexpr std::size_t kMaxContent = 64U << 20;
/// A longer payload is written as base64 even if it is text: escapes may take six bytes for one.
inline constexpr std::size_t kMaxText = 16U << 20;
/// Longer lines are damage. Nothing that the writer writes comes near.
inline constexpr std::size_t kMaxLine = 128U << 20;
/// The kind of the last line of a capture that reached --max-capture. It is no event.
inline constexpr std::string_view kLimitKind = "limit";
/// 73 years: the difference of any two such times fits 64 bits.
inline constexpr std::int64_t kMaxTimeNs = std::int64_t{1} << 61;

}  // namespace whydrop::capture
