#pragma once

#include "run/host.hpp"

namespace whydrop::cli {

/// The process as runs have it. From now on a write to a reader that is gone is an error and ends nothing, and so is a
/// read from a terminal that another process has.
const run::Host& begin_run();

}  // namespace whydrop::cli
