#include "run/proxy.hpp"

#include "base/text.hpp"
#include "base/try.hpp"
#include "engine/pipeline_tap.hpp"
#include "relay/relay.hpp"
#include "run/session_run.hpp"

#include <memory>
#include <utility>

#include <fmt/format.h>

namespace whydrop::run {
namespace {

std::string host_and_port(const std::string& host, std::uint16_t port) {
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port) : fmt::format("[{}]:{}", host, port);
}

/// A relay and what came of its sessions.
class ProxyRun {
 public:
  ProxyRun(SessionRun& run, const Session& session, const ProxySettings& settings, net::ConnectOptions upstream)
      : run_(run), session_(session), settings_(settings), tap_(run.pipeline()) {
    relay::RelayOptions options;
    options.host = settings.listen_host;
    options.port = settings.listen_port;
    options.upstream = std::move(upstream);
    options.on_verdict = [this](session::Role role, const session::Verdict& verdict) { on_verdict(role, verdict); };
    relay_.emplace(run.network().sockets(), tap_, std::move(options));
  }

  Result<int> carry_out() {
    const auto port = relay_->start();
    WHYDROP_TRY(port);
    run_.talk(fmt::format(
        "listening on ws://{}, for {}", host_and_port(settings_.listen_host, *port), session_.address->url.origin()));
    relay_->on_link_ended([this] { leave_if_done(); });
    run_.loop().on_signal([this](int number) {
      outcome_.signal = number;
      leave();
    });
    if (settings_.stay_for) {
      run_.loop().after(*settings_.stay_for, [this] { leave(); });
    }
    run_.loop().run();
    return diagnose::leading_exit_code(run_.finish(outcome_), outcome_.signal != 0 ? 0 : worst_);
  }

 private:
  void on_verdict(session::Role role, const session::Verdict& verdict) {
    if (role != session::Role::websocket) {
      return;
    }
    ++sessions_;
    diagnose::RunOutcome outcome;
    outcome.expect_close = session_.expect_close;
    outcome.fail_on = session_.output.fail_on;
    worst_ = diagnose::leading_exit_code(worst_, diagnose::exit_code(verdict, outcome));
  }

  void leave() {
    leaving_ = true;
    relay_->stop_listening();
    relay_->interrupt();
    leave_if_done();
  }

  void leave_if_done() {
    leaving_ = leaving_ || (settings_.once && sessions_ > 0);
    if (leaving_ && relay_->links() == 0) {
      run_.loop().stop();
    }
  }

  SessionRun& run_;
  const Session& session_;
  const ProxySettings& settings_;
  engine::PipelineTap tap_;
  std::optional<relay::Relay> relay_;
  diagnose::RunOutcome outcome_;
  std::uint64_t sessions_ = 0;
  int worst_ = 0;
  bool leaving_ = false;
};

}  // namespace

Result<int> proxy(const Host& host,
                  const Session& session,
                  const ProfileInUse& profile,
                  bool recognise,
                  const ProxySettings& settings) {
  auto upstream = connect_options_of(session, profile);
  WHYDROP_TRY(upstream);
  auto run = SessionRun::make(host, settings_of(session, profile, recognise));
  WHYDROP_TRY(run);
  return ProxyRun(**run, session, settings, std::move(*upstream)).carry_out();
}

}  // namespace whydrop::run
