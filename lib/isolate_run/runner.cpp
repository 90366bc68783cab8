#include "isolate_run/runner.hpp"

#include "base/time.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace whydrop::isolate_run {
namespace {

using isolate::Outcome;
using isolate::Trial;

// How much later than it ever came a drop is waited for.
constexpr std::int64_t kMargin = 200 * kMillisecond;
constexpr std::size_t kMostEndings = 8;
// What a server says that wants to be left alone. RFC 6585 section 4, RFC 9110 sections 15.5.2, 15.5.4 and 15.6.4.
constexpr int kTooMany = 429, kUnavailable = 503, kUnauthorized = 401, kForbidden = 403;

}  // namespace

/// One session that is being tried.
struct Runner::One {
  const Trial& trial;
  std::size_t index;
  replay_run::OneReplay::Settings settings;
  std::unique_ptr<replay_run::OneReplay> replay{};
};

Runner::Runner(run::SessionRun& run, Settings settings)
    : run_(run),
      settings_(std::move(settings)),
      began_ns_(run.loop().now_ns()),
      last_start_ns_(began_ns_ - settings_.care.pace.count()) {
  run_.loop().on_signal([this](int number) {
    signal_ = number;
    stop("");
  });
}

Runner::~Runner() {
  run_.loop().on_signal([](int) {});
}

bool Runner::may_start() const {
  const auto& time = settings_.care.time;
  return signal_ == 0 && stopped_by_.empty() && started_ < settings_.care.budget &&
         (!time || run_.loop().now_ns() - began_ns_ < time->count());
}

std::vector<Outcome> Runner::run(const std::vector<Trial>& sessions) {
  sessions_ = &sessions;
  outcomes_.assign(sessions.size(), std::nullopt);
  next_ = 0;
  start_next();
  if (!running_.empty() || timer_ != 0) {
    run_.loop().run();
  }
  std::vector<Outcome> told;
  for (const auto& outcome : outcomes_) {
    if (!outcome) {
      break;
    }
    told.push_back(*outcome);
  }
  return told;
}

/// As many as may run at a time, each at its moment.
void Runner::start_next() {
  while (timer_ == 0 && next_ < sessions_->size() && running_.size() < settings_.care.parallel && may_start()) {
    const std::int64_t due = last_start_ns_ + settings_.care.pace.count();
    const std::int64_t now = run_.loop().now_ns();
    if (now < due) {
      timer_ = run_.loop().after(std::chrono::nanoseconds(due - now), [this] {
        timer_ = 0;
        start_next();
      });
      return;
    }
    last_start_ns_ = now;
    start(next_++);
  }
  if (running_.empty() && timer_ == 0) {
    run_.loop().stop();
  }
}

std::chrono::nanoseconds Runner::linger_of(const Trial& trial) const {
  if (settings_.drop.within) {
    return *settings_.drop.within;
  }
  // Without its pauses it is given as long as the recorded session, until it is known how soon it drops then.
  const std::int64_t most = !settings_.recorded.is_hasty(trial) ? settings_.recorded.reaction_ns()
                            : longest_hasty_ns_ > 0             ? longest_hasty_ns_
                                                                : settings_.recorded.duration_ns();
  return std::chrono::nanoseconds(most + most / 4 + kMargin);
}

void Runner::start(std::size_t index) {
  ++started_;
  const Trial& trial = (*sessions_)[index];
  auto one = std::make_unique<One>(One{trial, index, settings_.replay});
  one->settings.replaying.linger = linger_of(trial);
  settings_.recorded.apply(trial, one->settings.replaying);
  one->settings.options = [this, &trial](const profile::Bindings* bindings) {
    return settings_.replay.options(bindings).map([&](net::ConnectOptions options) {
      settings_.recorded.apply(trial, options);
      return options;
    });
  };
  One& made = *one;
  running_.push_back(std::move(one));
  made.replay = std::make_unique<replay_run::OneReplay>(
      run_, made.settings, false, [](const std::string&) {}, [this, &made](replay_run::OneReplay&) { ended(made); });
  made.replay->start();
}

void Runner::ended(One& one) {
  const replay_run::OneReplay& replay = *one.replay;
  const bool unplayed = replay.refused() || replay.error().has_value();
  const Outcome outcome =
      signal_ != 0 ? Outcome::unclear : outcome_of(settings_.drop, {replay.verdict(), replay.connected(), unplayed});
  note(one, outcome);
  if (signal_ == 0) {
    outcomes_[one.index] = outcome;
  }
  const auto place =
      std::find_if(running_.begin(), running_.end(), [&](const auto& other) { return other.get() == &one; });
  running_.erase(place);
  start_next();
}

void Runner::note(const One& one, Outcome outcome) {
  const replay_run::OneReplay& replay = *one.replay;
  if (outcome == Outcome::drop && settings_.recorded.is_hasty(one.trial)) {
    longest_hasty_ns_ = std::max(longest_hasty_ns_, replay.lasted_ns());
  }
  if (outcome == Outcome::drop) {
    ages_.least_ns = std::min(ages_.least_ns, replay.lasted_ns());
    ages_.most_ns = std::max(ages_.most_ns, replay.lasted_ns());
  }
  auto& told = outcome == Outcome::drop ? endings_ : other_endings_;
  const std::string ending = ending_of(replay.verdict());
  if (outcome != Outcome::alive && (told.size() < kMostEndings || told.count(ending) > 0)) {
    ++told[ending];
  }
  const int status = replay.status();
  const bool unasked = settings_.drop.kind != Drop::Kind::refused && !settings_.recorded.changes_handshake(one.trial);
  if (status == kTooMany || status == kUnavailable || (unasked && (status == kUnauthorized || status == kForbidden))) {
    stop(fmt::format("the server answered {}", status));
  }
}

void Runner::stop(std::string why) {
  stopped_by_ = std::move(why);
  if (timer_ != 0) {
    run_.loop().cancel(std::exchange(timer_, 0));
  }
  for (const auto& one : running_) {
    one->replay->interrupt();
  }
  if (running_.empty()) {
    run_.loop().stop();
  }
}

}  // namespace whydrop::isolate_run
