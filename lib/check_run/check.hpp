#pragma once

#include "base/result.hpp"
#include "check/report.hpp"
#include "check_run/files.hpp"
#include "check_run/runner.hpp"
#include "run/host.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::check_run {

/// Checks that are asked for.
struct CheckRequest {
  std::vector<std::string> files;  ///< files, patterns and folders; "-" is standard input
  std::vector<check::ReportTarget> reports;
  CheckChoice choice;
  CheckPlan plan;
  std::string profile;  ///< a name or a file, in place of the profile that a check names; empty: that one
  std::vector<std::string> allowed_paths;  ///< folders and files that checks may name besides those below their own
  bool list = false;                       ///< they are printed, and none is run
};

/// Runs the checks, or lists them; returns the exit code. Of several mistakes all but the last are told through `say`,
/// and so is what fails while the checks run. Errors: usage and local, all that is known before the first check.
Result<int> run_all(const run::Host& host, const CheckRequest& request, const std::function<void(const Error&)>& say);

/// A recorded session that becomes a check to edit.
struct RecordedCheck {
  std::string file;                    ///< of a capture, a HAR or messages
  std::string profile;                 ///< a name or a file; empty: the one that it was recorded with
  std::string url;                     ///< in place of the recorded one; empty: that one
  std::vector<std::uint32_t> conns{};  ///< which connection; empty: the first that opened
};
/// The text of its file. Errors: usage, also for more than one connection; local.
Result<std::string> recorded_check(const run::Host& host, const RecordedCheck& recorded);

}  // namespace whydrop::check_run
