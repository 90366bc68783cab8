#pragma once

#include "base/result.hpp"
#include "relay/faults.hpp"
#include "run/host.hpp"
#include "run/session.hpp"
#include "target/addresses.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::run {

/// What stands between clients and their server.
struct ProxySettings {
  std::string listen_host = "127.0.0.1";
  std::uint16_t listen_port = 0;                     ///< 0: the system chooses
  bool once = false;                                 ///< end after one session
  std::optional<std::chrono::nanoseconds> stay_for;  ///< end after so long; null: only a signal ends it
  /// Values in place of the client's; empty: the server's own; null: the client's.
  std::optional<std::string> host_header, origin_header;
  std::vector<relay::Fault> faults;  ///< done to each session
  std::uint32_t seed = 1;            ///< of what happens by chance
  std::optional<target::ListenAddress> metrics;
  bool pass_tls = false;       ///< TLS of clients is passed on, and not looked into
  bool serves_others = false;  ///< as a forward proxy it serves other machines, too
  bool drain = false;          ///< the first signal waits for sessions to end by themselves
  std::uint64_t max_links = 1000;
};

/// Relays between the clients that connect and the server that `session` names, or each client does; records and judges
/// each session, until a signal, or what the settings say. Returns the exit code: that of the worst ending. Errors:
/// usage, local.
Result<int> proxy(const Host& host,
                  const Session& session,
                  const ProfileInUse& profile,
                  bool recognise,
                  const ProxySettings& settings);

/// The certificate that clients are to trust, PEM, and how that is done, for people. The authority is made where there
/// is none. Errors: local.
Result<std::string> proxy_certificate(const Host& host);
Result<std::string> proxy_trust_hint(const Host& host);

}  // namespace whydrop::run
