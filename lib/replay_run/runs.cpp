#include "replay_run/runs.hpp"

#include "base/text.hpp"
#include "base/units.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace whydrop::replay_run {
namespace {

// Lines that many runs may say on standard error.
constexpr std::size_t kMostSaid = 100;

}  // namespace

ReplayRuns::ReplayRuns(run::SessionRun& run, ReplayRunSettings plan) : run_(run), plan_(std::move(plan)) {}
ReplayRuns::~ReplayRuns() = default;

int ReplayRuns::carry_out() {
  run_.loop().on_signal([this](int number) { interrupted_by(number); });
  run_.on_reader_gone([this] { interrupted_by(0); });
  if (plan_.one.session.timeout) {
    run_.loop().after(*plan_.one.session.timeout, [this] { time_out(); });
  }
  const std::uint64_t at_once = std::min(plan_.parallel, plan_.count);
  for (std::uint64_t i = 0; i < at_once; ++i) {
    start_next();
  }
  run_.loop().run();
  run_.loop().on_signal([](int) {});
  return conclude();
}

/// What many runs have to say alike is said once.
void ReplayRuns::talk(const std::string& line) {
  if (plan_.count == 1 || (said_.size() < kMostSaid && said_.insert(line).second)) {
    run_.talk(line);
  }
}

void ReplayRuns::start_next() {
  ++started_;
  running_.push_back(std::make_unique<OneReplay>(
      run_,
      plan_.one,
      plan_.count == 1,
      [this](const std::string& line) { talk(line); },
      [this](OneReplay& one) { ended(one); }));
  running_.back()->start();
}

void ReplayRuns::ended(OneReplay& one) {
  const auto place =
      std::find_if(running_.begin(), running_.end(), [&](const auto& other) { return other.get() == &one; });
  last_ = std::move(*place);
  running_.erase(place);
  if (plan_.count > 1) {
    diagnose::RunOutcome outcome;
    outcome.expect_close = plan_.one.session.expect_close;
    outcome.fail_on.reset();
    one.tell(outcome);
    Repeat repeat{one.verdict(), one.connected(), true, one.lasted_ns(), one.last_sent()};
    const int code = diagnose::exit_code(one.verdict(), outcome);
    repeat.survived = repeat.connected && code == 0;
    if (!stopped_) {
      repeats_.add(repeat);
      code_ = diagnose::leading_exit_code(code_, code);
    }
  }
  if (!stopped_ && started_ < plan_.count) {
    start_next();
  } else if (running_.empty()) {
    run_.loop().stop();
  }
}

void ReplayRuns::interrupted_by(int number) {
  outcome_.signal = number;
  stopped_ = true;
  for (const auto& one : running_) {
    one->interrupt();
  }
}

void ReplayRuns::time_out() {
  outcome_.timed_out = true;
  const script::ReplayActor* replaying = running_.empty() ? nullptr : running_.front()->replaying();
  const bool open = replaying != nullptr && replaying->open_for();
  const std::string why = !open                          ? ": no session is open"
                          : replaying->missing().empty() ? ""
                                                         : ": waited for " + replaying->missing();
  run_.talk(fmt::format("--timeout ran out after {}{}", format_duration(plan_.one.session.timeout->count()), why));
  interrupted_by(outcome_.signal);
}

namespace {

bool end_is_known(const replay::Over& over) {
  return over.received || over.sent || (over.ending && over.ending->how != session::EndingHow::capture_ended);
}

}  // namespace

int ReplayRuns::conclude() {
  if (plan_.count > 1) {
    outcome_.reports_on_file = !outcome_.timed_out;
    outcome_.fail_on.reset();
    const int code = diagnose::leading_exit_code(run_.finish(outcome_), code_);
    return run_.data().write(repeats_.text(plan_.count, plan_.parallel)) ? code : 3;
  }
  last_->tell(outcome_);
  if (plan_.differs) {
    outcome_.end_compared = end_is_known(plan_.one.recorded.over);
    outcome_.expectation_failed = plan_.differs() || outcome_.expectation_failed;
  }
  if (!plan_.findings_fail) {
    outcome_.fail_on.reset();
  }
  const int code = run_.finish(outcome_);
  tell(*last_);
  return code;
}

namespace {

/// How a session ended that no Close of the client's ended: "the server closed with 4001", or empty.
std::string ending_words(const std::optional<session::Side>& first,
                         const std::optional<session::CloseSeen>& received,
                         const std::optional<session::EndingHow>& how) {
  if (first) {
    return *first == session::Side::server && received ? "the server " + script::close_words(*received) : "";
  }
  std::string words = how && *how != session::EndingHow::capture_ended ? std::string(session::name(*how)) : "";
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

std::string ending_words(const replay::Over& over) {
  std::optional<session::Side> first;
  if (over.received || over.sent) {
    first = script::server_closed_first(over) ? session::Side::server : session::Side::client;
  }
  return ending_words(first, over.received, over.ending ? std::optional(over.ending->how) : std::nullopt);
}

}  // namespace

/// How far a single run came, and whether it ended as the recording did.
void ReplayRuns::tell(const OneReplay& one) {
  const script::ReplayActor* replaying = one.replaying();
  if (replaying == nullptr || !replaying->open_for()) {
    return;
  }
  if (replaying->error() && replaying->sent() >= plan_.one.recorded.messages) {
    return;  // it has told what did not come after the last message
  }
  if (!replaying->complete()) {
    run_.talk(fmt::format("{} after {} of {} messages",
                          replaying->error() ? "it stopped" : "the session ended",
                          replaying->sent(),
                          plan_.one.recorded.messages));
    return;
  }
  const session::Verdict& verdict = one.verdict();
  const std::string then = ending_words(plan_.one.recorded.over);
  const std::string now = ending_words(verdict.first_close, verdict.received, verdict.how);
  if (then == now && !then.empty()) {
    run_.talk("it ended as in the recording: " + now);
  } else if (then != now && (!then.empty() || plan_.one.recorded.over.sent)) {
    run_.talk(fmt::format("it ended otherwise than in the recording, where {}",
                          then.empty() ? "the client " + script::close_words(*plan_.one.recorded.over.sent)
                          : plan_.one.recorded.over.received ? then
                                                             : fmt::format("it ended without a Close ({})", then)));
  }
}

}  // namespace whydrop::replay_run
