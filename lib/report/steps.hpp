#pragma once

#include "payload/ink.hpp"
#include "session/event.hpp"

#include <string>
#include <string_view>

namespace whydrop::report {

/// What the log says of an event that is not a frame: "connect" and "127.0.0.1:9001 (0.3 ms)". Safe for a terminal.
struct Step {
  std::string_view label;
  std::string text;
  payload::Ink ink = payload::Ink::plain;
};

Step step_of(const session::Open& open);
Step step_of(const session::Resolve& resolve);
Step step_of(const session::Connect& connect);
Step step_of(const session::Proxy& proxy);
Step step_of(const session::Tls& tls);
Step step_of(const session::Request& request);
Step step_of(const session::Response& response);
Step step_of(const session::Partial& partial);
Step step_of(const session::UndecodedBytes& bytes);
Step step_of(const session::Shutdown& shutdown);
Step step_of(const session::Intervention& intervention);
Step step_of(const session::Ending& ending);
Step step_of(const session::Token& token);
Step step_of(const session::State& state);

}  // namespace whydrop::report
