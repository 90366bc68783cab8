#pragma once

#include "base/result.hpp"
#include "run/session_profile.hpp"

#include <chrono>
#include <vector>

namespace whydrop::run {

/// --ping-sweep: connects once for each interval, stays silent so long, then pings; prints what survived and the idle
/// limit.
Result<int> sweep(const SessionSettings& flags, std::vector<std::chrono::nanoseconds> intervals);

}  // namespace whydrop::run
