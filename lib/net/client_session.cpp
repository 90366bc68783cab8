#include "base/utf8.hpp"
#include "net/client_impl.hpp"
#include "rules/rules.hpp"
#include "session/heads.hpp"
#include "wire/close_code.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace whydrop::net {

using session::EndedBy;
using session::EndingHow;
using session::Side;
using wire::Opcode;

namespace {

constexpr std::size_t kMaxPongBacklog = 1024 * 1024;
constexpr std::size_t kMaxDelayedPongs = 1024;

bool is_legal_close(std::string_view payload) {
  const session::CloseSeen close = session::read_close(payload);
  return close.code ? wire::is_sendable(*close.code) && is_utf8(close.reason) : payload.empty();
}

/// True for what the endpoint may read. RFC 6455 section 5.5.
bool is_legal_control(const session::Frame& frame) {
  const wire::FrameHeader& header = frame.header;
  return !is_reserved(header.opcode) && header.fin && header.rsv == 0 && !header.masked && header.length <= 125 &&
         frame.payload.size() == header.length && (header.opcode != Opcode::close || is_legal_close(frame.payload));
}

}  // namespace

void Client::Impl::opened() {
  last_read_ns = loop.now_ns();
  if (options.ping_interval.count() > 0) {
    ping_timer.start(options.ping_interval, [this] { ping_tick(); });
  }
  if (options.idle_timeout.count() > 0) {
    idle_timer.start(options.idle_timeout, [this] { watch_idle(); });
  }
  actor.on_open(*this);
}

void Client::Impl::observe(const session::Event& event) {
  if (phase == Phase::ended) {
    return;
  }
  if (const auto* frame = std::get_if<session::Frame>(&event.body)) {
    // What the frame before asks for goes first: a pong stands before the echo of a later message.
    act();
    observe_frame(*frame);
  } else if (const auto* finding = std::get_if<session::Finding>(&event.body)) {
    observe_finding(*finding);
  } else if (const auto* bytes = std::get_if<session::UndecodedBytes>(&event.body)) {
    if (!bytes->protocol.empty()) {
      fail(1002, "");
    }
  } else if (const auto* message = std::get_if<session::Message>(&event.body)) {
    if (message->from == Side::server && message->length > options.max_message) {
      fail(1009, "message too big");
    }
  }
  actor.on_event(*this, event);
}

void Client::Impl::observe_frame(const session::Frame& frame) {
  if (frame.from == Side::client) {
    if (frame.header.opcode == Opcode::close && !close_sent) {
      close_sent = true;
      idle_timer.stop();
      ping_timer.stop();
      pong_timer.stop();
      close_within(violated ? options.linger : options.close_timeout);
    }
    return;
  }
  if (!is_control(frame.header.opcode)) {
    observe_server_data(frame);
  } else if (is_legal_control(frame)) {
    actions.emplace_back(Control{frame.header.opcode, std::string(frame.payload)});
  }
  server_closed = server_closed || frame.header.opcode == Opcode::close;
}

void Client::Impl::observe_server_data(const session::Frame& frame) {
  message_bytes += frame.header.length;
  if (message_bytes > options.max_message) {
    fail(1009, "message too big");
  }
  if (frame.header.fin) {
    message_bytes = 0;
  }
}

void Client::Impl::observe_finding(const session::Finding& finding) {
  if (phase != Phase::open || finding.at_fault != session::Party::server) {
    return;
  }
  if (const rules::Rule* rule = rules::find_rule(finding.id); rule != nullptr && rule->fail_code != 0) {
    fail(rule->fail_code, "");
  }
}

/// A frame that has not ended yet has no event, but what came of it tells already what it will be.
void Client::Impl::watch_frame_under_way() {
  const auto length = tap.frame_under_way(conn, Side::server);
  if (length && *length > options.max_message - std::min(message_bytes, options.max_message)) {
    fail(1009, "message too big");
  }
  if (const auto code = violated ? std::uint16_t{0} : tap.early_fail_code(conn, Side::server); code != 0) {
    fail(code, "");
  }
}

