#pragma once

#include "base/result.hpp"
#include "cli/options/session.hpp"
#include "os/environment.hpp"
#include "profile/profile.hpp"
#include "run/session.hpp"
#include "script/scripted_client.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::cli {

class Options;

/// Declares --heartbeat: "on", "off" or a duration.
void add_heartbeat_option(Options& options, std::string& heartbeat);
/// Declares --messages: how many of the server's are enough.
void add_messages_option(Options& options, std::optional<std::uint64_t>& count);
/// What of the client's heartbeats is sent by itself: `given` is empty where nothing was asked for, and `context` null
/// where no profile was named. Errors: usage, where there is no message for it.
Result<void> add_heartbeats(const std::string& given, const run::ProfileContext* context, script::ClientScript& script);

/// A message as given: text, "@FILE" for a file's content, of text without a last line end, or "-" for that of standard
/// input. Errors: local, also where text is no UTF-8.
Result<script::Move> read_message(const std::string& given, bool binary, const os::FileReader& read);

/// What is said by itself each time a session opens: what the profile begins with, and then `messages`, each a text or
/// "@FILE". Errors: usage, local.
Result<void> add_client_moves(const std::vector<std::string>& messages,
                              const os::FileReader& read,
                              const SessionFlags& flags,
                              const run::ProfileInUse& profile,
                              script::ClientScript& script);
/// The client's part of the scenario that is played.
Result<void> add_scenario_moves(const run::ProfileInUse& profile, script::ClientScript& script);

}  // namespace whydrop::cli
