#pragma once

#include "diagnose/ledger.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace whydrop::diagnose {

/// A silence that a session ended after, or its age.
enum class Clock : std::uint8_t { silence, quiet, server_silence, client_silence, age };

/// A time-out that a clock fits.
struct Fit {
  Clock clock = Clock::silence;
  std::int64_t ns = 0;  ///< what was measured
  std::int64_t limit_s = 0;
  bool sharp = false;   ///< at most some tens of ms past a whole second: hardly chance
  bool common = false;  ///< a default that many installations have
  std::string whose{};  ///< software whose default it is; empty: none that is known, or the answer names other software
  bool named = false;   ///< the answer names that software
  std::optional<AnnouncedLimit> announced{};  ///< the server said so itself
};

/// The time-out that `clock` fits at the end of the session: none where the session survived as much before, or where
/// the number is no round one.
std::optional<Fit> fit_of(const Ledger& ledger, Clock clock);

}  // namespace whydrop::diagnose
