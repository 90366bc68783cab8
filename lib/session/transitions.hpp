#pragma once

#include "session/event.hpp"

namespace whydrop::session {

/// What moves a side from one phase to another.
enum class Trigger : std::uint8_t {
  request,     ///< an upgrade was asked for
  upgraded,    ///< a 101 that opens a session
  refused,     ///< any other final answer
  close_sent,  ///< this side sent a Close frame
  ended,       ///< this side's half of the transport ended
};

/// The phase after `trigger`; `from` itself where the table has no row. Knows no roles: both sides obey one table.
Phase next_phase(Phase from, Trigger trigger);

}  // namespace whydrop::session
