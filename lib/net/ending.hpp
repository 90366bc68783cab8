// How a connection ended, decided from what the system told. A pure function: no socket is touched here.
#pragma once

#include "session/event.hpp"

#include <optional>
#include <string>
#include <system_error>

namespace whydrop::net {

/// What is known when reading stopped.
struct ReadEnd {
  bool tls = false;
  bool mid_frame = false;        ///< the peer's last frame is incomplete
  std::error_code read, write;   ///< first error of each direction; none where it had none
  int socket_error = 0;          ///< SO_ERROR at that time
  std::optional<int> tcp_state;  ///< TCP_INFO's state
  bool write_pending = false;    ///< bytes were still waiting for the kernel
  /// Which side is at the other end of the socket: that of a relay's two or of a server's one may be the client.
  session::Side peer = session::Side::server;
};

struct Classified {
  session::EndingHow how = session::EndingHow::fin;
  session::EndedBy by = session::EndedBy::server;
};

/// Reset, fin, timed_out … from all evidence together. RFC 9293 section 3.10.7.
Classified classify(const ReadEnd& end);

/// A stable word for an error: "eof", "connection_reset", "stream_truncated", "broken_pipe" …; empty for none.
std::string error_name(const std::error_code& error);
/// The same for errno; empty for 0.
std::string error_name(int system_error);
/// Why a connection could not be made; Cause::none for no error.
session::Cause cause_of(const std::error_code& error);
session::Cause cause_of(int system_error);

}  // namespace whydrop::net
