#pragma once

#include "auth/calls.hpp"
#include "cli/options/endpoint.hpp"
#include "cli/options/output.hpp"
#include "cli/options/profile.hpp"
#include "cli/session_run.hpp"

#include <functional>
#include <memory>
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

/// Takes the values of secret variables out of the process list, and has `run` mask them, also those that come later.
void keep_secret(SessionRun& run, profile::Bindings& bindings);

/// Makes `calls` one after the other, keeps what they give, and returns the exit code. `told` is called where all went
/// well, with the variables that got a value.
Result<int> make_calls(const CallFlags& flags,
                       ProfileContext& context,
                       const std::vector<const profile::Call*>& calls,
                       const std::function<void(SessionRun&, const std::vector<std::string>&)>& told);

}  // namespace whydrop::cli
