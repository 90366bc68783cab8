#pragma once

#include "profile/rehearsal.hpp"
#include "run/host.hpp"
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

/// A session that is asked for.
struct Session {
  std::optional<target::Address> address;  ///< null: that of the profile
  target::Endpoint endpoint;
  Output output;
  Capture capture;
  Secrets secrets;
  std::uint16_t close_code = 1000;
  std::string close_reason;
  std::vector<std::uint16_t> expect_close;  ///< the server is to close with one of them; empty: it need not close
  std::optional<std::chrono::nanoseconds> timeout;  ///< of the whole run
  bool strict = false;                              ///< a message that the profile finds at fault is not sent
  bool new_session = false;                         ///< the profile's session calls come first
};

/// What is asked of a profile.
struct ProfileChoice {
  std::shared_ptr<const profile::Profile> profile;  ///< null: none is named
  bool recognise = true;                            ///< where none is named, one that the session is like is used
  std::vector<GivenValue> values;
  StoreChoice store;
  std::string scenario;        ///< that stands for the server; empty: the server is a real one
  std::string rehearsal_file;  ///< where the scenarios are; empty: the built-in ones
  std::string needs_profile;   ///< an option besides --var that means nothing without one; empty: none
};

/// A profile in use, and the rehearsal that stands for its server.
struct ProfileInUse {
  std::unique_ptr<ProfileContext> context;              ///< null: no profile
  std::shared_ptr<const profile::Rehearsal> rehearsal;  ///< null: the server is a real one
  const profile::Scenario* scenario = nullptr;          ///< of `rehearsal`
};
/// Errors: usage, also for options that need a profile and have none; local for the store.
Result<ProfileInUse> use_profile(const ProfileChoice& choice, const Host& host);

SessionRun::Settings settings_of(const Session& session, const ProfileInUse& profile, bool recognise);

/// `values`: of the profile's variables; null: those of its context. Errors: usage, also for a variable that is not
/// set.
Result<net::ConnectOptions> connect_options_of(const Session& session,
                                               const ProfileInUse& profile,
                                               const profile::Bindings* values = nullptr);

}  // namespace whydrop::run
