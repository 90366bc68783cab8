// Internal to rehearsal/.
#pragma once

#include "handshake/head.hpp"
#include "net/accepted_stream.hpp"
#include "rehearsal/deflate.hpp"
#include "rehearsal/request.hpp"
#include "rehearsal/server.hpp"
#include "wire/decoder.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace whydrop::rehearsal {

struct Ending;
class Director;
class Player;

/// How the 101 departs from a good one.
struct UpgradeFault {
  enum class Accept { good, wrong, missing };
  Accept accept = Accept::good;
  std::optional<std::string> subprotocol;  ///< instead of the first one asked for; empty: none
  std::string extension;                   ///< named besides what was agreed on
};

/// One client of the server: its upgrade, the echo, and the ending that the options ask for. Holds a bounded amount of
/// memory: it stops reading while too much waits to be sent.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Gone = std::function<void(const std::shared_ptr<Connection>&)>;
  /// Makes the next bytes of a stream; empty at its end.
  using Source = std::function<std::string()>;

  /// `director`: of the profile that is played; null: none.
  Connection(net::AcceptedStream::Socket socket,
             const ServerOptions& options,
             net::SslContext tls,
             std::shared_ptr<Director> director,
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
  net::AcceptedStream& stream() { return *stream_; }
  const handshake::Head& request() const { return request_.head(); }
  bool compressed() const { return deflate_ != nullptr; }
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
  void on_frame_bytes(std::string_view bytes);
  void on_frame(const wire::Frame& frame);
  void on_data(const wire::Frame& frame);
  void on_message();
  void on_close(std::string_view payload);
  void echo(wire::Opcode opcode, bool compressed, std::string_view message);
  void end();
  void pour_on();
  void answer(std::size_t size, std::function<void()> action);
  void arm_answers();

  enum class Stage { request, session, finishing };
  struct Answer {
    std::chrono::steady_clock::time_point due;
    std::size_t cost;
    std::function<void()> action;
  };

  const ServerOptions& options_;
  const Ending& ending_;
  net::SslContext tls_;
  Gone gone_;
  std::shared_ptr<net::AcceptedStream> stream_;
  asio::steady_timer answer_timer_, end_timer_;
  RequestReader request_;
  std::string unread_;  // what came behind a request that is being answered
  bool answering_ = false, reading_requests_ = false;
  wire::FrameDecoder decoder_;
  std::shared_ptr<Player> player_;  // null: no profile is played
  std::unique_ptr<Deflate> deflate_;
  std::deque<Answer> answers_;
  std::size_t held_ = 0;
  Stage stage_ = Stage::request;
  bool silent_ = false, ignores_close_ = false, ended_ = false, close_sent_ = false, paused_ = false;
  bool in_message_ = false, message_compressed_ = false;
  wire::Opcode message_opcode_ = wire::Opcode::text;
  std::string message_;
  unsigned messages_ = 0;
  Source source_;
  std::chrono::steady_clock::time_point pour_until_;
  unsigned idle_sweeps_ = 0;
  std::uint64_t written_at_sweep_ = 0;
};

}  // namespace whydrop::rehearsal
