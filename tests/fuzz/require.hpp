#pragma once

#include <cstdio>
#include <cstdlib>

namespace whydrop::fuzz {

/// Ends the process where a fuzz target's invariant does not hold, whatever the build type.
inline void require(bool holds, const char* invariant) {
  if (!holds) {
    std::fprintf(stderr, "invariant broken: %s\n", invariant);
    std::abort();
  }
}

}  // namespace whydrop::fuzz
