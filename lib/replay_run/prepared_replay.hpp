// Rule of this module: replay_run/ is what `replay` does, from a file to the last run's verdict.
#pragma once

#include "base/result.hpp"
#include "capture/redactor.hpp"
#include "os/rereadable_file.hpp"
#include "replay/plan.hpp"
#include "replay_run/masked_values.hpp"
#include "run/destinations.hpp"
#include "run/session.hpp"
#include "script/replay_actor.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::replay_run {

/// How a replay is held against the recording.
struct ComparisonChoice {
  bool strict = false;              ///< times, ids, counters and tokens as they are, not by kind
  std::vector<std::string> ignore;  ///< JSON Pointers, as compare::is_pattern() has them
};

/// A replay that is asked for: what of a recording, and how.
struct ReplayRequest {
  run::Session session;
  run::ProfileChoice profile;
  std::string file;  ///< "-" is standard input
  std::uint64_t run = 1;
  std::optional<std::uint32_t> conn;
  std::optional<std::uint64_t> from_seq, to_seq;
  std::vector<replay::Edit> edits;
  replay::Pace pace;
  std::chrono::nanoseconds patience{std::chrono::seconds(10)};
  bool raw = false, no_calls = false;
  bool silent_too = false;   ///< a session in which the client sent nothing may be replayed
  bool refused_too = false;  ///< and one that did not open
  std::uint64_t count = 1, parallel = 1;
  std::optional<ComparisonChoice> compare;  ///< null: nothing is compared
  bool only_plan = false;                   ///< what would be done is printed, and nothing is opened
  bool silent = false;                      ///< events are not printed
  bool findings_fail = true;                ///< a finding at or above the session's fail_on makes the exit code 1
};

/// A replay before anything is opened: the plan, where it goes, and with which values. What cannot work is an error of
/// make().
class PreparedReplay {
 public:
  /// `host` and `request` must outlive it. Errors: usage and local, all that can be known before connecting.
  static Result<std::unique_ptr<PreparedReplay>> make(const run::Host& host,
                                                      const os::RereadableFile& file,
                                                      const ReplayRequest& request);

  const replay::Plan& plan() const { return plan_; }
  const os::RereadableFile& file() const { return file_; }
  const ReplayRequest& request() const { return request_; }
  const replay::RecordingKind& kind() const { return kind_; }
  std::uint64_t run() const { return request_.run; }
  std::optional<std::uint32_t> conn() const { return request_.conn; }
  /// Null: none is in use.
  std::shared_ptr<const profile::Profile> shared_profile() const {
    return profile_.context ? profile_.context->share() : nullptr;
  }
  run::ProfileInUse& profile() { return profile_; }
  /// True where one that the session is like may be used.
  bool recognise() const { return choice_.recognise; }
  const MaskedValues& values() const { return *values_; }
  /// What a person should know before it begins, one sentence each, without full stop.
  const std::vector<std::string>& warnings() const { return warnings_; }
  /// REST calls that are made before each session.
  const std::vector<const profile::Call*>& calls() const { return calls_; }
  /// The values of masked variables that are known before connecting.
  std::vector<capture::Secret> bound() const;
  /// The recording, from its beginning.
  Result<std::unique_ptr<replay::Recording>> recording() const;
  script::ReplayActorSettings replaying() const;
  /// `at`: as target::Endpoint has it; `bindings`: the profile's values in this run, or null. Errors: usage, also where
  /// a secret would be joined to a place that is not its own.
  Result<net::ConnectOptions> connect_options(const std::optional<target::StandIn>& at,
                                              const profile::Bindings* bindings) const;
  /// What is asked for, whether or not it may be done. Errors: usage.
  Result<net::ConnectOptions> asked_options(const std::optional<target::StandIn>& at,
                                            const profile::Bindings* bindings) const;
  /// Whether it may connect: no secret is joined to a place that is not its own. Where calls come first, or a
  /// rehearsal plays the server, it is judged later, by connect_options. A person may be asked. Errors: usage.
  Result<void> check_may_begin() const;
  run::Destinations& destinations() const { return *destinations_; }
  /// All of it for people, a line each.
  std::string text() const;

 private:
  PreparedReplay(const run::Host& host, os::RereadableFile file, const ReplayRequest& request)
      : host_(host),
        file_(std::move(file)),
        request_(request),
        choice_(request.profile),
        destinations_(std::make_unique<run::Destinations>(host, request.session.endpoint.send_to, true)) {}
  Result<void> read_heading();
  Result<void> choose_profile();
  Result<void> use_profile();
  Result<void> make_plan();
  Result<void> check_other_profile();
  void choose_calls();
  Result<void> check_values();
  std::vector<run::Carried> carried(const profile::Bindings* values) const;
  run::Carried carried(const std::string& variable, MaskedValues::Found found, const profile::Bindings* values) const;
  bool is_chosen(const net::Url& url) const;
  run::Destinations::Near nearness() const;
  std::string doing() const;
  std::vector<std::pair<std::string, std::string>> dialled() const;
  std::vector<std::pair<std::string, std::string>> called() const;
  capture::Redactor redactor() const;
  std::string value_words(const replay::Needed& needed) const;
  bool is_server_only() const;
  bool is_profiles_url() const;
  Result<std::string> own_url(const profile::Bindings* bindings) const;
  bool is_given_by_call(const std::string& variable) const;
  bool dials_recorded() const;
  std::vector<MaskedValues::Unset> unset_in_head() const;
  std::uint64_t in_head(const std::string& variable) const;
  const profile::Bindings* bindings() const { return profile_.context ? &profile_.context->bindings() : nullptr; }

  const run::Host& host_;
  os::RereadableFile file_;
  const ReplayRequest& request_;
  run::ProfileChoice choice_;  ///< where the request names none: the recording's
  capture::CaptureHeader header_;
  replay::RecordingKind kind_;
  session::Open open_;
  run::ProfileInUse profile_;
  std::unique_ptr<run::Destinations> destinations_;
  std::vector<std::string> places_;  ///< of the profile, by the person's own values
  std::optional<MaskedValues> values_;
  replay::Plan plan_;
  std::vector<const profile::Call*> calls_;
  std::vector<std::string> warnings_;
};

}  // namespace whydrop::replay_run
