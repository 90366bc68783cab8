#pragma once

#include "base/result.hpp"
#include "capture/redactor.hpp"
#include "capture/writer.hpp"
#include "os/environment.hpp"
#include "profile/bindings.hpp"
#include "run/profile_context.hpp"
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

  /// `variables`: of --var, where no profile in use has them. Errors: usage, for one without a value.
  static Result<MaskedValues> make(std::vector<capture::Secret> secrets,
                                   const std::vector<run::GivenValue>& variables,
                                   const os::Environment& environment);

  /// `bindings`: of the profile in use; null: none.
  std::optional<Found> find(const std::string& variable, const profile::Bindings* bindings) const;
  /// A variable without a value, and the place where it is masked.
  struct Unset {
    std::string variable, place;
  };
  /// Those of these spans.
  std::vector<Unset> unset_of(const std::vector<session::RedactSpan>& spans,
                              const std::string& place,
                              const profile::Bindings* bindings) const;
  /// `text` with each masked span replaced by its value, percent-encoded where `in_url`. Errors: unset().
  Result<std::string> fill(std::string_view text,
                           const std::vector<session::RedactSpan>& spans,
                           const std::string& place,
                           const profile::Bindings* bindings,
                           bool in_url = false) const;
  /// "variable x is not set: it is masked in <place>", with what sets it; each is named once. There must be one.
  static Error unset(const std::vector<Unset>& all);

 private:
  os::Environment environment_;
  std::vector<capture::Secret> secrets_, variables_;
};

/// Values that the capture knew of its profile's variables become defaults: what a person, the environment or the store
/// gives wins over them.
void use_recorded_values(const capture::CaptureHeader& header, profile::Bindings& bindings);

/// The recorded request's headers that are sent again: without those that each connection makes anew, and those that
/// `endpoint` or, masked, the profile give. They point into `request`.
std::vector<const session::Header*> resent_headers(const session::Request& request,
                                                   const target::Endpoint& endpoint,
                                                   const profile::Bindings* bindings);
/// Where such a header stands, for people.
std::string place_of(const session::Header& header);
/// Their lines, masked parts bound. Errors: usage, for a value that is not known.
Result<std::vector<target::HeaderLine>> recorded_headers(const session::Request& request,
                                                         const target::Endpoint& endpoint,
                                                         const profile::Bindings* bindings,
                                                         const MaskedValues& values);

}  // namespace whydrop::replay_run
