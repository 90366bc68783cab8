#pragma once

#include "auth/calls.hpp"
#include "base/result.hpp"
#include "diagnose/exit_code.hpp"
#include "net/client.hpp"
#include "profile/bindings.hpp"
#include "profile/profile.hpp"
#include "replay/plan.hpp"
#include "replay_run/masked_values.hpp"
#include "run/connector.hpp"
#include "run/destinations.hpp"
#include "run/session.hpp"
#include "run/session_run.hpp"
#include "script/replay_actor.hpp"
#include "session/event.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::replay_run {

/// One session of a replay: the calls that come before it, then what the client did. The values that replies give are
/// its own where it is not alone.
class OneReplay {
 public:
  /// What sessions of one replay have in common.
  struct Settings {
    const run::Session& session;  ///< goes where the replay goes
    run::ProfileInUse& profile;
    const replay::Plan& recorded;
    script::ReplayActor::OpenRecording open;
    script::ReplayActorSettings replaying;  ///< value_of is set by each session
    const MaskedValues& values;
    std::vector<const profile::Call*> calls;  ///< made before each session
    run::Destinations& destinations;
    /// What to connect with, once the calls have been made, by the session's own values.
    std::function<Result<net::ConnectOptions>(const profile::Bindings* bindings)> options;
  };
  using Talk = std::function<void(const std::string&)>;

  /// `run` and `settings` must outlive it. `talk` says a line on standard error; `ended` is called once, on the loop.
  OneReplay(
      run::SessionRun& run, const Settings& settings, bool alone, Talk talk, std::function<void(OneReplay&)> ended);
  ~OneReplay();

  void start();
  void interrupt();

  /// What the exit code has to know of it besides its verdict.
  void tell(diagnose::RunOutcome& outcome) const;
  const session::Verdict& verdict() const { return verdict_; }
  const std::optional<Error>& error() const { return error_; }
  /// Null: it did not come to connect.
  const script::ReplayActor* replaying() const { return replaying_ ? &*replaying_ : nullptr; }
  /// A session opened.
  bool connected() const { return replaying_ && replaying_->open_for(); }
  /// Time since it opened, or, where it did not, since it began.
  std::int64_t lasted_ns() const;
  std::string last_sent() const { return replaying_ ? replaying_->last_sent() : ""; }
  /// Of the answer to the upgrade; 0: there was none.
  int status() const;
  /// A call before the session was refused.
  bool refused() const { return refused_; }

 private:
  profile::Bindings* bindings() { return own_ ? &*own_ : run_.bindings(); }
  void called(auth::CallRunner::Outcome made);
  void connect();
  void fail_with(const Error& error);
  void end();

  run::SessionRun& run_;
  const Settings& settings_;
  Talk talk_;
  std::function<void(OneReplay&)> ended_;
  std::optional<profile::Bindings> own_;
  std::unique_ptr<auth::CallRunner> runner_;
  std::optional<script::ReplayActor> replaying_;
  std::unique_ptr<run::Connector> connector_;
  session::Verdict verdict_;
  std::optional<Error> error_;
  bool refused_ = false;
  std::int64_t started_ns_;
};

}  // namespace whydrop::replay_run
