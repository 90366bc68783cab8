#pragma once

#include "session/event.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace whydrop::engine {

/// What watches connections. Whoever owns a socket tells it every step and every byte, and asks it what they made of
/// the session; net/ knows the observer only so. All calls on the loop's thread; `t_ns` is the run's clock.
class Tap {
 public:
  using Observer = std::function<void(const session::Event&)>;

  virtual ~Tap() = default;
  /// Begins a connection and returns its number. `observer` is told each of its events but the Open, before redaction.
  virtual std::uint32_t begin(session::Open open, std::int64_t t_ns, Observer observer) = 0;
  /// The observer is gone.
  virtual void unobserve(std::uint32_t conn) = 0;
  /// Bytes of one direction as they crossed the wire.
  virtual void on_bytes(std::uint32_t conn, session::Side from, std::string_view bytes, std::int64_t t_ns) = 0;
  /// A fact that is not bytes: resolve, connect, proxy, tls, shutdown.
  virtual void on_fact(std::uint32_t conn, session::Body fact, std::int64_t t_ns) = 0;
  /// The last fact of a connection. Returns what became of it.
  virtual session::Verdict end(std::uint32_t conn, session::Ending ending, std::int64_t t_ns) = 0;

  /// True while a frame of `from` is incomplete: a FIN then is one in the middle of a frame.
  virtual bool in_frame(std::uint32_t conn, session::Side from) const = 0;
  /// The payload's length that the incomplete frame of `from` declares; null between frames and in a header.
  virtual std::optional<std::uint64_t> frame_under_way(std::uint32_t conn, session::Side from) const = 0;
  /// The close code to fail the incomplete frame of `from` with, as far as it came; 0: none.
  virtual std::uint16_t early_fail_code(std::uint32_t conn, session::Side from) const = 0;
  /// True once a good 101 was seen. RFC 6455 section 4.1.
  virtual bool upgraded(std::uint32_t conn) const = 0;

  /// Gives what was told so far to files and terminals: before a wait, and when much has come.
  virtual void flush() = 0;
};

}  // namespace whydrop::engine
