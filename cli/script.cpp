#include "cli/script.hpp"

#include "base/units.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <utility>

namespace whydrop::cli {
namespace {

using Kind = engine::Outgoing::Kind;
using profile::Step;

constexpr std::size_t kMostHeard = 64;
constexpr std::size_t kMostHeardBytes = 64 * 1024;

bool matches(const Step& step, const std::string& type, const std::string& payload) {
  if (!step.await.empty() && step.await != type) {
    return false;
  }
  if (step.where.empty()) {
    return true;
  }
  json::Json document;
  return !document.parse(payload) && profile::holds(step.where, document.root());
}

}  // namespace

Script::Script(net::Loop& loop, Stage& stage, std::chrono::nanoseconds patience)
    : loop_(loop), stage_(stage), patience_(patience) {}

Script::~Script() {
  stop();
}

void Script::start(std::vector<Move> moves) {
  stop();
  moves_ = std::move(moves);
  at_ = 0;
  said_ = 0;
  waits_since_ns_ = -1;
  running_ = true;
  advance();
}

void Script::stop() {
  running_ = false;
  waiting_ = Waiting::nothing;
  missing_.clear();
  heard_.clear();
  loop_.cancel(std::exchange(timer_, 0));
}

void Script::heard(const session::Message& message) {
  if (!running_) {
    return;
  }
  if (heard_.size() == kMostHeard) {
    heard_.pop_front();
  }
  heard_.push_back({message.type, std::string(message.payload.substr(0, kMostHeardBytes))});
  if (waiting_ == Waiting::message || waiting_ == Waiting::turn) {
    resume();
  }
}

void Script::crossed() {
  if (waiting_ == Waiting::crossing) {
    resume();
  }
}

/// Posted, so that what has just come was judged by the profile before the next move is made.
void Script::resume() {
  if (std::exchange(posted_, true)) {
    return;
  }
  loop_.post([this] {
    posted_ = false;
    if (running_ && waiting_ != Waiting::time) {
      advance();
    }
  });
}

void Script::advance() {
  loop_.cancel(std::exchange(timer_, 0));
  waiting_ = Waiting::nothing;
  missing_.clear();
  while (running_ && at_ < moves_.size()) {
    if (!make(moves_[at_])) {
      return;
    }
    said_ = 0;
    waits_since_ns_ = -1;
    ++at_;
  }
  if (std::exchange(running_, false)) {
    stage_.played();
  }
}

/// True if the next move may be made at once.
bool Script::make(const Move& move) {
  switch (move.step.kind) {
  case Step::Kind::send:
  case Step::Kind::raw:
    return send(move);
  case Step::Kind::expect:
    return expect(move.step);
  case Step::Kind::wait:
  case Step::Kind::silence:
    return wait(move.step);
  case Step::Kind::close:
    stage_.deliver({Kind::close, move.step.reason, move.step.code});
    return true;
  case Step::Kind::reset:
    stage_.reset();
    return true;
  }
  return true;
}

bool Script::send(const Move& move) {
  while (said_ < move.step.times) {
    if (move.patient && !stage_.is_timely(move)) {
      wait_for(Waiting::turn, "cannot send " + move.step.message + ": its turn did not come");
      return false;
    }
    auto payload = stage_.payload_of(move);
    if (!payload) {
      fail(std::move(payload.error()));
      return false;
    }
    Outbox::Item item{move.step.binary ? Kind::binary : Kind::text,
                      std::move(*payload),
                      0,
                      std::max(1U, move.step.fragments),
                      move.step.message};
    ++said_;
    waiting_ = Waiting::crossing;
    if (!stage_.deliver(std::move(item))) {
      return false;
    }
    waiting_ = Waiting::nothing;
  }
  return true;
}

bool Script::expect(const Step& step) {
  while (!heard_.empty()) {
    const Heard next = std::move(heard_.front());
    heard_.pop_front();
    if (matches(step, next.type, next.payload)) {
      return true;
    }
  }
  wait_for(Waiting::message, "waited for " + (step.await.empty() ? "a message" : step.await) + ": it did not come");
  return false;
}

bool Script::wait(const Step& step) {
  const auto duration = stage_.duration_of(step.duration);
  if (!duration) {
    fail(duration.error());
    return false;
  }
  if (std::exchange(said_, 1) != 0) {
    return true;
  }
  waiting_ = Waiting::time;
  timer_ = loop_.after(*duration, [this] {
    timer_ = 0;
    advance();
  });
  return false;
}

void Script::wait_for(Waiting what, std::string missing) {
  waiting_ = what;
  missing_ = std::move(missing);
  waits_since_ns_ = waits_since_ns_ < 0 ? loop_.now_ns() : waits_since_ns_;
  if (patience_.count() > 0) {
    const std::chrono::nanoseconds waited(loop_.now_ns() - waits_since_ns_);
    timer_ = loop_.after(std::max(patience_ - waited, std::chrono::nanoseconds(0)), [this] {
      timer_ = 0;
      fail({ErrorKind::refused, missing_ + " within " + format_duration(patience_.count()), ""});
    });
  }
}

void Script::fail(Error error) {
  stop();
  stage_.stuck(std::move(error));
}

}  // namespace whydrop::cli
