// Every way in which a connection can end, as one table: what is true of each of them, and how it is said.
#pragma once

#include "session/event.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace whydrop::session {

/// How far a connection can have come at most when it ended so.
enum class Reached : std::uint8_t { dialing, upgrade, session };

/// What is the same of all connections that ended in one way.
struct EndingTraits {
  EndingHow how;
  std::string_view name;  ///< as a capture has it
  Reached reached;
  bool cut_by_peer;       ///< the peer's side (the peer, or something before it) ended the transport
  bool silent_peer;       ///< given up because nothing came, or nothing was acknowledged
  EndedBy usual_ender;    ///< seen from a client; where the Ending itself does not say
  std::string_view noun;  ///< of the log and the verdict: "TCP FIN, an orderly end of the stream"
  /// A clause for the course of a session, "{peer} sent FIN". Holes: peer, own (whose side).
  std::string_view clause;
  /// A clause for a session without any Close; for one that never opened if `reached` is less. diagnose/headline.cpp
  /// has the holes.
  std::string_view headline;
  std::string_view title, text, fix;  ///< of `whydrop explain`
};

constexpr std::size_t kEndingCount = static_cast<std::size_t>(EndingHow::capture_ended) + 1;
/// One row an EndingHow, in its order.
const std::array<EndingTraits, kEndingCount>& endings();
const EndingTraits& traits(EndingHow how);

/// True if no session can have been open where a connection ended so.
inline bool ends_before_session(EndingHow how) {
  return traits(how).reached != Reached::session;
}

}  // namespace whydrop::session
