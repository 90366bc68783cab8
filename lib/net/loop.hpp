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
class Loop final : public engine::Loop {
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
  void on_signal(std::function<void(int)> handler) override;
  void before_wait(std::function<void()> hook) override;
  void run() override;
  void stop() override;

  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace whydrop::net
