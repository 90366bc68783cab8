#include "run/proxy.hpp"

#include "base/metrics.hpp"
#include "base/text.hpp"
#include "base/try.hpp"
#include "engine/pipeline_tap.hpp"
#include "net/authority.hpp"
#include "net/metrics_server.hpp"
#include "net/url.hpp"
#include "relay/relay.hpp"
#include "report/drop_statistics.hpp"
#include "run/proxy_authority.hpp"
#include "run/session_run.hpp"
#include "session/sink.hpp"
#include "target/endpoint.hpp"

#include <memory>
#include <utility>

#include <fmt/format.h>

namespace whydrop::run {
namespace {

/// A relay and what came of its sessions.
class ProxyRun {
 public:
  ProxyRun(SessionRun& run, const Session& session, const ProxySettings& settings)
      : run_(run),
        session_(session),
        settings_(settings),
        tap_(run.pipeline()),
        state_(settings.seed == 0 ? 1 : settings.seed) {
    relay::RelayOptions options;
    options.host = settings.listen_host;
    options.port = settings.listen_port;
    if (session.address) {
      options.to = session.address->url;
    }
    options.connect = [&session](const net::Url& url) { return target::connect_options(session.endpoint, url); };
    options.rewrite = rules_of(session, settings);
    options.certificate = [this](const std::string& name) { return certificate_for(name); };
    options.faults = settings.faults;
    options.random = [this] { return chance(); };
    options.pass_tls = settings.pass_tls;
    options.serves_others = settings.serves_others;
    options.max_links = settings.max_links;
    options.on_verdict = [this](session::Role role, const session::Verdict& verdict) { on_verdict(role, verdict); };
    options.log = [this](std::string_view line) { run_.talk(std::string(line)); };
    relay_.emplace(run.network().sockets(), tap_, std::move(options));
  }

  Result<int> carry_out() {
    const auto port = relay_->start();
    WHYDROP_TRY(port);
    const std::string where = net::host_and_port(settings_.listen_host, *port);
    run_.talk(session_.address ? fmt::format("listening on ws://{}, for {}", where, session_.address->url.origin())
                               : fmt::format("listening on http://{}, a proxy for HTTP and SOCKS5", where));
    relay_->on_link_ended([this] { leave_if_done(); });
    run_.loop().on_signal([this](int number) { interrupted_by(number); });
    if (settings_.metrics) {
      WHYDROP_TRY(serve_metrics(*settings_.metrics));
    }
    if (settings_.stay_for) {
      run_.loop().after(*settings_.stay_for, [this] { leave(); });
    }
    run_.loop().run();
    return diagnose::leading_exit_code(run_.finish(outcome_), outcome_.signal != 0 ? 0 : worst_);
  }

 private:
  static relay::RewriteRules rules_of(const Session& session, const ProxySettings& settings) {
    relay::RewriteRules rules;
    rules.host = settings.host_header;
    rules.origin = settings.origin_header;
    if (session.address && rules.host && rules.host->empty()) {
      rules.host = session.address->url.host_header();
    }
    if (session.address && rules.origin && rules.origin->empty()) {
      const net::Url& url = session.address->url;
      rules.origin = (url.tls ? "https://" : "http://") + url.host_header();
    }
    return rules;
  }

  Result<void> serve_metrics(const target::ListenAddress& at) {
    run_.pipeline().add_sink(counted_);
    metrics_ = std::make_unique<net::MetricsServer>(run_.network().sockets(), [this] { return metrics_text(); });
    return metrics_->start(at.host, at.port).map([this](const std::string& url) { run_.talk("metrics at " + url); });
  }

  std::string metrics_text() const {
    using Type = Metric::Type;
    const auto number = [](std::uint64_t value) { return fmt::format("{}", value); };
    const relay::Traffic traffic = relay_->traffic();
    auto metrics = counted_.statistics.metrics(run_.loop().now_ns());
    metrics.push_back(
        {"whydrop_relay_connections_open", Type::gauge, "Clients that are connected.", {{number(relay_->links())}}});
    metrics.push_back(
        {"whydrop_relay_bytes_total",
         Type::counter,
         "Bytes that were passed on, by the side that sent them.",
         {{number(traffic.client_bytes), {{"from", "client"}}}, {number(traffic.server_bytes), {{"from", "server"}}}}});
    metrics.push_back({"whydrop_relay_added_seconds",
                       Type::summary,
                       "From reading a piece of a side's bytes to handing it to the other side's socket.",
                       {{metric_seconds(traffic.added_ns), {}, "_sum"}, {number(traffic.pieces), {}, "_count"}}});
    return exposition(metrics);
  }

  /// The authority is made when a client first speaks TLS.
  Result<net::SslContext> certificate_for(const std::string& name) {
    if (!authority_) {
      auto authority = proxy_authority(run_.host());
      WHYDROP_TRY(authority);
      authority_.emplace(std::move(*authority));
    }
    return authority_->server_context(name);
  }

  /// The first time as the settings say, the second time at once.
  void interrupted_by(int number) {
    const bool waits = settings_.drain && outcome_.signal == 0;
    outcome_.signal = number;
    if (!waits) {
      leave();
      return;
    }
    relay_->stop_listening();
    leaving_ = true;
    if (relay_->links() > 0) {
      run_.talk(fmt::format("waiting for {} to end; once more ends them", counted(relay_->links(), "connection")));
    }
    leave_if_done();
  }

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

  /// A number of [0, 1): the same seed breaks the same things. Marsaglia's xorshift32.
  double chance() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return static_cast<double>(state_) / 4294967296.0;
  }

  SessionRun& run_;
  const Session& session_;
  const ProxySettings& settings_;
  engine::PipelineTap tap_;
  std::optional<net::CertificateAuthority> authority_;  ///< null: no client spoke TLS yet
  std::optional<relay::Relay> relay_;
  struct Counted final : session::EventSink {
    Result<void> on_event(const session::Event& event) override {
      statistics.on_event(event);
      return {};
    }
    bool wants_frames() const override { return false; }
    report::DropStatistics statistics;
  } counted_;
  std::unique_ptr<net::MetricsServer> metrics_;  ///< null: nobody may ask
  diagnose::RunOutcome outcome_;
  std::uint64_t sessions_ = 0;
  int worst_ = 0;
  std::uint32_t state_ = 1;
  bool leaving_ = false;
};

}  // namespace

Result<int> proxy(const Host& host,
                  const Session& session,
                  const ProfileInUse& profile,
                  bool recognise,
                  const ProxySettings& settings) {
  if (session.address) {  // a mistake is told before anybody connects
    WHYDROP_TRY(target::connect_options(session.endpoint, session.address->url));
  }
  auto run = SessionRun::make(host, settings_of(session, profile, recognise));
  WHYDROP_TRY(run);
  return ProxyRun(**run, session, settings).carry_out();
}

}  // namespace whydrop::run
