#pragma once

#include "profile/bindings.hpp"
#include "profile/call_checks.hpp"
#include "profile/checker.hpp"
#include "profile/recognise.hpp"
#include "rules/rules.hpp"
#include "session/event.hpp"

#include <functional>
#include <memory>
#include <string>

namespace whydrop::engine {

/// What is thought of one connection besides its states and messages: the RFC's rules, the profile's checks, and what
/// the dialect looks like, in this order; of a REST call what the profile makes of its answer.
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
    if (profile_) {
      profile_->annotate(message);
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
  /// Null without a profile.
  const profile::Checker* profile() const { return profile_.get(); }

 private:
  void begin(const session::Open& open);

  Shared shared_;
  Emit emit_;
  rules::Checker rules_;
  std::unique_ptr<profile::Checker> profile_;
  std::unique_ptr<profile::RealityCheck> reality_;
  std::unique_ptr<profile::CallChecker> call_;
};

}  // namespace whydrop::engine
