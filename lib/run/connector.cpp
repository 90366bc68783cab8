#include "run/connector.hpp"

#include "base/units.hpp"
#include "os/environment.hpp"
#include "target/redirect.hpp"

#include <ctime>
#include <random>

#include <fmt/format.h>

namespace whydrop::run {

/// Passes everything on to the command's actor and notes when a session opened.
class Connector::Watch final : public engine::Actor {
 public:
  Watch(engine::Actor& actor, net::Loop& loop) : actor_(actor), loop_(loop) {}
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
  net::Loop& loop_;
  std::optional<std::int64_t> opened_ns_;
};

namespace {

std::function<double()> random_numbers() {
  return [engine = std::mt19937(std::random_device{}())]() mutable {
    return std::uniform_real_distribution<double>(0, 1)(engine);
  };
}

}  // namespace

Connector::Connector(SessionRun& run,
                     engine::Actor& actor,
                     const target::EndpointSettings& flags,
                     net::ConnectOptions options,
                     engine::ReconnectPolicy::Limits reconnects,
                     WantsMore wants_more,
                     profile::Bindings* bindings)
    : run_(run),
      actor_(actor),
      flags_(flags),
      options_(std::move(options)),
      wants_more_(std::move(wants_more)),
      reconnects_(reconnects.most),
      policy_(std::move(reconnects), random_numbers()),
      tap_(run.pipeline(), bindings) {}

Connector::~Connector() = default;

void Connector::start(std::function<void()> done) {
  done_ = std::move(done);
  connect();
}

void Connector::connect() {
  watch_ = std::make_unique<Watch>(actor_, run_.loop());
  client_ = std::make_unique<net::Client>(
      run_.loop(), tap_, *watch_, options_, [this](const session::Verdict& verdict) { ended(verdict); });
  client_->start();
}

void Connector::ended(const session::Verdict& verdict) {
  opened_ = opened_ || watch_->open_for().has_value();
  if (interrupted_ || !(follow_redirect() || try_again(verdict))) {
    done_();
  }
}

bool Connector::follow_redirect() {
  const handshake::Head* answer = client_->response();
  if (!flags_.location || answer == nullptr || redirects_ >= flags_.max_redirects) {
    return false;
  }
  auto next = target::redirected(options_, *answer, flags_, os::process_environment);
  if (!next) {
    run_.talk(next.error().message);
    return false;
  }
  if (!*next) {
    return false;
  }
  ++redirects_;
  (*next)->parent = client_->conn();
  options_ = std::move(**next);
  connect();
  return true;
}

bool Connector::try_again(const session::Verdict& verdict) {
  if (!wants_more_(verdict)) {
    return false;
  }
  engine::Ended ended{verdict, 0, std::nullopt, watch_->open_for()};
  if (const handshake::Head* answer = client_->response()) {
    ended.http_status = answer->status;
    const std::string* after = answer->find("Retry-After");
    ended.retry_after = after != nullptr ? engine::parse_retry_after(*after, std::time(nullptr)) : std::nullopt;
  }
  const auto wait = policy_.next_wait(ended);
  if (!wait) {
    if (reconnects_ > 0 && policy_.attempt() >= reconnects_) {
      run_.talk(fmt::format("giving up: {} of {} attempts to connect again were made", policy_.attempt(), reconnects_));
    }
    return false;
  }
  run_.talk(fmt::format(
      "connecting again in {} (attempt {} of {})", format_duration(wait->count()), policy_.attempt(), reconnects_));
  options_.parent = client_->conn();
  wait_ = run_.loop().after(*wait, [this] {
    wait_ = 0;
    connect();
  });
  return true;
}

void Connector::interrupt() {
  interrupted_ = true;
  if (wait_ != 0) {
    run_.loop().cancel(std::exchange(wait_, 0));
    done_();
  } else if (client_) {
    client_->interrupt();
  }
}

}  // namespace whydrop::run
