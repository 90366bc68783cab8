// For the .cpp files of net/ and rehearsal/ only.
#pragma once

#include "net/asio.hpp"
#include "net/loop.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>

namespace whydrop::net {

struct Loop::Impl {
  struct Context : asio::io_context {
    using asio::io_context::io_context;
    /// Destroys work that never ran.
    void discard() { shutdown(); }
  };
  Context context{1};
  asio::signal_set signals{context};
  std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
  std::map<TimerId, std::unique_ptr<asio::steady_timer>> timers;
  TimerId last_timer = 0;
  std::function<void(int)> signal_handler;
  std::function<void()> hook;
  bool stopped = false;

  void await_signal();
};

}  // namespace whydrop::net
