#pragma once

#include "session/event.hpp"

#include <optional>
#include <string>

namespace whydrop::capture {

/// What a browser's record says of how a session ended.
struct BrowserEnd {
  int status = 0;     ///< of the answer; 0: there was none
  std::string error;  ///< the browser's own text, as "Invalid frame header"; empty: none
  bool aborted = false;
  bool close_seen = false;
};

/// The Ending that it stands for: capture_ended where it says nothing. Texts of Chromium's network stack (net::ERR_…)
/// stand for the step that failed.
session::Ending ending_of(const BrowserEnd& end);

/// What an error of Chromium's network stack is called here, and its own name: "connection_refused:
/// ERR_CONNECTION_REFUSED".
std::string worded(const std::string& error);

/// The step towards a session to `host` that failed by `ending`, told as if it had been seen; null where none did.
std::optional<session::Body> failed_step(const session::Ending& ending, const std::string& host);

}  // namespace whydrop::capture
