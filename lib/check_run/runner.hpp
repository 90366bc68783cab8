// Rule of this module: check_run/ is what `check` does: one check in a child process, and the many.
#pragma once

#include "check/check.hpp"
#include "check_run/reports.hpp"
#include "check_run/session.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::check_run {

/// How the checks of a run are run.
struct CheckPlan {
  CheckSettings settings;
  std::uint64_t jobs = 1;
  bool fail_fast = false, keep_all = false;
  std::optional<std::uint64_t> retries;  ///< null: as each check has it
  std::string captures;                  ///< folder; empty: where the first report is
};

/// Runs all checks, each in a process of its own, and returns the worst of their exit codes: 70, then the first of 2,
/// 3, 4, 5, 8, 6, 7, 1; 128 + N where signal N stopped it. `say` tells of a failure of ours.
Result<int> run_checks(const run::Host& host,
                       const std::vector<check::Check>& checks,
                       const CheckPlan& plan,
                       Reports& reports,
                       const std::function<void(const Error&)>& say);

}  // namespace whydrop::check_run
