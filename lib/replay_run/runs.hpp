#pragma once

#include "base/result.hpp"
#include "replay_run/masked_values.hpp"
#include "replay_run/tally.hpp"
#include "run/connector.hpp"
#include "run/prepare.hpp"
#include "run/session.hpp"
#include "script/replay_actor.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace whydrop::replay_run {

/// What every run of a replay has in common.
struct ReplayRunSettings {
  const run::Session& session;  ///< goes where the replay goes
  run::ProfileInUse& profile;
  const replay::Plan& recorded;
  script::ReplayActor::OpenRecording open;
  script::ReplayActorSettings replaying;  ///< value_of is set by each run
  const MaskedValues& values;
  std::vector<const profile::Call*> calls;  ///< made before each session
  run::Destinations& destinations;
  /// What to connect with, once the calls have been made, by the run's own values.
  std::function<Result<net::ConnectOptions>(const profile::Bindings* bindings)> options;
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
  class One;
  void talk(const std::string& line);
  void start_next();
  void ended(One& one);
  void interrupted_by(int number);
  void time_out();
  void tell(const One& one);
  int conclude();

  run::SessionRun& run_;
  ReplayRunSettings plan_;
  std::vector<std::unique_ptr<One>> running_;
  std::unique_ptr<One> last_;  ///< of a single run: told after the verdict
  std::uint64_t started_ = 0;
  std::set<std::string> said_;
  Tally repeats_;
  diagnose::RunOutcome outcome_;
  bool stopped_ = false;
  int code_ = 0;
};

}  // namespace whydrop::replay_run
