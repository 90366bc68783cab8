#pragma once

#include "isolate/trial.hpp"
#include "isolate_run/drop.hpp"
#include "isolate_run/recorded_session.hpp"
#include "replay_run/one_replay.hpp"
#include "run/session_run.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::isolate_run {

/// How many sessions may be tried, and how fast.
struct Care {
  std::uint64_t budget = 200, parallel = 1;
  std::optional<std::chrono::nanoseconds> time;  ///< of all; null: no limit
  std::chrono::nanoseconds pace{0};              ///< from the beginning of one session to that of the next
};

/// How long sessions had been open.
struct Ages {
  std::int64_t least_ns = INT64_MAX, most_ns = 0;
};

/// Tries sessions against the server, on the loop of one run and into its capture.
class Runner final : public isolate::Trials {
 public:
  struct Settings {
    replay_run::OneReplay::Settings replay;  ///< of the session as it was recorded
    const RecordedSession& recorded;
    Drop drop;
    Care care;
  };
  Runner(run::SessionRun& run, Settings settings);
  ~Runner() override;

  std::vector<isolate::Outcome> run(const std::vector<isolate::Trial>& sessions) override;
  std::size_t width() const override { return settings_.care.parallel; }

  /// Sessions that were begun.
  std::uint64_t started() const { return started_; }
  /// Why no more was tried before the budget was used: "the server answered 429"; empty: it was not so.
  const std::string& stopped_by() const { return stopped_by_; }
  /// The signal that ended it, or 0.
  int signal() const { return signal_; }
  /// How the sessions that dropped ended, and how often; at most a few.
  const std::map<std::string, std::uint64_t>& endings() const { return endings_; }
  /// The same of those that ended in another way.
  const std::map<std::string, std::uint64_t>& other_endings() const { return other_endings_; }
  /// How long those that dropped had been open.
  const Ages& ages() const { return ages_; }

 private:
  struct One;
  bool may_start() const;
  void start_next();
  void start(std::size_t index);
  void ended(One& one);
  void note(const One& one, isolate::Outcome outcome);
  void stop(std::string why);
  std::chrono::nanoseconds linger_of(const isolate::Trial& trial) const;

  run::SessionRun& run_;
  const Settings settings_;
  const std::vector<isolate::Trial>* sessions_ = nullptr;
  std::vector<std::optional<isolate::Outcome>> outcomes_;
  std::vector<std::unique_ptr<One>> running_;
  std::size_t next_ = 0;
  std::uint64_t started_ = 0;
  std::int64_t began_ns_, last_start_ns_;
  engine::TimerId timer_ = 0;
  std::int64_t longest_hasty_ns_ = 0;
  std::map<std::string, std::uint64_t> endings_, other_endings_;
  Ages ages_;
  std::string stopped_by_;
  int signal_ = 0;
};

}  // namespace whydrop::isolate_run
