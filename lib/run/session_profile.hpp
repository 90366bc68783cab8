#pragma once

#include "profile/rehearsal.hpp"
#include "run/output.hpp"
#include "run/profile_context.hpp"
#include "run/session_run.hpp"
#include "target/endpoint.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::run {

/// The flags of every command that opens a session.
struct SessionSettings {
  std::optional<std::string> url;  ///< null: that of the profile
  target::EndpointSettings endpoint;
  OutputSettings output;
  CaptureSettings capture;
  SecretSettings secrets;
  bool binary = false;
  std::uint64_t close_code = 1000;
  std::string close_reason;
  std::vector<std::uint16_t> expect_close;
  std::optional<std::chrono::nanoseconds> timeout;
  ProfileSettings profile;
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
Result<SessionProfile> make_session_profile(const SessionSettings& flags);

SessionRun::Settings settings_of(const SessionSettings& flags, const SessionProfile& profile);
/// `at`: where to connect instead, as --at takes it; empty: nowhere else. `values`: of the profile's variables; null:
/// those of its context. Errors: usage, also for a variable that is not set.
Result<net::ConnectOptions> connect_options_of(const SessionSettings& flags,
                                               const SessionProfile& profile,
                                               const std::string& at,
                                               const profile::Bindings* values = nullptr);

}  // namespace whydrop::run
