#pragma once

#include "cli/conversation.hpp"
#include "cli/options/endpoint.hpp"
#include "cli/options/output.hpp"
#include "cli/options/profile.hpp"
#include "cli/session_run.hpp"
#include "profile/rehearsal.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::cli {

/// The flags of every command that opens a session.
struct SessionFlags {
  std::optional<std::string> url;  ///< null: that of the profile
  EndpointFlags endpoint;
  OutputFlags output;
  CaptureFlags capture;
  SecretFlags secrets;
  bool binary = false;
  std::uint64_t close_code = 1000;
  std::string close_reason;
  std::vector<std::uint16_t> expect_close;
  std::optional<std::chrono::nanoseconds> timeout;
  ProfileFlags profile;
  std::string rehearsal;  ///< file; empty: the built-in one
  std::string rehearse;   ///< name of the scenario to play; empty: the real server
  bool strict = false, no_opening = false, new_session = false;
};

/// What a session has of its profile, and of the rehearsal that stands for its server.
struct SessionProfile {
  std::unique_ptr<ProfileContext> context;              ///< null: no profile
  std::shared_ptr<const profile::Rehearsal> rehearsal;  ///< null: the server is a real one
  const profile::Scenario* scenario = nullptr;          ///< of `rehearsal`
};
/// Errors: usage, also for flags that need a profile and have none.
Result<SessionProfile> make_session_profile(const SessionFlags& flags);

/// True if a person gives a header of this name, by -H or an option of its own.
bool gives_header(const EndpointFlags& flags, const std::string& header);

/// Declares URL, and what ends a session.
void add_session_arguments(Options& options, SessionFlags& flags);
/// Those of them that say what ends it.
void add_close_options(Options& options, SessionFlags& flags);
/// Declares the group "Profile"; more may follow in it.
void add_session_profile(Options& options, SessionFlags& flags);
/// Declares --rehearse, with its help, and --rehearsal.
void add_rehearse_options(Options& options, SessionFlags& flags, const std::string& help);
/// Declares the groups that endpoint, output, capture and secrets have.
void add_session_groups(Options& options, SessionFlags& flags);

SessionRun::Settings settings_of(const SessionFlags& flags, const SessionProfile& profile);
/// `at`: where to connect instead, as --at takes it; empty: nowhere else. `values`: of the profile's variables; null:
/// those of its context. Errors: usage, also for a variable that is not set.
Result<net::ConnectOptions> connect_options_of(const SessionFlags& flags,
                                               const SessionProfile& profile,
                                               const std::string& at,
                                               const profile::Bindings* values = nullptr);

}  // namespace whydrop::cli
