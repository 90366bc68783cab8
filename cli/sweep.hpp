#pragma once

#include "base/result.hpp"
#include "cli/options/session.hpp"

#include <chrono>
#include <vector>

namespace whydrop::cli {

/// --ping-sweep: connects once for each interval, stays silent so long, then pings; prints what survived and the idle
/// limit.
Result<int> sweep(const SessionFlags& flags, std::vector<std::chrono::nanoseconds> intervals);

}  // namespace whydrop::cli
