#include "engine/ping_sweep.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace whydrop::engine {
namespace {

std::string seconds(std::chrono::nanoseconds time) {
  return fmt::format("{:.4g} s", std::chrono::duration<double>(time).count());
}

std::string result_line(const SweepResult& result) {
  std::string fate = "could not connect";
  if (result.survived) {
    fate = "survived: the ping after it was answered";
  } else if (result.opened && result.ended_after) {
    fate = fmt::format("ended after {} ({})", seconds(*result.ended_after), result.how ? name(*result.how) : "unknown");
  } else if (result.opened) {
    fate = "dead: the ping after it was not answered";
  }
  return fmt::format("idle {:<8} {}{}\n",
                     seconds(result.idle),
                     fate,
                     result.server_spoke ? "; the server spoke meanwhile, so the path was not idle" : "");
}

std::string statement(const SweepResult* longest_alive, const SweepResult* shortest_dead) {
  if (longest_alive == nullptr && shortest_dead == nullptr) {
    return "idle limit: unknown, no connection opened\n";
  }
  if (shortest_dead == nullptr) {
    return fmt::format("idle limit: none found up to {}\n", seconds(longest_alive->idle));
  }
  if (shortest_dead->server_spoke || (longest_alive != nullptr && longest_alive->server_spoke)) {
    return "idle limit: unknown, because the server spoke meanwhile; an age limit would end a session in the same "
           "way\n";
  }
  const std::string most = seconds(shortest_dead->ended_after.value_or(shortest_dead->idle));
  if (longest_alive == nullptr) {
    return fmt::format("idle limit: at most {}; try shorter intervals\n", most);
  }
  if (longest_alive->idle > shortest_dead->idle) {
    return fmt::format("idle limit: none is clear, {} of silence survived and {} did not\n",
                       seconds(longest_alive->idle),
                       seconds(shortest_dead->idle));
  }
  return fmt::format(
      "idle limit: over {0} and at most {1}; a ping more often than every {0} may keep this path open: try "
      "--ping-interval\n",
      seconds(longest_alive->idle),
      most);
}

}  // namespace

std::vector<std::chrono::nanoseconds> plan_sweep(std::vector<std::chrono::nanoseconds> intervals) {
  std::sort(intervals.begin(), intervals.end());
  intervals.erase(std::unique(intervals.begin(), intervals.end()), intervals.end());
  return intervals;
}

std::string sweep_report(const std::vector<SweepResult>& results) {
  std::string text;
  const SweepResult* longest_alive = nullptr;
  const SweepResult* shortest_dead = nullptr;
  for (const SweepResult& result : results) {
    text += result_line(result);
    if (result.survived) {
      longest_alive = &result;
    } else if (result.opened && shortest_dead == nullptr) {
      shortest_dead = &result;
    }
  }
  return text + statement(longest_alive, shortest_dead);
}

}  // namespace whydrop::engine
