#pragma once

#include "run/session.hpp"

#include <string>
#include <vector>

namespace whydrop::cli {

class Options;

/// What is said of a profile, as given.
struct ProfileFlags {
  std::string profile;                 ///< name, a path with a slash or ".json", or run::kNoProfile
  std::vector<std::string> variables;  ///< "NAME=VALUE" or "NAME=@FILE"
  std::string at;                      ///< "http://HOST:PORT"
  run::StoreChoice store;
};

/// Declares the group "Profile"; more may follow in it.
void add_profile_options(Options& options, ProfileFlags& flags);

/// Errors: usage, for one that is not NAME=VALUE, and for an empty file; local, for one that cannot be read.
Result<std::vector<run::GivenValue>> read_values(const std::vector<std::string>& given, const run::Host& host);

/// The profile of this name or file; null where none is named, and for run::kNoProfile. Errors: usage.
Result<std::shared_ptr<const profile::Profile>> named_profile(const std::string& given, const run::Host& host);

/// The choice without a rehearsal. Errors: usage and local.
Result<run::ProfileChoice> choose_profile(const ProfileFlags& flags, const run::Host& host);

/// The profile in use of a command that opens no socket. Errors: usage and local.
Result<std::unique_ptr<run::ProfileContext>> profile_context(const ProfileFlags& flags, const run::Host& host);

/// Where --at leads; null: it was not given. Errors: usage.
Result<std::optional<target::StandIn>> stand_in_of(const ProfileFlags& flags);

}  // namespace whydrop::cli
