#pragma once

#include "session/event.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::engine {

/// What became of a connection that was left idle for `idle` and then pinged.
struct SweepResult {
  std::chrono::nanoseconds idle{0};
  bool opened = false;
  bool server_spoke = false;                              ///< it sent something meanwhile, so the path was not idle
  bool survived = false;                                  ///< the ping after the silence was answered
  std::optional<std::chrono::nanoseconds> ended_after{};  ///< silence before the end, where it ended
  std::optional<session::EndingHow> how{};                ///< how it ended, where it did
};

/// Sorted, without repeats.
std::vector<std::chrono::nanoseconds> plan_sweep(std::vector<std::chrono::nanoseconds> intervals);
/// One line for each result, and a last one that states the idle limit that was found. `results` in order of `idle`.
std::string sweep_report(const std::vector<SweepResult>& results);

}  // namespace whydrop::engine
