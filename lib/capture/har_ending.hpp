#pragma once

#include "session/event.hpp"

#include <string>

namespace whydrop::capture {

/// What a HAR's entry says of how a session ended.
struct HarEnd {
  int status = 0;     ///< of the answer; 0: there was none
  std::string error;  ///< the browser's own text, as "Invalid frame header"; empty: none
  bool aborted = false;
  bool close_seen = false;
};

/// The Ending that it stands for: capture_ended where it says nothing. Texts of Chromium's network stack (net::ERR_…)
/// stand for the step that failed.
session::Ending ending_of(const HarEnd& end);

}  // namespace whydrop::capture
