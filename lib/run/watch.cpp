#include "run/watch.hpp"

#include "base/metrics.hpp"
#include "base/text.hpp"
#include "base/try.hpp"
#include "base/units.hpp"
#include "capture/writer.hpp"
#include "net/metrics_server.hpp"
#include "report/drop_statistics.hpp"
#include "run/session_run.hpp"
#include "session/sink.hpp"

#include <memory>
#include <utility>
#include <variant>

#include <fmt/format.h>

namespace whydrop::run {
namespace {

constexpr std::string_view kNotifier = "notify-send";

/// True for an end that nobody on this side asked for.
bool is_drop(const session::Verdict& verdict) {
  const bool closed = verdict.first_close == session::Side::client && verdict.ended_by == session::EndedBy::client;
  const bool own_fault = verdict.sent && verdict.sent->code && *verdict.sent->code != 1000 && !verdict.cause.empty();
  return (!closed || own_fault) && verdict.cause != "run-interrupted";
}

/// Tells others of drops, and now and then how it goes.
class Watcher final : public session::EventSink {
 public:
  Watcher(SessionRun& run, WatchSettings settings, std::string what)
      : run_(run), settings_(std::move(settings)), what_(std::move(what)) {
    if (settings_.statistics_every.count() > 0 && !run.quiet()) {
      tell_later();
    }
    run.host().tell_service_manager("READY=1\nSTATUS=connecting to " + what_);
  }
  ~Watcher() override { run_.host().tell_service_manager("STOPPING=1"); }
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  Result<void> on_event(const session::Event& event) override {
    statistics_.on_event(event);
    const auto* verdict = std::get_if<session::Verdict>(&event.body);
    if (verdict != nullptr && event.conn != 0 && statistics_.ended()) {
      on_ended(event, *verdict);
    }
    if (const auto* response = std::get_if<session::Response>(&event.body); response && response->status == 101) {
      run_.host().tell_service_manager("STATUS=connected to " + what_);
    }
    return {};
  }
  bool wants_frames() const override { return false; }

  /// Answers whoever asks there. Errors: local.
  Result<void> serve_metrics(const target::ListenAddress& at) {
    metrics_ = std::make_unique<net::MetricsServer>(
        run_.network().sockets(), [this] { return exposition(statistics_.metrics(run_.loop().now_ns())); });
    return metrics_->start(at.host, at.port).map([this](const std::string& url) { run_.talk("metrics at " + url); });
  }

 private:
  void on_ended(const session::Event& event, const session::Verdict& verdict) {
    run_.host().tell_service_manager("STATUS=" + escape_for_terminal(verdict.headline));
    if (!is_drop(verdict)) {
      return;
    }
    // An attempt that fails as the one before is the same drop still.
    const auto& ended = *statistics_.ended();
    const std::string cause = ended.age_ns ? "" : ended.cause;
    if (!cause.empty() && cause == std::exchange(failed_as_, cause)) {
      return;
    }
    failed_as_ = cause;
    os::Command command;
    capture::append_event(command.input, event);
    command.environment = {{"WHYDROP_CAUSE", ended.cause}, {"WHYDROP_CAPTURE", run_.capture_path()}};
    if (!settings_.on_drop.empty()) {
      command.line = settings_.on_drop;
      start(command);
    }
    if (settings_.notify) {
      command.line = fmt::format("exec {} --app-name=whydrop -- '{}' '{}'",
                                 kNotifier,
                                 escape_for_shell(what_ + " dropped"),
                                 escape_for_shell(escape_for_terminal(verdict.headline)));
      start(command);
    }
  }
  /// Posted: its capture is to be written before it reads it, and an event is being told.
  void start(const os::Command& command) {
    run_.loop().post([this, command] { start_now(command); });
  }
  void start_now(const os::Command& command) {
    run_.pipeline().flush();
    if (const auto started = run_.host().start_command(command); !started) {
      run_.talk("warning: " + started.error().message);
    }
    for (const std::string& failure : run_.host().failed_commands()) {
      run_.talk("warning: a command of an earlier drop failed: " + failure);
    }
  }
  void tell_later() {
    run_.loop().after(settings_.statistics_every, [this] {
      run_.talk(format_rfc3339(run_.host().now_ns()) + "  " + statistics_.since_last(run_.loop().now_ns()));
      tell_later();
    });
  }

  SessionRun& run_;
  const WatchSettings settings_;
  const std::string what_;  ///< the server, for people
  report::DropStatistics statistics_;
  std::unique_ptr<net::MetricsServer> metrics_;  ///< null: nobody may ask
  std::string failed_as_;  ///< the cause of the last attempt, where it failed; empty: a session came since
};

}  // namespace

Result<int> watch(const Host& host,
                  Session session,
                  ProfileInUse& profile,
                  bool recognise,
                  script::ClientScript script,
                  const WatchSettings& settings) {
  if (settings.notify && !os::has_program(std::string(kNotifier), host.environment("PATH"))) {
    return fail(ErrorKind::local,
                fmt::format("option --notify: {} is not installed", kNotifier),
                "apt install libnotify-bin, or --on-drop COMMAND");
  }
  const std::string what = session.address   ? session.address->url.origin()
                           : profile.context ? profile.context->profile().title
                                             : std::string();  // without either there is nothing to watch
  ClientPlan plan;
  plan.script = std::move(script);
  plan.script.stays = true;
  plan.endless = true;
  const auto add = [&](SessionRun& run) -> Result<Companion> {
    auto watcher = std::make_shared<Watcher>(run, settings, what);
    if (settings.metrics) {
      WHYDROP_TRY(watcher->serve_metrics(*settings.metrics));
    }
    run.pipeline().add_sink(*watcher);
    return watcher;
  };
  return run_client(host, std::move(session), profile, recognise, std::move(plan), add);
}

}  // namespace whydrop::run
