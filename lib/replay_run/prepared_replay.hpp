// Rule of this module: replay_run/ is what `replay` does, from a file to the last run's verdict.
#pragma once

#include "base/result.hpp"
#include "os/rereadable_file.hpp"
#include "replay/plan.hpp"
#include "replay_run/masked_values.hpp"
#include "run/session_profile.hpp"
#include "script/replay_actor.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::replay_run {

/// What of a recording is replayed, and how.
struct ReplaySettings {
  run::SessionSettings session;
  std::string file;
  std::uint64_t run = 1;
  std::optional<std::uint64_t> conn, from_seq, to_seq;
  std::vector<replay::Edit> edits, skips;
  replay::Pace pace;
  std::chrono::nanoseconds patience{std::chrono::seconds(10)};
  bool raw = false, no_calls = false;
  bool user_agent_given = false, output_given = false;
};

/// A replay before anything is opened: the plan, where it goes, and with which values. What cannot work is an error of
/// make().
class PreparedReplay {
 public:
  /// `options` must outlive it. Errors: usage and local, all that can be known before connecting.
  static Result<std::unique_ptr<PreparedReplay>> make(const os::RereadableFile& file, const ReplaySettings& options);

  const replay::Plan& plan() const { return plan_; }
  const os::RereadableFile& file() const { return file_; }
  const ReplaySettings& options() const { return options_; }
  replay::RecordingKind kind() const { return kind_; }
  std::uint64_t run() const { return options_.run; }
  std::optional<std::uint32_t> conn() const;
  /// Null: none is in use.
  std::shared_ptr<const profile::Profile> shared_profile() const {
    return profile_.context ? profile_.context->share() : nullptr;
  }
  run::SessionProfile& profile() { return profile_; }
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
  /// `at`: as --at; `bindings`: the profile's values in this run, or null. Errors: usage.
  Result<net::ConnectOptions> connect_options(const std::string& at, const profile::Bindings* bindings) const;
  /// All of it for people, a line each.
  std::string text() const;

 private:
  PreparedReplay(os::RereadableFile file, const ReplaySettings& options) : file_(std::move(file)), options_(options) {}
  Result<void> read_heading();
  Result<void> use_profile();
  Result<void> make_plan();
  Result<void> check_other_profile();
  void choose_calls();
  Result<void> check_values();
  std::string value_words(const replay::Needed& needed) const;
  bool is_server_only() const;
  bool is_profiles_url() const;
  Result<std::string> own_url(const profile::Bindings* bindings) const;
  bool is_given_by_call(const std::string& variable) const;
  std::uint64_t in_head(const std::string& variable) const;
  const profile::Bindings* bindings() const { return profile_.context ? &profile_.context->bindings() : nullptr; }

  os::RereadableFile file_;
  const ReplaySettings& options_;
  capture::CaptureHeader header_;
  replay::RecordingKind kind_ = replay::RecordingKind::capture;
  session::Open open_;
  run::SessionProfile profile_;
  std::optional<MaskedValues> values_;
  replay::Plan plan_;
  std::vector<const profile::Call*> calls_;
  std::vector<std::string> warnings_;
};

}  // namespace whydrop::replay_run
