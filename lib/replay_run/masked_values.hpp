#pragma once

#include "base/result.hpp"
#include "capture/redactor.hpp"
#include "capture/writer.hpp"
#include "os/environment.hpp"
#include "profile/bindings.hpp"
#include "run/output.hpp"
#include "run/session_profile.hpp"
#include "session/event.hpp"
#include "target/endpoint.hpp"
#include "target/headers.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::replay_run {

/// The values that stand for what is masked in a recording: --secret, then --var, the profile's values (a reply's
/// among them), then WHYDROP_<NAME> of the environment.
class MaskedValues {
 public:
  struct Found {
    std::string value, origin;  ///< origin: "--secret", "the store" …
  };

  /// `profile`: whether one is in use: then --var is its own. Errors: usage, for a --secret or --var without a value.
  static Result<MaskedValues> make(const run::SecretSettings& secrets,
                                   const std::vector<std::string>& variables,
                                   bool profile,
                                   const os::Environment& environment,
                                   const os::FileReader& read);

  /// `bindings`: of the profile in use; null: none.
  std::optional<Found> find(const std::string& variable, const profile::Bindings* bindings) const;
  /// `text` with each masked span replaced by its value, percent-encoded where `in_url`. Errors: usage, "variable x is
  /// not set: it is masked in <place>".
  Result<std::string> fill(std::string_view text,
                           const std::vector<session::RedactSpan>& spans,
                           const std::string& place,
                           const profile::Bindings* bindings,
                           bool in_url = false) const;
  /// "variable x is not set: it is masked in <place>", with what sets it.
  static Error unset(const std::string& variable, const std::string& place);

 private:
  os::Environment environment_;
  std::vector<capture::Secret> secrets_, variables_;
};

/// Values that the capture knew of its profile's variables become defaults: what a person, the environment or the store
/// gives wins over them.
void use_recorded_values(const capture::CaptureHeader& header, profile::Bindings& bindings);

/// The recorded request's headers as -H says them, masked parts bound; without those that each connection makes anew,
/// and those that `flags` or, masked, the profile give. Errors: usage, for a value that is not known.
Result<std::vector<std::string>> recorded_headers(const session::Request& request,
                                                  const target::EndpointSettings& flags,
                                                  bool user_agent_given,
                                                  const profile::Bindings* bindings,
                                                  const MaskedValues& values);

}  // namespace whydrop::replay_run
