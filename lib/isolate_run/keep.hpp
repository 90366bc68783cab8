#pragma once

#include "base/result.hpp"
#include "isolate/search.hpp"
#include "isolate_run/recorded_session.hpp"
#include "isolate_run/runner.hpp"
#include "run/host.hpp"
#include "run/session_run.hpp"

#include <functional>
#include <string>

namespace whydrop::isolate_run {

/// Plays one session once, into a capture of its own at `file`. Errors: local and usage.
using PlayOnce = std::function<Result<void>(const isolate::Trial& session, const std::string& file)>;

/// Makes `folder`, if it is not there, and puts there the smallest session that drops (dropping.ndjson) and the
/// recorded one with the change that stops it (living.ndjson), as far as they were found, each with a check file
/// (.check.json). Errors: local, for a folder or file that cannot be made; those of `play`.
Result<void> keep(const isolate::Found& found, const std::string& folder, const PlayOnce& play);

}  // namespace whydrop::isolate_run
