#pragma once

#include "check/check.hpp"
#include "check/report.hpp"
#include "run/session.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::check_run {

/// What stands for the servers of checks.
struct RehearsalChoice {
  enum class Kind : std::uint8_t { none, own, named };
  Kind kind = Kind::none;  ///< own: the scenario that each check names
  std::string scenario{};  ///< of Kind::named
  std::string file{};      ///< where the scenarios are; empty: the built-in ones
};

/// What the checks of a run have in common.
struct CheckSettings {
  run::Session session;                  ///< of it the address, endpoint, output, capture and secrets
  std::vector<run::GivenValue> values;   ///< over those of the checks and of the environment
  std::vector<std::string> environment;  ///< names that a check may read besides WHYDROP_*
  RehearsalChoice rehearsal;
  std::optional<std::chrono::nanoseconds> timeout;  ///< of each check; null: its own
};

/// True if the check's profile has the variable.
bool takes(const check::Check& check, const std::string& variable);

/// Whether what is to stand for the check's server is there. Errors: usage.
Result<void> can_be_played(const check::Check& check, const CheckSettings& settings, const os::FileReader& read);

/// Runs the check in this process, to its end; prints its verdict on standard output, and records to `capture`, over
/// what stands there. Fills in of the outcome status, step, says and exit_code, masked;
/// detail is empty where nothing was connected to, so that the verdict says nothing.
check::Outcome carry_out(const run::Host& host,
                         const check::Check& check,
                         const CheckSettings& settings,
                         const std::string& capture);

}  // namespace whydrop::check_run
