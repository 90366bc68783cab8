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
  /// Called before every wait of the loop: nothing may stay in a buffer of ours.
  virtual Result<void> flush() { return {}; }
};

}  // namespace whydrop::session
