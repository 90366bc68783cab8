#include "replay_run/one_replay.hpp"

#include "base/error_text.hpp"
#include "run/calls.hpp"

#include <utility>

namespace whydrop::replay_run {

OneReplay::OneReplay(
    run::SessionRun& run, const Settings& settings, bool alone, Talk talk, std::function<void(OneReplay&)> ended)
    : run_(run),
      settings_(settings),
      talk_(std::move(talk)),
      ended_(std::move(ended)),
      started_ns_(run.loop().now_ns()) {
  if (profile::Bindings* values = run_.bindings(); values != nullptr && !alone) {
    own_.emplace(*values);
  }
}

OneReplay::~OneReplay() = default;

void OneReplay::start() {
  if (settings_.calls.empty()) {
    connect();
    return;
  }
  run::ProfileContext& context = *settings_.profile.context;
  auth::Store* store = own_ ? nullptr : context.store();
  runner_ = std::make_unique<auth::CallRunner>(
      run::call_parts(run_, settings_.session.endpoint, context, *bindings(), store, settings_.destinations));
  runner_->start(settings_.calls, [this](auth::CallRunner::Outcome made) { called(std::move(made)); });
}

void OneReplay::interrupt() {
  if (connector_) {
    connector_->interrupt();
  } else if (runner_) {
    runner_->cancel();
  }
}

void OneReplay::tell(diagnose::RunOutcome& outcome) const {
  outcome.call_refused = refused_;
  outcome.usage = error_ && error_->kind == ErrorKind::usage;
  outcome.local_failure = error_ && error_->kind == ErrorKind::local;
  outcome.expectation_failed = replaying_ && replaying_->open_for() && !replaying_->complete();
}

std::int64_t OneReplay::lasted_ns() const {
  return connected() ? *replaying_->open_for() : run_.loop().now_ns() - started_ns_;
}

int OneReplay::status() const {
  const handshake::Head* answer = connector_ ? connector_->response() : nullptr;
  return answer != nullptr ? answer->status : 0;
}

void OneReplay::called(auth::CallRunner::Outcome made) {
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

void OneReplay::connect() {
  auto options = settings_.options(bindings());
  if (!options) {
    fail_with(options.error());
    end();
    return;
  }
  script::ReplayActorSettings replaying = settings_.replaying;
  replaying.player.value_of = [this](const std::string& variable) -> std::optional<std::string> {
    const auto found = settings_.values.find(variable, bindings());
    return found ? std::optional(found->value) : std::nullopt;
  };
  replaying.player.on_secret = [this](const std::string& variable, const std::string& value) {
    run_.pipeline().add_secret({variable, value});
  };
  replaying_.emplace(run_.loop(), talk_, settings_.open, settings_.recorded, std::move(replaying));
  connector_ = std::make_unique<run::Connector>(
      run_,
      *replaying_,
      settings_.session.endpoint,
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

void OneReplay::fail_with(const Error& error) {
  run_.talk(error_text(error));
  error_ = error;
}

/// Posted: what calls this is part of what goes then.
void OneReplay::end() {
  if (replaying_ && replaying_->error() && !error_) {
    error_ = replaying_->error();  // told already
  }
  run_.loop().post([this] { ended_(*this); });
}

}  // namespace whydrop::replay_run
