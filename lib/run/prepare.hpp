#pragma once

#include "base/result.hpp"
#include "rehearsal/server.hpp"
#include "run/session_profile.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::run {

/// Starts the server of the scenario on the run's loop, and takes over the values that its client uses, where a person
/// gave none. Needs a profile with a rehearsal and a scenario.
Result<std::unique_ptr<rehearsal::Server>> start_rehearsal(SessionRun& run,
                                                           const SessionSettings& flags,
                                                           SessionProfile& profile);

/// As connect_options_of(), with the time limits that the profile's scenario has for the client, if one is played.
Result<net::ConnectOptions> scenario_connect_options(const SessionSettings& flags,
                                                     const SessionProfile& profile,
                                                     const std::string& at,
                                                     const profile::Bindings* values = nullptr);

/// The REST calls that come before the socket: those of the scenario, else with --new-session the profile's.
std::vector<const profile::Call*> first_calls(const SessionSettings& flags, const SessionProfile& profile);

/// What stands before the socket is opened.
struct Prepared {
  std::unique_ptr<rehearsal::Server> server;  ///< null: the server is a real one
  std::string at;                             ///< where to connect instead, or empty
  std::optional<int> code;                    ///< it went no further: the exit code
};

/// Starts the scenario's server and makes the session's calls, where these are asked for. What a person should know of
/// the profile's values is said.
Result<Prepared> prepare(SessionRun& run,
                         const SessionSettings& flags,
                         SessionProfile& profile,
                         const std::vector<const profile::Call*>& calls);

}  // namespace whydrop::run
