#pragma once

#include "base/result.hpp"
#include "cli/connector.hpp"
#include "cli/ground.hpp"
#include "cli/rebinding.hpp"
#include "cli/repeats.hpp"
#include "cli/replaying.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace whydrop::cli {

/// What every run of a replay has in common.
struct ReplayRunsPlan {
  const SessionFlags& flags;
  SessionProfile& profile;
  const replay::Plan& recorded;
  Replaying::OpenRecording open;
  ReplayingPlan replaying;  ///< value_of is set by each run
  const Rebinding& values;
  std::vector<const profile::Call*> calls;  ///< made before each session
  std::string at;
  /// What to connect with, once the calls have been made, by the run's own values.
  std::function<Result<net::ConnectOptions>(const profile::Bindings* bindings)> options;
  std::uint64_t count = 1, parallel = 1;
  /// Null unless the session is compared with the recorded one: then that one's end, where it is known, is what is
  /// expected, and this says whether they differ. Asked once, after the end.
  std::function<bool()> differs;
  bool findings_fail = true;  ///< a finding at or above --fail-on makes the exit code 1
};

/// Runs a replay as often as asked for, some at a time, on one loop and into one capture.
class ReplayRuns {
 public:
  ReplayRuns(SessionRun& run, ReplayRunsPlan plan);
  ~ReplayRuns();
  /// Returns the exit code; the verdict, or the summary of many, is said.
  int carry_out();

 private:
  class One;
  void talk(const std::string& line);
  void start_next();
  void ended(One& one);
  void interrupted_by(int number);
  void time_out();
  void tell(const One& one);
  int conclude();

  SessionRun& run_;
  ReplayRunsPlan plan_;
  std::vector<std::unique_ptr<One>> running_;
  std::unique_ptr<One> last_;  ///< of a single run: told after the verdict
  std::uint64_t started_ = 0;
  std::set<std::string> said_;
  Repeats repeats_;
  diagnose::RunOutcome outcome_;
  bool stopped_ = false;
  int code_ = 0;
};

}  // namespace whydrop::cli
