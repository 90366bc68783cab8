#pragma once

#include "profile/bindings.hpp"
#include "profile/call_checks.hpp"
#include "profile/checker.hpp"
#include "profile/dialect_detector.hpp"
#include "profile/recognition.hpp"
#include "rules/rules.hpp"
#include "session/event.hpp"

#include <functional>
#include <memory>
#include <string>

namespace whydrop::engine {

/// What is thought of one connection besides its states and messages: the RFC's rules, the checks of the profile that
/// was named or else recognised, and what the dialect looks like, in this order; of a REST call what the profile makes
/// of its answer.
class Opinions {
 public:
  /// What all connections of a run share. Not owned; each may be null.
  struct Shared {
    profile::Judge* judge = nullptr;
    profile::Bindings* bindings = nullptr;
    const profile::Dialects* dialects = nullptr;
  };
  using Emit = std::function<void(session::Body&&)>;

  Opinions(const Shared& shared, Emit emit);

  /// Names and validates a message that is about to be told.
  void annotate(session::Message& message) {
    if (detector_) {
      detector_->look(message);
    }
    if (profile_) {
      profile_->annotate(message);
    } else if (recognition_ && !recognition_->idle()) {
      recognition_->annotate(message);
    }
  }
  /// Takes what an answer gives that is about to be told.
  void learn(const session::Response& response) {
    if (call_) {
      call_->learn(response);
    }
  }
  /// Every event after it was told, raw.
  void on_event(const session::Event& event);
  /// The same of a data frame that is a message by itself, and of that message: who makes nothing of them is not asked.
  void on_plain_frame(const session::Event& event) {
    rules_.on_event(event);
    on_plain(event);
  }
  void on_plain_message(const session::Event& event) { on_plain(event); }
  /// See rules::Checker.
  std::uint16_t early_fail_code(const session::Frame& so_far) { return rules_.early_fail_code(so_far); }
  /// Of the profile that was named; null without one.
  const profile::Checker* profile() const { return profile_.get(); }
  /// Of the profile that was named, or else recognised; null where there is neither.
  const profile::Checker* checker() const {
    return profile_ || !recognition_ ? profile_.get() : recognition_->checker();
  }
  /// The profile that was recognised; null where none is, or one was named.
  std::shared_ptr<const profile::Recognised> recognised() const {
    return recognition_ ? recognition_->recognised() : nullptr;
  }
  bool has_recognised() const { return recognition_ && recognition_->has_news(); }
  /// Once, after the call in which a profile was recognised that nobody named: it; null else.
  std::shared_ptr<const profile::Recognised> take_recognised() {
    return recognition_ ? recognition_->take_news() : nullptr;
  }

 private:
  void begin(const session::Open& open);
  void on_plain(const session::Event& event) {
    if (profile_) {
      profile_->on_event(event);
    }
    if (recognition_ && !recognition_->idle()) {
      recognition_->on_event(event);
    }
  }

  Shared shared_;
  Emit emit_;
  rules::Checker rules_;
  std::unique_ptr<profile::Checker> profile_;
  std::unique_ptr<profile::DialectDetector> detector_;
  std::unique_ptr<profile::Recognition> recognition_;  ///< null where a profile was named
  std::unique_ptr<profile::CallChecker> call_;
};

}  // namespace whydrop::engine
