#pragma once

#include "base/result.hpp"
#include "cli/options/endpoint.hpp"
#include "cli/options/output.hpp"
#include "cli/options/profile.hpp"
#include "run/session.hpp"

#include <optional>
#include <string>

namespace whydrop::cli {

class Options;

/// A session that is asked for, as given.
struct SessionFlags {
  run::Session session;  ///< what needs no file, no environment and no other option
  std::optional<std::string> url;
  EndpointFlags endpoint;
  CaptureFlags capture;
  SecretFlags secrets;
  ProfileFlags profile;
  std::string scenario, rehearsal_file;
  bool binary = false, no_opening = false;
};

/// Declares URL, and what ends a session.
void add_session_arguments(Options& options, SessionFlags& flags);

/// Declares --expect-close.
void add_expect_close_option(Options& options, run::Session& session);

/// Those of them that say what ends it.
void add_close_options(Options& options, run::Session& session);

/// Declares the group "Profile"; more may follow in it.
void add_session_profile(Options& options, SessionFlags& flags);

/// Declares --rehearse, with its help, and --rehearsal.
void add_rehearse_options(Options& options, SessionFlags& flags, const std::string& help);

/// Declares the groups that endpoint, output, capture and secrets have.
void add_session_groups(Options& options, SessionFlags& flags);

/// What the flags ask for, with all that they name read. Errors: usage and local.
struct Asked {
  run::Session session;
  run::ProfileChoice profile;
};
Result<Asked> make_session(const SessionFlags& flags, const run::Host& host);

}  // namespace whydrop::cli
