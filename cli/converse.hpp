#pragma once

#include "base/result.hpp"
#include "cli/conversation.hpp"
#include "cli/options/session.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace whydrop::cli {

/// Runs one conversation from the first connect to the verdict and returns the exit code. `reconnects`: after drops, at
/// most so many in a row; null: as many as the scenario has, if one is played. `interactive`: lines come from a prompt
/// on the terminal instead of the plan's input.
Result<int> converse(const SessionFlags& flags,
                     SessionProfile& profile,
                     ConversationPlan plan,
                     std::optional<std::uint64_t> reconnects,
                     bool interactive);

/// What the profile begins a session with. Errors: usage, for a message that cannot be made and will not be later.
Result<std::vector<Move>> opening_moves(const ProfileContext& context);

}  // namespace whydrop::cli
