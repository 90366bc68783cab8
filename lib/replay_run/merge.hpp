#pragma once

#include "base/result.hpp"
#include "profile/profile.hpp"
#include "run/host.hpp"

#include <memory>
#include <string>
#include <vector>

namespace whydrop::replay_run {

/// Recordings whose sessions are counted together.
struct MergeSettings {
  std::vector<std::string> files;                   ///< captures or HARs, patterns too; "-": standard input
  std::shared_ptr<const profile::Profile> profile;  ///< null: the one that each names
};

/// Prints how the sessions of all of them ended, in the table of `replay --count`. Returns the exit code: 0, or 3 where
/// one could not be read whole. Errors: local, for one that cannot be read.
Result<int> merge(const MergeSettings& settings, const run::Host& host);

}  // namespace whydrop::replay_run
