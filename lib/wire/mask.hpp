#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace whydrop::wire {

using MaskingKey = std::array<std::uint8_t, 4>;

/// Writes `size` bytes of `from`, masked (or unmasked: it is the same), to `to`, which may be `from` but must not
/// overlap it otherwise. `phase` is the position of the first byte in its payload. RFC 6455 section 5.3.
void apply_mask(char* to, const char* from, std::size_t size, const MaskingKey& key, std::uint64_t phase = 0);

}  // namespace whydrop::wire
