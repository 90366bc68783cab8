#pragma once

#include "base/result.hpp"
#include "run/profile_context.hpp"
#include "run/session_profile.hpp"
#include "script/scripted_client.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace whydrop::run {

/// Runs one conversation from the first connect to the verdict and returns the exit code. `reconnects`: after drops, at
/// most so many in a row; null: as many as the scenario has, if one is played. `interactive`: lines come from a prompt
/// on the terminal instead of the plan's input.
Result<int> run_client(const SessionSettings& flags,
                       SessionProfile& profile,
                       script::ClientScript plan,
                       std::optional<std::uint64_t> reconnects,
                       bool interactive);

/// What the profile begins a session with. Errors: usage, for a message that cannot be made and will not be later.
Result<std::vector<script::Move>> opening_moves(const ProfileContext& context);

}  // namespace whydrop::run
