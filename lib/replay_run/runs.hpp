#pragma once

#include "base/result.hpp"
#include "replay_run/one_replay.hpp"
#include "replay_run/tally.hpp"
#include "run/session_run.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace whydrop::replay_run {

/// Replays of one recording.
struct ReplayRunSettings {
  OneReplay::Settings one;
  std::uint64_t count = 1, parallel = 1;
  /// Null unless the session is compared with the recorded one: then that one's end, where it is known, is what is
  /// expected, and this says whether they differ. Asked once, after the end.
  std::function<bool()> differs;
  bool findings_fail = true;  ///< a finding at or above the session's fail_on makes the exit code 1
};

/// Runs a replay as often as asked for, some at a time, on one loop and into one capture.
class ReplayRuns {
 public:
  ReplayRuns(run::SessionRun& run, ReplayRunSettings plan);
  ~ReplayRuns();
  /// Returns the exit code; the verdict, or the summary of many, is said.
  int carry_out();

 private:
  void talk(const std::string& line);
  void start_next();
  void ended(OneReplay& one);
  void interrupted_by(int number);
  void time_out();
  void tell(const OneReplay& one);
  int conclude();

  run::SessionRun& run_;
  ReplayRunSettings plan_;
  std::vector<std::unique_ptr<OneReplay>> running_;
  std::unique_ptr<OneReplay> last_;  ///< of a single run: told after the verdict
  std::uint64_t started_ = 0;
  std::set<std::string> said_;
  Tally repeats_;
  diagnose::RunOutcome outcome_;
  bool stopped_ = false;
  int code_ = 0;
};

}  // namespace whydrop::replay_run
