#pragma once

#include "run/host.hpp"

#include <functional>

namespace whydrop::cli {

/// The process as runs have it. From now on a write to a reader that is gone is an error and ends nothing, and so is a
/// read from a terminal that another process has.
const run::Host& begin_run();

/// From now on SIGINT and SIGTERM interrupt a read and end nothing. Returns what tells the last of them that came; 0:
/// none did.
std::function<int()> catch_stop();

}  // namespace whydrop::cli
