// Internal: which message of one session stands for which of the other.
#pragma once

#include "compare/difference_collector.hpp"

#include <cstddef>
#include <limits>
#include <vector>

namespace whydrop::compare {

/// No message.
inline constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

/// The partner of each message in the other session; kNone: it has none.
struct Pairing {
  std::vector<std::size_t> of_a, of_b;
  void join(std::size_t a, std::size_t b) {
    of_a[a] = b;
    of_b[b] = a;
  }
};

/// Joins what both sides of two sessions said: messages that are equal but for volatile values first, then between them
/// those of the same kind, then what is left of those that have no name and stand opposite each other.
Pairing pairing_of(const Connection& a, const Connection& b, const Sides& sides);

/// One step of both sessions; kNone: only in the other.
struct Step {
  std::size_t a = kNone, b = kNone;
  bool paired() const { return a != kNone && b != kNone; }
};

/// All messages in one order that is that of the first, with those of the second where they stand between them.
std::vector<Step> steps_of(const Connection& a, const Connection& b, const Pairing& pairing);

}  // namespace whydrop::compare
