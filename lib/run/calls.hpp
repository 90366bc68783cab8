#pragma once

#include "auth/calls.hpp"
#include "run/session.hpp"
#include "target/endpoint.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::run {

/// The calls of these names, in order.
std::vector<const profile::Call*> calls_named(const profile::Profile& profile, const std::vector<std::string>& names);
/// The calls that stand before a session, in order.
std::vector<const profile::Call*> session_calls(const profile::Profile& profile);

/// How calls went.
struct CallsMade {
  auth::CallRunner::Outcome outcome;
  int signal = 0;
  std::optional<Error> unsaved;  ///< why what they gave could not be kept
  /// What the run's exit code has to know of it.
  void tell(diagnose::RunOutcome& run) const;
};
/// Makes `calls` one after the other within `run`, and keeps what they give.
CallsMade make_calls(SessionRun& run,
                     const target::Endpoint& endpoint,
                     ProfileContext& context,
                     const std::vector<const profile::Call*>& calls,
                     Destinations& destinations);

/// Ends the run where not all went well; null: it goes on. Errors: where nothing was sent, so that there is nothing to
/// conclude.
Result<std::optional<int>> conclude_failed(SessionRun& run, const CallsMade& made);

/// Whether the secrets of a call may go to `url`, where its profile leads; nobody is asked. Errors: usage.
Result<void> judge_call(Destinations& destinations,
                        const ProfileContext& context,
                        const profile::Call& call,
                        const net::Url& url);

/// What a CallRunner needs of the run. `bindings`: what replies give is bound there; `store`: and kept there; null:
/// nowhere. `context` and `destinations` must outlive it.
auth::CallRunner::Parts call_parts(SessionRun& run,
                                   const target::Endpoint& endpoint,
                                   ProfileContext& context,
                                   profile::Bindings& bindings,
                                   auth::Store* store,
                                   Destinations& destinations);

/// Calls as a run of their own; returns the exit code. Of `session` counts what is not the socket's. `told` is called
/// where all went well, with the variables that got a value.
Result<int> make_calls(const Host& host,
                       const Session& session,
                       ProfileContext& context,
                       const std::vector<const profile::Call*>& calls,
                       const std::function<void(SessionRun&, const std::vector<std::string>&)>& told);

}  // namespace whydrop::run
