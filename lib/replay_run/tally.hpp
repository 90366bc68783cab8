#pragma once

#include "session/event.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace whydrop::replay_run {

/// How one of many runs ended.
struct Repeat {
  session::Verdict verdict;
  bool connected = true;  ///< a session opened
  bool survived = true;   ///< it ended as this side meant it to, or as was asked for
  std::int64_t lasted_ns = 0;
  std::string last_sent;  ///< "the 2nd typing", or empty: nothing was
};

/// What many runs of one thing have in common, and what not. Memory: a number a run.
class Tally {
 public:
  void add(const Repeat& repeat);
  std::uint64_t runs() const { return runs_; }
  /// The table of endings and what those that did not survive share. `wanted`: runs that were asked for.
  std::string text(std::uint64_t wanted, std::uint64_t parallel) const;

 private:
  struct Ending {
    std::string code, how;
    bool operator<(const Ending& other) const { return std::tie(code, how) < std::tie(other.code, other.how); }
  };
  static Ending ending_of(const Repeat& repeat);
  /// What became of a run that did not survive.
  enum class Fate : std::uint8_t { dropped, failed, not_opened };
  static Fate fate_of(const Repeat& repeat);
  using Places = std::map<std::string, std::uint64_t>;  ///< last messages, and how often each was the last
  std::string told(Fate fate) const;

  std::uint64_t runs_ = 0, survived_ = 0;
  std::map<Ending, std::vector<std::int64_t>> endings_;  ///< how long each lasted
  std::array<Places, 3> after_;                          ///< by fate
};

}  // namespace whydrop::replay_run
