#pragma once

#include "base/result.hpp"
#include "isolate_run/drop.hpp"
#include "isolate_run/runner.hpp"
#include "replay_run/prepared_replay.hpp"
#include "run/host.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace whydrop::isolate_run {

/// How the answer is given.
enum class Form : std::uint8_t { text, ndjson, junit };

/// A cause that is sought: of which recorded session, what counts as the drop, and how many sessions it may take.
struct IsolateRequest {
  replay_run::ReplayRequest replay;
  std::optional<Drop> drop;  ///< null: the recorded ending
  Care care;
  double alpha = 0.05, beta = 0.05;  ///< how often an answer may be wrong, either way
  bool yes = false;                  ///< many sessions may be opened to a host that is not this machine
  Form form = Form::text;
  std::string keep;  ///< folder for the smallest session that drops and one that lives; empty: they are not kept
};

/// Seeks it, prints what was found, and returns the exit code. Errors: usage and local, for what is known before
/// connecting.
Result<int> isolate(const run::Host& host, IsolateRequest request);

}  // namespace whydrop::isolate_run
