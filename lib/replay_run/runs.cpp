#include "replay_run/runs.hpp"

#include "auth/calls.hpp"
#include "base/error_text.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "run/calls.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace whydrop::replay_run {
namespace {

// Lines that many runs may say on standard error.
constexpr std::size_t kMostSaid = 100;

}  // namespace

/// One run: its calls, then its session. The values that replies give are its own where there are several.
class ReplayRuns::One {
 public:
  One(ReplayRuns& runs, bool alone) : runs_(runs), run_(runs.run_), plan_(runs.plan_) {
    if (profile::Bindings* values = run_.bindings(); values != nullptr && !alone) {
      own_.emplace(*values);
    }
  }

  void start() {
    if (plan_.calls.empty()) {
      connect();
      return;
    }
    auth::Store* store = own_ ? nullptr : plan_.profile.context->store();
    runner_ = std::make_unique<auth::CallRunner>(
        run::call_parts(run_, plan_.session.endpoint, *plan_.profile.context, *bindings(), store, plan_.destinations));
    runner_->start(plan_.calls, [this](auth::CallRunner::Outcome made) { called(std::move(made)); });
  }

  void interrupt() {
    if (connector_) {
      connector_->interrupt();
    } else if (runner_) {
      runner_->cancel();
    }
  }

  /// What the exit code has to know of it besides its verdict.
  void tell(diagnose::RunOutcome& outcome) const {
    outcome.call_refused = refused_;
    outcome.usage = error_ && error_->kind == ErrorKind::usage;
    outcome.local_failure = error_ && error_->kind == ErrorKind::local;
    outcome.expectation_failed = replaying_ && replaying_->open_for() && !replaying_->complete();
  }
  Repeat repeat() const {
    Repeat made;
    made.verdict = verdict_;
    made.connected = replaying_ && replaying_->open_for();
    made.lasted_ns = made.connected ? *replaying_->open_for() : run_.loop().now_ns() - started_ns_;
    made.last_sent = replaying_ ? replaying_->last_sent() : "";
    return made;
  }
  const session::Verdict& verdict() const { return verdict_; }
  const std::optional<Error>& error() const { return error_; }
  const script::ReplayActor* replaying() const { return replaying_ ? &*replaying_ : nullptr; }

 private:
  profile::Bindings* bindings() { return own_ ? &*own_ : run_.bindings(); }

  void called(auth::CallRunner::Outcome made) {
    if (made.complete) {
      connect();
      return;
    }
    refused_ = true;
    if (made.error) {
      fail_with(*made.error);
    }
    end();
  }

  void connect() {
    auto options = plan_.options(bindings());
    if (!options) {
      fail_with(options.error());
      end();
      return;
    }
    script::ReplayActorSettings replaying = plan_.replaying;
    replaying.player.value_of = [this](const std::string& variable) -> std::optional<std::string> {
      const auto found = plan_.values.find(variable, bindings());
      return found ? std::optional(found->value) : std::nullopt;
    };
    replaying.player.on_secret = [this](const std::string& variable, const std::string& value) {
      run_.pipeline().add_secret({variable, value});
    };
    replaying_.emplace(
        run_.loop(),
        [this](const std::string& line) { runs_.talk(line); },
        plan_.open,
        plan_.recorded,
        std::move(replaying));
    connector_ = std::make_unique<run::Connector>(
        run_,
        *replaying_,
        plan_.session.endpoint,
        std::move(*options),
        engine::ReconnectPolicy::Limits(),
        [this](const session::Verdict& verdict) {
          replaying_->on_gone();
          verdict_ = verdict;
          return false;
        },
        own_ ? &*own_ : nullptr);
    connector_->start([this] { end(); });
  }

  void fail_with(const Error& error) {
    run_.talk(error_text(error));
    error_ = error;
  }

  /// Posted: what calls this is part of what goes then.
  void end() {
    if (replaying_ && replaying_->error() && !error_) {
      error_ = replaying_->error();  // told already
    }
    run_.loop().post([this] { runs_.ended(*this); });
  }

  ReplayRuns& runs_;
  run::SessionRun& run_;
  const ReplayRunSettings& plan_;
  std::optional<profile::Bindings> own_;
  std::unique_ptr<auth::CallRunner> runner_;
  std::optional<script::ReplayActor> replaying_;
  std::unique_ptr<run::Connector> connector_;
  session::Verdict verdict_;
  std::optional<Error> error_;
  bool refused_ = false;
  std::int64_t started_ns_ = run_.loop().now_ns();
};

ReplayRuns::ReplayRuns(run::SessionRun& run, ReplayRunSettings plan) : run_(run), plan_(std::move(plan)) {}
ReplayRuns::~ReplayRuns() = default;

int ReplayRuns::carry_out() {
  run_.loop().on_signal([this](int number) { interrupted_by(number); });
  run_.on_reader_gone([this] { interrupted_by(0); });
  if (plan_.session.timeout) {
    run_.loop().after(*plan_.session.timeout, [this] { time_out(); });
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
  running_.push_back(std::make_unique<One>(*this, plan_.count == 1));
  running_.back()->start();
}

void ReplayRuns::ended(One& one) {
  const auto place =
      std::find_if(running_.begin(), running_.end(), [&](const auto& other) { return other.get() == &one; });
  last_ = std::move(*place);
  running_.erase(place);
  if (plan_.count > 1) {
    diagnose::RunOutcome outcome;
    outcome.expect_close = plan_.session.expect_close;
    outcome.fail_on.reset();
    one.tell(outcome);
    Repeat repeat = one.repeat();
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
  run_.talk(fmt::format("--timeout ran out after {}{}", format_duration(plan_.session.timeout->count()), why));
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
    outcome_.end_compared = end_is_known(plan_.recorded.over);
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
void ReplayRuns::tell(const One& one) {
  const script::ReplayActor* replaying = one.replaying();
  if (replaying == nullptr || !replaying->open_for()) {
    return;
  }
  if (replaying->error() && replaying->sent() >= plan_.recorded.messages) {
    return;  // it has told what did not come after the last message
  }
  if (!replaying->complete()) {
    run_.talk(fmt::format("{} after {} of {} messages",
                          replaying->error() ? "it stopped" : "the session ended",
                          replaying->sent(),
                          plan_.recorded.messages));
    return;
  }
  const session::Verdict& verdict = one.verdict();
  const std::string then = ending_words(plan_.recorded.over);
  const std::string now = ending_words(verdict.first_close, verdict.received, verdict.how);
  if (then == now && !then.empty()) {
    run_.talk("it ended as in the recording: " + now);
  } else if (then != now && (!then.empty() || plan_.recorded.over.sent)) {
    run_.talk(fmt::format("it ended otherwise than in the recording, where {}",
                          then.empty() ? "the client " + script::close_words(*plan_.recorded.over.sent)
                          : plan_.recorded.over.received ? then
                                                         : fmt::format("it ended without a Close ({})", then)));
  }
}

}  // namespace whydrop::replay_run
