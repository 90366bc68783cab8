#include "isolate/bisect.hpp"

#include <algorithm>

namespace whydrop::isolate {

Bound bisect(Bound bound, std::int64_t step, const std::function<std::optional<bool>(std::int64_t)>& drops) {
  while (std::max(bound.lives, bound.drops) - std::min(bound.lives, bound.drops) > std::max<std::int64_t>(step, 1)) {
    const std::int64_t middle = bound.lives + (bound.drops - bound.lives) / 2;
    const auto dropped = drops(middle);
    if (!dropped) {
      break;
    }
    (*dropped ? bound.drops : bound.lives) = middle;
  }
  return bound;
}

}  // namespace whydrop::isolate
