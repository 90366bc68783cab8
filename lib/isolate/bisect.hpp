#pragma once

#include <cstdint>
#include <functional>
#include <optional>

namespace whydrop::isolate {

/// Two values side by side: the one with which a session lives, and the one with which it drops.
struct Bound {
  std::int64_t lives = 0, drops = 0;
};

/// Narrows `bound` by halving until its values are no further apart than `step`, in about log2 of their distance
/// questions. `drops` tells whether a session drops with a value; null: that cannot be told, and it ends there.
Bound bisect(Bound bound, std::int64_t step, const std::function<std::optional<bool>(std::int64_t)>& drops);

}  // namespace whydrop::isolate
