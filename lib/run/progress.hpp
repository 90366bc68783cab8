#pragma once

#include "base/byte_sink.hpp"
#include "engine/ports.hpp"
#include "session/sink.hpp"

#include <cstdint>
#include <optional>

namespace whydrop::run {

/// A status line on standard error for a run that lasts and shows nothing else there. Counts frames as a sink of the
/// run.
class ProgressLine final : public session::EventSink {
 public:
  ProgressLine(engine::Timers& timers, ByteSink& out, unsigned width);
  Result<void> on_event(const session::Event& event) override;
  bool wants_messages() const override { return false; }
  /// Takes the line off the screen, before something else is written there.
  void erase();
  /// No line from now on.
  void stop();

 private:
  void tick();

  engine::Timers& timers_;
  ByteSink& out_;
  unsigned width_;
  std::uint64_t frames_ = 0;
  std::optional<std::int64_t> last_ns_;
  bool shown_ = false, stopped_ = false;
};

}  // namespace whydrop::run
