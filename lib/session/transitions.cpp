// Every transition of a side is in this table, and nothing outside it changes a phase. RFC 6455 sections 4 and 7.1.
#include "session/transitions.hpp"

#include <array>

namespace whydrop::session {
namespace {

struct Transition {
  Phase from;
  Trigger trigger;
  Phase to;
};

constexpr std::array kTransitions{
    Transition{Phase::connecting, Trigger::upgraded, Phase::open},
    Transition{Phase::connecting, Trigger::refused, Phase::closed},
    Transition{Phase::connecting, Trigger::close_sent, Phase::closing},
    Transition{Phase::connecting, Trigger::ended, Phase::closed},
    Transition{Phase::open, Trigger::close_sent, Phase::closing},
    Transition{Phase::open, Trigger::ended, Phase::closed},
    Transition{Phase::closing, Trigger::ended, Phase::closed},
    // A refused upgrade may be asked for again on the same connection, as after a 401.
    Transition{Phase::closed, Trigger::request, Phase::connecting},
};

}  // namespace

Phase next_phase(Phase from, Trigger trigger) {
  for (const auto& row : kTransitions) {
    if (row.from == from && row.trigger == trigger) {
      return row.to;
    }
  }
  return from;
}

}  // namespace whydrop::session
