#pragma once

#include "base/result.hpp"
#include "rehearsal/server.hpp"
#include "run/destinations.hpp"
#include "run/session.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace whydrop::run {

/// Starts the server of the scenario on the run's loop; `session` goes there from now on. Takes over the values that
/// its client uses, where a person gave none. Needs a profile with a rehearsal and a scenario.
Result<std::unique_ptr<rehearsal::Server>> start_rehearsal(SessionRun& run, Session& session, ProfileInUse& profile);

/// As connect_options_of(), with the time limits that the profile's scenario has for the client, if one is played.
Result<net::ConnectOptions> scenario_connect_options(const Session& session,
                                                     const ProfileInUse& profile,
                                                     const profile::Bindings* values = nullptr);

/// The REST calls that come before the socket: those of the scenario, else for a new session the profile's.
std::vector<const profile::Call*> first_calls(const Session& session, const ProfileInUse& profile);

/// What stands before the socket is opened.
struct Prepared {
  std::unique_ptr<rehearsal::Server> server;  ///< null: the server is a real one
  std::optional<int> code;                    ///< it went no further: the exit code
};

/// The server is the person's choice, or ours.
bool is_chosen(const Session& session, const ProfileInUse& profile);

/// Whether the secrets of a session may go to `url`, which its person, its profile or a reply names. Errors: usage, for
/// a profile that somebody else wrote and that leads one to a site that is not its own.
Result<void> check_destination(Destinations& destinations,
                               const Session& session,
                               const ProfileInUse& profile,
                               const net::Url& url);

/// Puts on record that a command line of the person's own takes the session's secrets to `url`. A record that cannot be
/// written is warned of.
void adopt_destination(Destinations& destinations,
                       SessionRun& run,
                       const Session& session,
                       const ProfileInUse& profile,
                       const net::Url& url);

/// Starts the scenario's server and makes the session's calls, where these are asked for. What a person should know of
/// the profile's values is said.
Result<Prepared> prepare(SessionRun& run,
                         Session& session,
                         ProfileInUse& profile,
                         const std::vector<const profile::Call*>& calls,
                         Destinations& destinations);

}  // namespace whydrop::run
