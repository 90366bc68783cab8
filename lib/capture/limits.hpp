#pragma once

#include <cstddef>

namespace whydrop::capture {

/// Bytes of one payload that a capture holds; the rest is counted (`cut`).
inline constexpr std::size_t kMaxContent = 64U << 20;
/// A longer payload is written as base64 even if it is text: escapes may take six bytes for one.
inline constexpr std::size_t kMaxText = 16U << 20;
/// Longer lines are damage. Nothing that the writer writes comes near.
inline constexpr std::size_t kMaxLine = 128U << 20;

}  // namespace whydrop::capture
