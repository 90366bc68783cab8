#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace whydrop::isolate {

using Parts = std::vector<std::size_t>;

/// Which of several sets of parts, kept, still drop: the place of the first; null: none.
using FirstThatDrops = std::function<std::optional<std::size_t>(const std::vector<Parts>& kept)>;

/// The fewest of `parts` with which a session still drops, in their order: leaving out any one of them stops it. All of
/// them together are known to drop. Delta debugging (A. Zeller, R. Hildebrandt, "Simplifying and Isolating
/// Failure-Inducing Input", 2002), with the empty set asked for first. One cause among n takes at most 2 log2 n
/// questions more.
Parts ddmin(Parts parts, const FirstThatDrops& first_that_drops);

}  // namespace whydrop::isolate
