// Internal: which elements of two sequences belong together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace whydrop::compare {

/// Index in one sequence and in the other; both grow from pair to pair.
using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;

/// Pairs of equal elements, as many as can be found with work of the order of n × 1,000 (a longest common subsequence
/// where the two differ little). Memory: 32 bytes an element.
Pairs align(const std::vector<std::size_t>& a, const std::vector<std::size_t>& b);

}  // namespace whydrop::compare
