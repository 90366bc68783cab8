#pragma once

#include "base/result.hpp"
#include "run/client_run.hpp"
#include "run/host.hpp"

#include <cstdint>
#include <functional>

namespace whydrop::replay_run {

/// How often a session is had, one after the other.
struct RepeatSettings {
  std::uint64_t count = 1;
  bool until_drop = false;  ///< the first that does not survive is the last
};
/// Has one session, with what `attach` adds to its run, and returns its exit code. `number`: from 1.
using HaveSession = std::function<Result<int>(std::uint64_t number, const run::Attach& attach)>;

/// Has them all, and prints how they ended, in the table of `replay --count`. A session survived where its exit code is
/// 0. Returns the exit code that leads. Errors: those of a session.
Result<int> repeat(const run::Host& host, const RepeatSettings& settings, const HaveSession& have);

}  // namespace whydrop::replay_run
