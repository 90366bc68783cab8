#pragma once

#include "base/result.hpp"
#include "replay_run/prepared_replay.hpp"
#include "run/host.hpp"

namespace whydrop::replay_run {

/// Carries out a replay, or prints its plan, and returns the exit code. Errors: usage and local, for what is known
/// before connecting; local, where the profile's store cannot be written.
Result<int> replay(const run::Host& host, const ReplayRequest& request);

}  // namespace whydrop::replay_run
