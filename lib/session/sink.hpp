#pragma once

#include "base/result.hpp"
#include "session/event.hpp"

#include <string_view>

namespace whydrop::session {

/// A reader of events: terminal, capture, statistics. Views in an event are valid only during the call. A sink that
/// fails is dropped, remembered and reported at the end; it never kills the session.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual Result<void> on_event(const Event& event) = 0;
  /// False where it has no use for whole data frames that are messages by themselves, nor for those messages: it may be
  /// spared them. Asked once.
  virtual bool wants_frames() const { return true; }
  virtual bool wants_messages() const { return true; }
  /// Called before every wait of the loop: nothing may stay in a buffer of ours.
  virtual Result<void> flush() { return {}; }
};

}  // namespace whydrop::session