void Client::Impl::act() {
  if (actions.empty()) {
    return;
  }
  // An action makes no new ones: what the endpoint writes is observed when it leaves.
  std::vector<Control> now;
  now.swap(actions);
  for (const Control& control : now) {
    carry_out(control);
  }
}

void Client::Impl::carry_out(const Control& control) {
  if (control.opcode == Opcode::pong && control.payload == awaited_pong) {
    awaited_pong.clear();
    pong_timer.stop();
  }
  if (!close_sent_raw()) {
    endpoint->on_control(control.opcode, control.payload);
  }
}

/// Fails the connection: nothing that came later is answered any more. RFC 6455 section 7.1.7.
void Client::Impl::fail(std::uint16_t code, std::string_view reason) {
  if (violated) {
    return;
  }
  act();
  violated = true;
  close_within(options.linger);
  if (!close_sent_raw()) {
    endpoint->close(code, reason);
  }
}

/// A Close of ours that the endpoint does not know of: it must not answer any more, nor close a second time. RFC 6455
/// section 5.5.1.
bool Client::Impl::close_sent_raw() const {
  return close_sent && endpoint->is_open();
}

bool Client::Impl::on_ping(const std::string& payload) {
  // A server that pings without end and reads nothing must not fill our memory. RFC 6455 section 5.5.3 allows to skip
  // pongs.
  if (!options.pong.enabled || backlog() > kMaxPongBacklog) {
    return false;
  }
  if (options.pong.delay.count() == 0) {
    return true;
  }
  if (delayed_pongs == kMaxDelayedPongs) {
    return false;
  }
  ++delayed_pongs;
  loop.after(options.pong.delay, [weak = weak_from_this(), payload] {
    if (const auto self = weak.lock(); self && self->phase == Phase::open) {
      --self->delayed_pongs;
      self->endpoint->pong(payload);
    }
  });
  return false;
}

void Client::Impl::ping_tick() {
  ping_timer.start(options.ping_interval, [this] { ping_tick(); });
  if (!awaited_pong.empty() && options.ping_timeout.count() > 0) {
    return;
  }
  awaited_pong = fmt::format("{}", ++pings);
  endpoint->ping(awaited_pong);
  if (options.ping_timeout.count() > 0) {
    pong_timer.start(options.ping_timeout, [this] { end(EndingHow::ping_timeout, EndedBy::client, ""); });
  }
}

void Client::Impl::watch_idle() {
  const std::chrono::nanoseconds idle(loop.now_ns() - last_read_ns);
  if (idle >= options.idle_timeout) {
    end(EndingHow::idle_timeout, EndedBy::client, "");
    return;
  }
  idle_timer.start(options.idle_timeout - idle, [this] { watch_idle(); });
}

void Client::Impl::close_within(std::chrono::nanoseconds limit) {
  if (limit.count() > 0) {
    close_timer.start(limit, [this] {
      end(close_sent ? EndingHow::close_timeout : EndingHow::interrupted,
          EndedBy::client,
          close_sent ? "" : "the server did not read what was sent before our Close");
    });
  }
}

void Client::Impl::send(engine::Payload kind, std::string_view payload) {
  // After the server's Close too: its answer is the last that goes. RFC 6455 section 5.5.1.
  if (open()) {
    endpoint->send(kind, payload);
  }
}

void Client::Impl::ping(std::string_view payload) {
  if (phase == Phase::open) {
    endpoint->ping(payload);
  }
}

void Client::Impl::pong(std::string_view payload) {
  if (phase == Phase::open) {
    endpoint->pong(payload);
  }
}

void Client::Impl::close(std::uint16_t code, std::string_view reason) {
  if (phase == Phase::open && !close_sent_raw()) {
    endpoint->close(code, reason);
  }
}

void Client::Impl::send_raw(std::string_view bytes) {
  if (phase == Phase::open) {
    queue(bytes);
  }
}

void Client::Impl::reset() {
  if (phase == Phase::open) {
    stream->abandon();
    end(EndingHow::local_close, EndedBy::client, "reset");
  }
}

}  // namespace whydrop::net
