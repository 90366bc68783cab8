#include "isolate/judge.hpp"

#include <algorithm>

namespace whydrop::isolate {
namespace {

/// A session that cannot be told apart after so many runs is between both kinds.
constexpr std::uint64_t kMostRuns = 80;
constexpr std::uint64_t kMostUnclear = 2;

}  // namespace

void Judge::run(const std::vector<Trial>& sessions) {
  const std::vector<Outcome> outcomes = trials_.run(sessions);
  stopped_ = stopped_ || outcomes.size() < sessions.size();
  runs_ += outcomes.size();
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    counts_[sessions[i]].add(outcomes[i]);
  }
}

Count Judge::count(const Trial& session) const {
  const auto found = counts_.find(session);
  return found != counts_.end() ? found->second : Count();
}

std::optional<bool> Judge::decided(const Trial& session) const {
  const Count known = count(session);
  Sprt test(rates_);
  for (std::uint64_t i = 0; i < known.runs(); ++i) {
    test.add(i < known.drops);
  }
  return test.decided();
}

bool Judge::one_run_decides() const {
  Sprt test(rates_);
  test.add(false);
  return test.decided().has_value();
}

Answer Judge::answer(const Trial& session) const {
  const auto drops = decided(session);
  const Count known = count(session);
  return !drops                       ? Answer::unclear
         : *drops                     ? Answer::drops
         : known.alive < known.others ? Answer::otherwise
                                      : Answer::lives;
}

Answer Judge::ask(const Trial& session) {
  while (!stopped_ && !decided(session)) {
    const Count known = count(session);
    if (known.runs() >= kMostRuns || (known.runs() == 0 && known.unclear >= kMostUnclear)) {
      break;
    }
    run(std::vector<Trial>(one_run_decides() ? 1 : trials_.width(), session));
  }
  return answer(session);
}

std::optional<std::size_t> Judge::first_that_drops(const std::vector<Trial>& sessions) {
  // Those that are tried together may be more than are needed; alone they would take as long.
  const std::size_t width = one_run_decides() ? std::max<std::size_t>(trials_.width(), 1) : 1;
  for (std::size_t from = 0; from < sessions.size() && !stopped_; from += width) {
    const std::size_t to = std::min(from + width, sessions.size());
    std::vector<Trial> unknown;
    std::copy_if(sessions.begin() + static_cast<std::ptrdiff_t>(from),
                 sessions.begin() + static_cast<std::ptrdiff_t>(to),
                 std::back_inserter(unknown),
                 [this](const Trial& session) { return counts_.count(session) == 0; });
    if (width > 1 && !unknown.empty()) {
      run(unknown);
    }
    for (std::size_t i = from; i < to; ++i) {
      if (ask(sessions[i]) == Answer::drops) {
        return i;
      }
    }
  }
  return std::nullopt;
}

void Judge::repeat(const Trial& session, std::uint64_t times) {
  while (times > 0 && !stopped_) {
    const std::uint64_t now = std::min<std::uint64_t>(times, std::max<std::size_t>(trials_.width(), 1));
    run(std::vector<Trial>(now, session));
    times -= now;
  }
}

}  // namespace whydrop::isolate
