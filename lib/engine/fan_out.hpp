#pragma once

#include "base/result.hpp"
#include "session/sink.hpp"

#include <functional>
#include <vector>

namespace whydrop::engine {

/// Gives every event to each sink in turn. One that fails gets no more, and its error is remembered.
class FanOut {
 public:
  void add(session::EventSink& sink) { sinks_.push_back({&sink, sink.wants_frames(), sink.wants_messages()}); }
  void on_event(const session::Event& event) {
    each([&](const Sink& sink) { return sink.to->on_event(event); });
  }
  /// The two events of the lane.
  void on_frame(const session::Event& event) {
    each([&](const Sink& sink) { return sink.wants_frames ? sink.to->on_event(event) : Result<void>(); });
  }
  void on_message(const session::Event& event) {
    each([&](const Sink& sink) { return sink.wants_messages ? sink.to->on_event(event) : Result<void>(); });
  }
  void flush() {
    each([](const Sink& sink) { return sink.to->flush(); });
  }
  const std::vector<Error>& errors() const { return errors_; }

  std::function<void(const Error&)> on_error;  ///< told when a sink fails; may be null

 private:
  struct Sink {
    session::EventSink* to;
    bool wants_frames, wants_messages;
    bool failed = false;
  };

  template <typename Give>
  void each(Give give) {
    for (Sink& sink : sinks_) {
      if (sink.failed) {
        continue;
      }
      if (auto given = give(sink); !given) {
        sink.failed = true;
        errors_.push_back(given.error());
        if (on_error) {
          on_error(given.error());
        }
      }
    }
  }

  std::vector<Sink> sinks_;
  std::vector<Error> errors_;
};

}  // namespace whydrop::engine
