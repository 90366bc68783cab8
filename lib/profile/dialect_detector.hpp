#pragma once

#include "profile/recogniser.hpp"
#include "session/event.hpp"

#include <functional>
#include <memory>
#include <string>

namespace whydrop::profile {

/// Watches one connection without being told a profile, or beside one, and says at its end what it looks like and what
/// of that no server of the host's owner serves: dialect-recognised, dialect-not-served, region-label, host-unknown,
/// rest-path-on-socket, token-misplaced, scope-unknown. Looks at the URL, the request and the first messages only.
class DialectDetector {
 public:
  /// `profile_in_use`: its name, or empty.
  DialectDetector(const Dialects& dialects, std::string profile_in_use, std::function<void(session::Body&&)> emit);
  ~DialectDetector();
  /// A message, before what else is thought of it; the events of messages are not looked at.
  void look(const session::Message& message);
  void on_event(const session::Event& event);
  const Recogniser& recogniser() const;
  /// The dialect is recognised, and said to be: its name. Empty: it is not.
  void set_recognised(std::string profile);
  /// The URL is like this dialect, and the first message plainly of another: nothing is told of it.
  void refute(std::string profile);
  /// True for a host that is one of the owner's own, by name.
  bool of_owner() const;
  /// The same, for a connection that does not end on this machine.
  bool at_owner() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace whydrop::profile
