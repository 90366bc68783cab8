#pragma once

#include "check/check.hpp"
#include "check/report.hpp"
#include "run/session_profile.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::check_run {

/// As CheckSettings::rehearse: the scenario that each check names.
inline constexpr const char* kOwnScenario = "*";

/// What the checks of a run have in common, as given.
struct CheckSettings {
  run::SessionSettings session;                     ///< of it the endpoint, output, capture, secrets, --var, --at, URL
  std::string rehearse;                             ///< scenario that stands for the server; empty: a real one
  std::optional<std::chrono::nanoseconds> timeout;  ///< of each check; null: its own
};

/// Those of --var's "NAME=VALUE" whose variable the check has.
std::vector<std::string> given_to(const check::Check& check, const std::vector<std::string>& given);

/// Whether what --rehearse asks for is there. Errors: usage.
Result<void> can_be_played(const check::Check& check, const CheckSettings& settings);

/// Runs the check in this process, to its end; prints its verdict on standard output, and records to `capture`, over
/// what stands there. Fills in of the outcome status, step, says and exit_code, masked;
/// detail is empty where nothing was connected to, so that the verdict says nothing.
check::Outcome carry_out(const check::Check& check, const CheckSettings& settings, const std::string& capture);

}  // namespace whydrop::check_run
