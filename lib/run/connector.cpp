#include "run/connector.hpp"

#include "base/units.hpp"
#include "target/redirect.hpp"

#include <utility>

#include <fmt/format.h>

namespace whydrop::run {

/// Passes everything on to the command's actor and notes when a session opened.
class Connector::Watch final : public engine::Actor {
 public:
  Watch(engine::Actor& actor, engine::Timers& loop) : actor_(actor), loop_(loop) {}
  void on_open(engine::Channel& channel) override {
    opened_ns_ = loop_.now_ns();
    actor_.on_open(channel);
  }
  void on_event(engine::Channel& channel, const session::Event& event) override { actor_.on_event(channel, event); }
  void on_writable(engine::Channel& channel) override { actor_.on_writable(channel); }
  session::Awaited awaited() const override { return actor_.awaited(); }

  std::optional<std::chrono::nanoseconds> open_for() const {
    return opened_ns_ ? std::optional(std::chrono::nanoseconds(loop_.now_ns() - *opened_ns_)) : std::nullopt;
  }

 private:
  engine::Actor& actor_;
  engine::Timers& loop_;
  std::optional<std::int64_t> opened_ns_;
};

namespace {

/// Numbers from 0 to 1, 1 left out.
std::function<double()> random_numbers(std::function<std::uint32_t()> random) {
  return [random = std::move(random)] { return random() / 4294967296.0; };
}

}  // namespace

Connector::Connector(SessionRun& run,
                     engine::Actor& actor,
                     target::Endpoint endpoint,
                     net::ConnectOptions options,
                     engine::ReconnectPolicy::Limits reconnects,
                     WantsMore wants_more,
                     profile::Bindings* bindings)
    : run_(run),
      actor_(actor),
      endpoint_(std::move(endpoint)),
      options_(std::move(options)),
      wants_more_(std::move(wants_more)),
      reconnects_(reconnects.most),
      policy_(std::move(reconnects), random_numbers(run.host().random)),
      tap_(run.pipeline(), bindings) {}

Connector::~Connector() = default;

void Connector::start(std::function<void()> done) {
  done_ = std::move(done);
  if (options_.tls.insecure && options_.url.tls) {
    run_.talk("warning: with -k the server's certificate is not checked: it may be anybody's");
  }
  connect();
}

void Connector::connect() {
  watch_ = std::make_unique<Watch>(actor_, run_.loop());
  connection_ =
      run_.network().connect(tap_, *watch_, options_, [this](const session::Verdict& verdict) { ended(verdict); });
  connection_->start();
}

void Connector::ended(const session::Verdict& verdict) {
  opened_ = opened_ || watch_->open_for().has_value();
  if (interrupted_ || !(follow_redirect() || try_again(verdict))) {
    done_();
  }
}

bool Connector::follow_redirect() {
  const handshake::Head* answer = connection_->response();
  if (answer == nullptr || redirects_ >= endpoint_.redirects) {
    return false;
  }
  auto next = target::redirected(options_, *answer, endpoint_);
  if (!next) {
    run_.talk(next.error().message);
    return false;
  }
  if (!*next) {
    return false;
  }
  ++redirects_;
  (*next)->parent = connection_->conn();
  options_ = std::move(**next);
  connect();
  return true;
}

bool Connector::try_again(const session::Verdict& verdict) {
  if (!wants_more_(verdict)) {
    return false;
  }
  engine::Ended ended{verdict, 0, std::nullopt, watch_->open_for()};
  if (const handshake::Head* answer = connection_->response()) {
    ended.http_status = answer->status;
    const std::string* after = answer->find("Retry-After");  // RFC 9110 section 10.2.3
    ended.retry_after = after != nullptr ? engine::parse_retry_after(*after, run_.host().now_s()) : std::nullopt;
  }
  const auto wait = policy_.next_wait(ended);
  if (!wait) {
    if (reconnects_ > 0 && policy_.attempt() >= reconnects_) {
      run_.talk(fmt::format("giving up: {} of {} attempts to connect again were made", policy_.attempt(), reconnects_));
    }
    return false;
  }
  if (reconnects_ != engine::ReconnectPolicy::kEndless) {
    run_.talk(fmt::format(
        "connecting again in {} (attempt {} of {})", format_duration(wait->count()), policy_.attempt(), reconnects_));
  }
  options_.parent = connection_->conn();
  wait_ = run_.loop().after(*wait, [this, verdict] {
    wait_ = 0;
    if (wants_more_(verdict)) {
      connect();
    } else {
      done_();
    }
  });
  return true;
}

void Connector::interrupt() {
  interrupted_ = true;
  if (wait_ != 0) {
    run_.loop().cancel(std::exchange(wait_, 0));
    done_();
  } else if (connection_) {
    connection_->interrupt();
  }
}

}  // namespace whydrop::run
