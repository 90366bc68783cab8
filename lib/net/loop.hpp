// Rule of this module: net/ is the only module that touches a socket, a timer or the clock. Third-party types stay in
// its .cpp files.
#pragma once

#include "engine/ports.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace whydrop::net {

using TimerId = engine::TimerId;

/// The one event loop of a run: timers, posted work, signals. Everything runs on the thread that calls run().
class Loop final : public engine::Timers {
 public:
  Loop();
  ~Loop() override;

  /// Nanoseconds since this Loop was made, monotonic.
  std::int64_t now_ns() const override;
  /// Runs `work` on the loop's thread soon; may be called from any thread.
  void post(std::function<void()> work) override;
  /// Runs `work` once after `delay`. Returns an id for cancel(); ids are never reused and never 0.
  TimerId after(std::chrono::nanoseconds delay, std::function<void()> work) override;
  void cancel(TimerId id) override;
  /// Calls `handler` with SIGINT or SIGTERM's number, each time that one comes.
  void on_signal(std::function<void(int)> handler);
  /// Called whenever nothing is ready and the loop is about to wait.
  void before_wait(std::function<void()> hook);
  /// Runs until stop() is called.
  void run();
  void stop();

  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace whydrop::net
