#pragma once

#include "base/result.hpp"
#include "cli/conversation.hpp"
#include "cli/options/session.hpp"

#include <cstdint>

namespace whydrop::cli {

/// Runs one conversation from the first connect to the verdict and returns the exit code. `interactive`: lines come
/// from a prompt on the terminal instead of the plan's input.
Result<int> converse(const SessionFlags& flags, ConversationPlan plan, std::uint64_t reconnects, bool interactive);

}  // namespace whydrop::cli
