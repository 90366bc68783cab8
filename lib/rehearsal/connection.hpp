// Internal to rehearsal/.
#pragma once

#include "handshake/head.hpp"
#include "net/stream.hpp"
#include "rehearsal/answers.hpp"
#include "rehearsal/observer.hpp"
#include "rehearsal/request.hpp"
#include "rehearsal/server.hpp"
#include "wire/deflate.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::rehearsal {

struct Ending;
class ScenarioState;
class ScenarioSession;

/// How the 101 departs from a good one.
struct UpgradeFault {
  enum class Accept { good, wrong, missing };
  Accept accept = Accept::good;
  std::optional<std::string> subprotocol;  ///< instead of the first one asked for; empty: none
  std::string extension;                   ///< named besides what was agreed on
};

/// One client of the server: its upgrade, the echo, and the ending that the options ask for. A client that breaks a
/// rule is failed, unless the options are lenient. Holds a bounded amount of memory: it stops reading while too much
/// waits to be sent.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Gone = std::function<void(const std::shared_ptr<Connection>&)>;
  /// Makes the next bytes of a stream; empty at its end.
  using Source = std::function<std::string()>;

  /// `number`: of the connection, for the log. `state`: of the profile that is played; null: none.
  Connection(net::Socket socket,
             std::uint64_t number,
             const ServerOptions& options,
             net::SslContext tls,
             std::shared_ptr<ScenarioState> state,
             Gone gone);
  ~Connection();

  void start();
  /// Called every few seconds: drops a client that takes nothing of what waits for it, or never finishes its request.
  void sweep();
  void close();
  /// False for a connection that made calls only.
  bool asked_for_session() const;

  // What an ending is made of; see endings.cpp.
  const ServerOptions& options() const { return options_; }
  net::Stream& stream() { return *stream_; }
  const handshake::Head& request() const { return request_.head(); }
  bool compressed() const { return deflater_.has_value(); }
  /// Tells a line of this connection, made safe for a terminal.
  void log(std::string_view line) const;
  /// Begins as a good server would: with TLS if it was asked for.
  void serve();
  /// Answers the request with 101 and opens the session.
  void upgrade(const UpgradeFault& fault);
  /// Sends an HTTP answer and ends the connection.
  void refuse(std::string_view answer);
  void send(std::string_view bytes) { stream_->write(bytes); }
  void send_close(std::string_view close_frame);
  /// Sends what `source` makes at the client's pace, for a bounded time.
  void pour(Source source);
  /// Ends in order: close_notify if there is TLS, then FIN.
  void finish();
  /// From now on nothing is answered, whatever comes.
  void fall_silent() { silent_ = true; }
  void ignore_close() { ignores_close_ = true; }
  /// Answers a call; `stays`: another one may follow.
  void reply(std::string_view answer, bool stays);
  /// Counts bytes that are kept for an act that waits: too many stop the reading.
  void hold(std::size_t bytes) { held_ += bytes; }
  void release(std::size_t bytes);
  /// True while more waits for the client than it should.
  bool is_behind() const;

 private:
  void read_on();
  void keep_reading();
  void on_bytes(std::string_view bytes);
  void on_peer_end();
  void on_request_bytes(std::string_view bytes);
  void read_requests();
  void on_request();
  std::string upgrade_head(const UpgradeFault& fault);
  void open();
  std::optional<Reply> judge_request();
  void on_frame_bytes(std::string_view bytes);
  void watch_frame_under_way();
  bool hears() const;
  void observe(const session::Event& event);
  void on_frame(const session::Frame& frame);
  void on_finding(const session::Finding& finding);
  void on_message(const session::Message& message);
  void answer_control();
  void on_ping(std::string payload);
  void on_close(std::string payload);
  void fail(std::uint16_t code, std::string why);
  void echo(bool text, bool compressed, std::string_view message);
  void end();
  void note_end(std::string how);
  void pour_on();
  void answer(std::size_t size, std::function<void()> action);
  void arm_answers();

  enum class Stage { request, session, finishing };
  struct Answer {
    std::chrono::steady_clock::time_point due;
    std::size_t cost;
    std::function<void()> action;
  };

  /// A control frame that is answered once it is known to break no rule.
  struct Control {
    wire::Opcode opcode;
    std::string payload;
  };

  const ServerOptions& options_;
  const std::uint64_t number_;
  const Ending& ending_;
  net::SslContext tls_;
  Gone gone_;
  std::shared_ptr<net::Stream> stream_;
  const std::string from_;  // the client's address
  asio::steady_timer answer_timer_, end_timer_;
  RequestReader request_;
  std::string unread_;  // what came behind a request that is being answered
  bool answering_ = false, reading_requests_ = false;
  std::shared_ptr<ScenarioSession> session_;  // null: no profile is played
  std::unique_ptr<Observer> observer_;        // from a request for a session on
  std::vector<session::Finding> request_faults_;
  std::optional<wire::Deflater> deflater_;
  std::optional<Control> control_;
  std::string extension_;  // the answer's Sec-WebSocket-Extensions; empty: none
  bool requested_ = false, opened_ = false, failed_ = false, framing_lost_ = false, inflate_failed_ = false;
  std::string how_ended_;  // for the log; the first thing that ended the session
  std::deque<Answer> answers_;
  std::size_t held_ = 0;
  Stage stage_ = Stage::request;
  bool silent_ = false, ignores_close_ = false, ended_ = false, close_sent_ = false, paused_ = false;
  unsigned messages_ = 0;
  Source source_;
  std::chrono::steady_clock::time_point pour_until_;
  unsigned idle_sweeps_ = 0;
  std::uint64_t written_at_sweep_ = 0;
};

}  // namespace whydrop::rehearsal
