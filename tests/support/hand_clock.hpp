#pragma once

#include "engine/ports.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <stdexcept>
#include <utility>

namespace whydrop::test {

/// A loop that a test drives: time stands still until pass() is called, and what is posted waits for settle(). What
/// runs the loop itself lets time pass by run().
class HandClock final : public engine::Loop {
 public:
  std::int64_t now_ns() const override { return now_ns_; }
  engine::TimerId after(std::chrono::nanoseconds delay, std::function<void()> work) override {
    timers_.emplace(std::pair(now_ns_ + delay.count(), ++last_), std::move(work));
    return last_;
  }
  void cancel(engine::TimerId id) override {
    for (auto it = timers_.begin(); it != timers_.end(); ++it) {
      if (it->first.second == id) {
        timers_.erase(it);
        return;
      }
    }
  }
  void post(std::function<void()> work) override { posted_.push_back(std::move(work)); }
  void on_signal(std::function<void(int)> handler) override { signal_handler_ = std::move(handler); }
  void before_wait(std::function<void()> hook) override { hook_ = std::move(hook); }
  /// From one timer to the next, until stop() is called. Throws where nothing is left that could call it.
  void run() override {
    while (!stopped_) {
      if (!posted_.empty()) {
        do_one();
        continue;
      }
      if (hook_) {
        hook_();
      }
      if (stopped_ || !posted_.empty()) {
        continue;
      }
      if (timers_.empty()) {
        throw std::logic_error("the loop would wait for ever");
      }
      expire_next();
    }
    stopped_ = false;
  }
  void stop() override { stopped_ = true; }
  /// A signal comes.
  void signal(int number) { signal_handler_(number); }

  /// Does what was posted, and what that posts, until nothing is left.
  void settle() {
    while (!posted_.empty()) {
      do_one();
    }
  }
  /// Lets so much time pass; timers run out one after the other, each at its own moment.
  void pass(std::chrono::nanoseconds time) {
    const std::int64_t until = now_ns_ + time.count();
    settle();
    while (!timers_.empty() && timers_.begin()->first.first <= until) {
      expire_next();
      settle();
    }
    now_ns_ = until;
  }
  /// Timers that have not run out.
  std::size_t waiting() const { return timers_.size(); }

 private:
  void do_one() {
    const auto work = std::move(posted_.front());
    posted_.pop_front();
    work();
  }
  void expire_next() {
    now_ns_ = timers_.begin()->first.first;
    const auto work = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    work();
  }

  std::int64_t now_ns_ = 0;
  engine::TimerId last_ = 0;
  std::map<std::pair<std::int64_t, engine::TimerId>, std::function<void()>> timers_;
  std::deque<std::function<void()>> posted_;
  std::function<void(int)> signal_handler_;
  std::function<void()> hook_;
  bool stopped_ = false;
};

}  // namespace whydrop::test
