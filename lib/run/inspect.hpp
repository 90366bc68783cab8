#pragma once

#include "base/result.hpp"
#include "capture/filter.hpp"
#include "capture/redactor.hpp"
#include "profile/profile.hpp"
#include "run/host.hpp"
#include "run/output.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace whydrop::run {

/// A record of sessions that is read again, and what is shown of it.
struct InspectSettings {
  std::string file;  ///< "-": standard input
  capture::Filter filter;
  std::vector<std::string> urls;  ///< globs; only connections to one that fits, and the verdict on them; empty: all
  bool follow = false;            ///< at its end it may grow
  Output output;
  bool reveal = false;
  std::vector<capture::Secret> secrets;
  std::shared_ptr<const profile::Profile> profile;  ///< null: the one that the capture names
  bool recognise = true;                            ///< as Inspection::Settings
  std::string keylog{};                             ///< of the TLS in a packet capture; empty: none
};

/// Shows it, with its verdicts. `stopped_by` tells the signal that came, or 0: what was read until then is judged.
/// Returns the exit code. Errors: usage, for a filter; local.
Result<int> inspect(const InspectSettings& settings, const Host& host, const std::function<int()>& stopped_by);

}  // namespace whydrop::run
