#pragma once

#include "base/result.hpp"
#include "run/session.hpp"

#include <chrono>
#include <vector>

namespace whydrop::run {

/// Connects once for each interval, stays silent so long, then pings; prints what survived and the idle
/// limit.
Result<int> sweep(const Host& host,
                  const Session& session,
                  const ProfileChoice& choice,
                  std::vector<std::chrono::nanoseconds> intervals);

}  // namespace whydrop::run
