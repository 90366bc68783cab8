#pragma once

#include "base/result.hpp"

/// Leaves the function with the error of a Result, if it is one: WHYDROP_TRY(result); or WHYDROP_TRY(check(x));. The
/// function returns a Result of any type.
// NOLINTNEXTLINE(cppcoreguidelines-macro-usage): no function can return from its caller
#define WHYDROP_TRY(...)                                             \
  do {                                                               \
    if (const auto& whydrop_tried = (__VA_ARGS__); !whydrop_tried) { \
      return tl::unexpected<Error>(whydrop_tried.error());           \
    }                                                                \
  } while (false)
