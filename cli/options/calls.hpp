#pragma once

#include "cli/options/endpoint.hpp"
#include "cli/options/output.hpp"
#include "cli/options/profile.hpp"
#include "run/session.hpp"

#include <string>

namespace whydrop::cli {

class Options;

/// What a command that makes REST calls is given.
struct CallFlags {
  ProfileFlags profile;
  EndpointFlags endpoint;
  run::Output output;
  CaptureFlags capture;
  SecretFlags secrets;
};

/// Declares the groups for profile, TLS, network, output, capture and secrets.
void add_call_options(Options& options,
                      CallFlags& flags,
                      const std::string& key_help = "Key of the client certificate");

/// What of a session REST calls have. Errors: usage and local.
Result<run::Session> make_call_session(const CallFlags& flags, const run::Host& host);

}  // namespace whydrop::cli
