#pragma once

#include "base/result.hpp"
#include "run/client_run.hpp"
#include "run/host.hpp"
#include "run/session.hpp"
#include "target/addresses.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace whydrop::run {

/// What a watch does besides staying connected.
struct WatchSettings {
  std::string on_drop;  ///< a shell's command, run at each drop with the verdict on its standard input; or empty
  bool notify = false;  ///< a message on the desktop at each drop
  std::optional<target::ListenAddress> metrics;  ///< where they are served in Prometheus' format; null: nowhere
  std::chrono::nanoseconds statistics_every{std::chrono::hours(1)};  ///< 0: never
};

/// Stays connected: whatever ends a session, the next one is opened, until a signal or the script ends it. Returns the
/// exit code. Errors: usage, local; also where a drop or the metrics cannot be told as asked.
Result<int> watch(const Host& host,
                  Session session,
                  ProfileInUse& profile,
                  bool recognise,
                  script::ClientScript script,
                  const WatchSettings& settings);

}  // namespace whydrop::run
