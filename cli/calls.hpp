#pragma once

#include "auth/calls.hpp"
#include "cli/options/endpoint.hpp"
#include "cli/options/output.hpp"
#include "cli/options/profile.hpp"
#include "cli/session_run.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::cli {

/// The flags of every command that makes REST calls.
struct CallFlags {
  ProfileFlags profile;
  EndpointFlags endpoint;
  OutputFlags output;
  CaptureFlags capture;
  SecretFlags secrets;
};
/// Declares the groups for profile, TLS, network, output, capture and secrets.
void add_call_options(Options& options,
                      CallFlags& flags,
                      const std::string& key_help = "Key of the client certificate");

/// TLS, proxy, addresses and time-outs of a REST call, as `flags` and --at say.
Result<net::ConnectOptions> call_options(const EndpointFlags& flags, const std::string& at, const net::Url& url);

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
                     const EndpointFlags& endpoint,
                     const std::string& at,
                     ProfileContext& context,
                     const std::vector<const profile::Call*>& calls);

/// Ends the run where not all went well; null: it goes on. Errors: where nothing was sent, so that there is nothing to
/// conclude.
Result<std::optional<int>> conclude_failed(SessionRun& run, const CallsMade& made);

/// The same as a run of its own; returns the exit code. `told` is called where all went
/// well, with the variables that got a value.
Result<int> make_calls(const CallFlags& flags,
                       ProfileContext& context,
                       const std::vector<const profile::Call*>& calls,
                       const std::function<void(SessionRun&, const std::vector<std::string>&)>& told);

}  // namespace whydrop::cli
