#pragma once

#include "base/result.hpp"
#include "run/session.hpp"
#include "run/session_run.hpp"
#include "script/scripted_client.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace whydrop::run {

/// What a client does from the first connect to the verdict.
struct ClientPlan {
  script::ClientScript script;              ///< of how it closes and of what is strict counts what the session says
  std::optional<std::uint64_t> reconnects;  ///< after drops, at most so many in a row; null: as the scenario has it
  bool endless = false;                     ///< connect again for ever, also after a refusal, at most a minute apart
  bool silent = false;                      ///< events and the verdict are not printed
  bool interactive = false;                 ///< lines come from a prompt on the terminal instead of the script's input
};

/// Carries it out and returns the exit code. `recognise`: as ProfileChoice has it. `add`: adds what else watches the
/// run, before anything is opened; what it returns lives as long as the run, and its error ends it.
using Companion = std::shared_ptr<void>;
using Attach = std::function<Result<Companion>(SessionRun&)>;
Result<int> run_client(const Host& host,
                       Session session,
                       ProfileInUse& profile,
                       bool recognise,
                       ClientPlan plan,
                       const Attach& add = nullptr);

/// What the profile begins a session with. Errors: usage, for a message that cannot be made and will not be later.
Result<std::vector<script::Move>> opening_moves(const ProfileContext& context);

}  // namespace whydrop::run
