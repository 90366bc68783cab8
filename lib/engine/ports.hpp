// Rule of this module: engine/ joins acting and observing. It owns the ports that net/ and the actors implement.
#pragma once

#include "session/event.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

namespace whydrop::engine {

/// Of a timer of Timers; never 0.
using TimerId = std::uint64_t;

/// Time and work to be done later, all on one thread. net::Loop is the real one; a test drives one by hand.
class Timers {
 public:
  virtual ~Timers() = default;
  /// Nanoseconds since some moment before the run, monotonic.
  virtual std::int64_t now_ns() const = 0;
  /// Runs `work` once after `delay`. Returns an id for cancel(); ids are never reused and never 0.
  virtual TimerId after(std::chrono::nanoseconds delay, std::function<void()> work) = 0;
  /// Without effect for a timer that has run out, and for 0.
  virtual void cancel(TimerId id) = 0;
  /// Runs `work` soon, after what is under way.
  virtual void post(std::function<void()> work) = 0;
};

/// Timers with the loop that runs them, until it is stopped. net::Loop is the real one.
class Loop : public Timers {
 public:
  /// Calls `handler` with SIGINT or SIGTERM's number, each time that one comes.
  virtual void on_signal(std::function<void(int)> handler) = 0;
  /// Called whenever nothing is ready and the loop is about to wait.
  virtual void before_wait(std::function<void()> hook) = 0;
  /// Runs until stop() is called.
  virtual void run() = 0;
  virtual void stop() = 0;
};

enum class Payload : std::uint8_t { text, binary };

/// What an Actor may do to an open connection. All calls on the loop's thread. Implemented by net/.
class Channel {
 public:
  virtual ~Channel() = default;
  virtual void send(Payload kind, std::string_view payload) = 0;
  virtual void ping(std::string_view payload) = 0;
  virtual void pong(std::string_view payload) = 0;
  /// Starts the close handshake; without a code the Close's body is empty.
  virtual void close(std::uint16_t code, std::string_view reason) = 0;
  /// Sends bytes as they are, past the endpoint, still through the tap.
  virtual void send_raw(std::string_view bytes) = 0;
  /// Tears the connection down at once: a TCP RST, no Close.
  virtual void reset() = 0;
  /// Bytes accepted but not yet handed to the kernel.
  virtual std::size_t backlog() const = 0;
  virtual bool open() const = 0;
};

/// A command's behaviour while connected. All calls on the loop's thread. Its events are unmasked: an Actor must not
/// print.
class Actor {
 public:
  virtual ~Actor() = default;
  /// The upgrade succeeded.
  virtual void on_open(Channel& channel) = 0;
  /// Every event of the connection, facts and opinions, before redaction.
  virtual void on_event(Channel& channel, const session::Event& event) = 0;
  /// The backlog fell under its low-water mark, or to nothing: more may be sent, or all was.
  virtual void on_writable(Channel&) {}
  /// What it waits for, for the Ending of a session.
  virtual session::Awaited awaited() const { return {}; }
};

}  // namespace whydrop::engine
