// For client.cpp and client_session.cpp only.
#pragma once

#include "net/client.hpp"
#include "net/dialer.hpp"
#include "net/ending.hpp"
#include "net/endpoint.hpp"
#include "net/stream.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::net {

/// A timer of a Loop that ends with its owner.
class OneTimer {
 public:
  explicit OneTimer(Loop& loop) : loop_(loop) {}
  OneTimer(const OneTimer&) = delete;
  OneTimer& operator=(const OneTimer&) = delete;
  ~OneTimer() { stop(); }

  void start(std::chrono::nanoseconds delay, std::function<void()> work) {
    stop();
    id_ = loop_.after(delay, [this, work = std::move(work)] {
      id_ = 0;
      work();
    });
  }
  void stop() {
    loop_.cancel(id_);
    id_ = 0;
  }

 private:
  Loop& loop_;
  TimerId id_ = 0;
};

/// One connection's state. The phases follow one another in this order; `refused` or `open` follows `upgrading`.
struct Client::Impl : engine::Channel, std::enable_shared_from_this<Client::Impl> {
  enum class Phase { idle, dialing, upgrading, refused, open, ended };

  /// A lawful control frame that the observer saw and the endpoint must act on.
  struct Control {
    wire::Opcode opcode;
    std::string payload;
  };

  Impl(Loop& l, engine::Tap& t, engine::Actor& a, ConnectOptions o, Done d);

  // client.cpp: the way to an open session, bytes, the end
  void start();
  void dialed(session::Body fact);
  void dial_failed(const DialFailure& failure);
  void connected(std::shared_ptr<Stream> connected_stream);
  void connect_timed_out();
  void read();
  void on_read(std::string_view bytes);
  void on_chunk(std::string_view bytes);
  void on_answer(std::string_view bytes);
  void answered(std::string_view rest);
  void on_refusal_body(std::string_view bytes);
  void refuse();
  void read_ended(const std::error_code& error);
  void upgrade_ended(const std::error_code& error);
  void queue(std::string_view bytes);
  void write();
  void on_written(const std::error_code& error);
  session::Awaited awaited_at(session::EndingHow how) const;
  void end(session::EndingHow how, session::EndedBy by, std::string detail);
  void leave();
  void interrupt();

  // client_session.cpp: the open session
  void observe(const session::Event& event);
  void observe_frame(const session::Frame& frame);
  void observe_server_data(const session::Frame& frame);
  void observe_finding(const session::Finding& finding);
  void watch_frame_under_way();
  void act();
  void carry_out(const Control& control);
  void fail(std::uint16_t code, std::string_view reason);
  bool close_sent_raw() const;
  bool on_ping(const std::string& payload);
  void opened();
  void ping_tick();
  void watch_idle();
  void close_within(std::chrono::nanoseconds limit);

  // engine::Channel
  void send(engine::Payload kind, std::string_view payload) override;
  void ping(std::string_view payload) override;
  void pong(std::string_view payload) override;
  void close(std::uint16_t code, std::string_view reason) override;
  void send_raw(std::string_view bytes) override;
  void reset() override;
  std::size_t backlog() const override { return out.size() + in_flight.size(); }
  bool open() const override {
    return phase == Phase::open && endpoint && endpoint->is_open() && !close_sent && !server_closed;
  }

  Loop& loop;
  engine::Tap& tap;
  engine::Actor& actor;
  ConnectOptions options;
  Done done;

  Phase phase = Phase::idle;
  std::uint32_t conn = 0;
  std::optional<Dialer> dialer;
  std::shared_ptr<Stream> stream;
  std::optional<Endpoint> endpoint;
  handshake::HeadParser request{handshake::HeadParser::Kind::request};
  handshake::HeadParser answer{handshake::HeadParser::Kind::response};
  std::uint64_t body_bytes = 0;
  std::string body_tail;  ///< last bytes of a chunked body

  std::size_t unflushed = 0;  ///< bytes read since the sinks were last flushed
  std::string out, in_flight;
  bool by_time_out = false;
  bool writing = false, write_posted = false, was_full = false;
  std::error_code read_error, write_error;

  std::vector<Control> actions;
  std::uint64_t message_bytes = 0;  ///< of the server's message under way
  bool close_sent = false, server_closed = false, violated = false, interrupted_once = false;
  std::int64_t last_read_ns = 0;
  std::uint64_t pings = 0;
  std::size_t delayed_pongs = 0;
  std::string awaited_pong;  ///< payload of the ping that waits for its answer; empty: none

  OneTimer connect_timer{loop}, body_timer{loop}, ping_timer{loop}, pong_timer{loop}, idle_timer{loop},
      close_timer{loop}, write_timer{loop};
};

}  // namespace whydrop::net
