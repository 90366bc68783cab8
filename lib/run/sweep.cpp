#include "run/sweep.hpp"

#include "base/try.hpp"
#include "base/units.hpp"
#include "engine/ping_sweep.hpp"
#include "engine/pipeline_tap.hpp"
#include "run/prepare.hpp"

#include <memory>

#include <fmt/format.h>

namespace whydrop::run {
namespace {

constexpr std::string_view kPing = "whydrop-sweep";

/// Runs the connections of a sweep one after the other, shortest silence first, until one has died.
class Sweep final : public engine::Actor {
 public:
  Sweep(SessionRun& run,
        const Session& session,
        net::ConnectOptions options,
        std::vector<std::chrono::nanoseconds> intervals)
      : run_(run), tap_(run.pipeline()), session_(session), options_(std::move(options)), left_(std::move(intervals)) {
    options_.ping_interval = std::chrono::nanoseconds(0);
  }

  int carry_out() {
    run_.loop().on_signal([this](int number) {
      outcome_.signal = number;
      connection_->interrupt();
    });
    if (session_.timeout) {
      run_.loop().after(*session_.timeout, [this] {
        outcome_.timed_out = true;
        connection_->interrupt();
      });
    }
    next();
    run_.loop().run();
    return conclude();
  }

  void on_open(engine::Channel& channel) override {
    current().opened = true;
    heard_ns_ = run_.loop().now_ns();
    timer_ = run_.loop().after(current().idle, [this, &channel] { ping(channel); });
  }

  void on_event(engine::Channel& channel, const session::Event& event) override {
    const auto* frame = std::get_if<session::Frame>(&event.body);
    if (frame == nullptr || frame->from != session::Side::server) {
      return;
    }
    if (pinged_ && frame->header.opcode == wire::Opcode::pong && frame->payload == kPing) {
      current().survived = true;
      run_.loop().cancel(timer_);
      channel.close(1000, "");
    } else if (frame->header.opcode != wire::Opcode::close && !pinged_) {
      current().server_spoke = true;
      heard_ns_ = event.t_ns;
    }
  }

 private:
  engine::SweepResult& current() { return results_.back(); }

  void next() {
    results_.push_back({left_.front()});
    left_.erase(left_.begin());
    pinged_ = false;
    run_.talk(fmt::format("sweep: {} of silence", format_duration(current().idle.count())));
    connection_ =
        run_.network().connect(tap_, *this, options_, [this](const session::Verdict& verdict) { ended(verdict); });
    connection_->start();
  }

  void ping(engine::Channel& channel) {
    pinged_ = true;
    channel.ping(kPing);
    timer_ = run_.loop().after(session_.endpoint.ping_timeout, [this] { connection_->interrupt(); });
  }

  void ended(const session::Verdict& verdict) {
    run_.loop().cancel(timer_);
    if (current().opened && !current().survived && !pinged_) {
      current().ended_after = std::chrono::nanoseconds(run_.loop().now_ns() - heard_ns_);
      current().how = verdict.how;
    }
    const bool stopped = outcome_.signal != 0 || outcome_.timed_out;
    if (stopped || left_.empty() || !current().survived) {
      run_.loop().stop();
    } else {
      next();
    }
  }

  int conclude() {
    const bool stopped = outcome_.signal != 0 || outcome_.timed_out;
    if (stopped) {
      results_.pop_back();
    }
    // A session that the path ended is what was looked for, not a failure of the sweep.
    if (!results_.empty() && results_.front().opened) {
      outcome_.reports_on_file = true;
      outcome_.fail_on.reset();
    }
    const std::string report = engine::sweep_report(results_);
    const int code = run_.finish(outcome_);
    const auto written = run_.data().write(report);
    return written ? code : 3;
  }

  SessionRun& run_;
  engine::PipelineTap tap_;
  const Session& session_;
  net::ConnectOptions options_;
  std::vector<std::chrono::nanoseconds> left_;
  std::vector<engine::SweepResult> results_;
  std::unique_ptr<net::Connection> connection_;
  diagnose::RunOutcome outcome_;
  std::int64_t heard_ns_ = 0;
  bool pinged_ = false;
  engine::TimerId timer_ = 0;
};

}  // namespace

Result<int> sweep(const Host& host,
                  const Session& session,
                  const ProfileChoice& choice,
                  std::vector<std::chrono::nanoseconds> intervals) {
  const auto profile = use_profile(choice, host);
  WHYDROP_TRY(profile);
  auto options = connect_options_of(session, *profile);
  WHYDROP_TRY(options);
  Destinations destinations(host, session.endpoint.send_to, true);
  WHYDROP_TRY(check_destination(destinations, session, *profile, options->url));
  auto run = SessionRun::make(host, settings_of(session, *profile, choice.recognise));
  WHYDROP_TRY(run);
  adopt_destination(destinations, **run, session, *profile, options->url);
  return Sweep(**run, session, std::move(*options), engine::plan_sweep(std::move(intervals))).carry_out();
}

}  // namespace whydrop::run
