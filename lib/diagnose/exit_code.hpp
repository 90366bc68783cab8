#pragma once

#include "base/result.hpp"
#include "session/event.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace whydrop::diagnose {

/// What a command knows of its run beside the verdict.
struct RunOutcome {
  int signal = 0;                           ///< number of the signal that stopped the run (2, 15), or 0
  bool usage = false;                       ///< bad flags or configuration
  bool local_failure = false;               ///< a file of the user's or ours could not be read or written
  bool timed_out = false;                   ///< --timeout ran out
  bool call_refused = false;                ///< a REST call was answered with a refusal
  bool expectation_failed = false;          ///< an --expect was not met, a message is invalid
  bool end_compared = false;                ///< what is expected is how another session ended, whatever that was
  bool reports_on_file = false;             ///< inspect and its like: the endings in the file are not the command's own
  std::vector<std::uint16_t> expect_close;  ///< --expect-close
  std::optional<session::Severity> fail_on = session::Severity::error;  ///< --fail-on; null: never
};

/// The exit code of a run. 128 + signal wins; then the first of 2, 3, 4, 5, 8, 6, 7, 1 that holds. Inferred
/// findings never fail a run, and an ending that was asked for is no failure.
int exit_code(const session::Verdict& verdict, const RunOutcome& outcome);

/// That of a command that a failure of ours ends.
int exit_code(ErrorKind kind);

/// The one of two exit codes that stands for both, by the same order.
int leading_exit_code(int a, int b);

/// What `whydrop explain` says of an exit code.
struct ExitCodeWords {
  int code;
  std::string_view title, text, fix;
};
const std::vector<ExitCodeWords>& exit_codes();

}  // namespace whydrop::diagnose
