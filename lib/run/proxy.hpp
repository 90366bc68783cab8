#pragma once

#include "base/result.hpp"
#include "run/host.hpp"
#include "run/session.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace whydrop::run {

/// What stands between clients and their server.
struct ProxySettings {
  std::string listen_host = "127.0.0.1";
  std::uint16_t listen_port = 0;                     ///< 0: the system chooses
  bool once = false;                                 ///< end after one session
  std::optional<std::chrono::nanoseconds> stay_for;  ///< end after so long; null: only a signal ends it
};

/// Relays between the clients that connect and the server that `session` names, records and judges each session, until
/// a signal, or what the settings say. Returns the exit code: that of the worst ending. Errors: usage, local.
Result<int> proxy(const Host& host,
                  const Session& session,
                  const ProfileInUse& profile,
                  bool recognise,
                  const ProxySettings& settings);

}  // namespace whydrop::run
