#pragma once

#include "base/result.hpp"
#include "run/session_profile.hpp"

#include <string>

namespace whydrop::cli {

class Options;

/// Declares URL, and what ends a session.
void add_session_arguments(Options& options, run::SessionSettings& flags);

/// Those of them that say what ends it.
void add_close_options(Options& options, run::SessionSettings& flags);

/// Declares the group "Profile"; more may follow in it.
void add_session_profile(Options& options, run::SessionSettings& flags);

/// Declares --rehearse, with its help, and --rehearsal.
void add_rehearse_options(Options& options, run::SessionSettings& flags, const std::string& help);

/// Declares the groups that endpoint, output, capture and secrets have.
void add_session_groups(Options& options, run::SessionSettings& flags);

/// A user without a password is asked for one on the terminal, as curl does: before anything is made of the settings.
/// Errors: usage, where there is no terminal.
Result<void> complete_user(std::string& user);

}  // namespace whydrop::cli
