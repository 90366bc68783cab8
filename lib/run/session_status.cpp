#include "run/session_status.hpp"

#include <variant>

namespace whydrop::run {

Result<void> SessionStatus::on_event(const session::Event& event) {
  if (const auto* open = std::get_if<session::Open>(&event.body)) {
    if (open->role == session::Role::websocket) {
      *this = SessionStatus();
      conn_ = event.conn;
    }
    return {};
  }
  if (event.conn != conn_) {
    return {};
  }
  if (const auto* response = std::get_if<session::Response>(&event.body); response && response->status == 101) {
    state_ = State::open;
    opened_ns_ = last_ns_ = event.t_ns;
  } else if (const auto* message = std::get_if<session::Message>(&event.body)) {
    ++(message->from == session::Side::client ? sent_ : received_);
    last_ns_ = event.t_ns;
  } else if (const auto* frame = std::get_if<session::Frame>(&event.body)) {
    state_ = frame->header.opcode == wire::Opcode::close ? State::closing : state_;
    const auto trip = pings_.on_frame(*frame, event.t_ns, event.seq);
    rtt_ns_ = trip ? trip : rtt_ns_;
    last_ns_ = event.t_ns;
  } else if (std::holds_alternative<session::Ending>(event.body)) {
    state_ = State::over;
  }
  return {};
}

report::Talk SessionStatus::now(std::int64_t t_ns) const {
  return {state_, t_ns - opened_ns_, t_ns - last_ns_, sent_, received_, rtt_ns_};
}

}  // namespace whydrop::run
