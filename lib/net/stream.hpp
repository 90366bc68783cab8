// For the .cpp files of net/ and of those who serve: it names Asio's types.
#pragma once

#include "net/asio.hpp"
#include "net/tls_codec.hpp"
#include "session/event.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace whydrop::net {

using Socket = asio::generic::stream_protocol::socket;

/// One socket, plain or TLS, whose two directions end each by itself. Writes are queued in order; a read happens only
/// when asked for, so that a caller who does not ask puts back-pressure on its peer. After close() or reset() no
/// handler is called any more.
class Stream : public std::enable_shared_from_this<Stream> {
 public:
  /// Gets the next bytes; empty at the end of the stream, in whatever way it came: read_error() says. They are borrowed
  /// for the call.
  using OnBytes = std::function<void(std::string_view)>;
  using Then = std::function<void()>;
  using Shaken = std::function<void(const std::error_code&)>;

  /// Bytes that one read gives at most.
  static constexpr std::size_t kMostRead = 120U << 10;

  explicit Stream(Socket socket);

  /// Speaks TLS from now on; the peer is to begin the handshake, or has with `first`.
  void use_tls(TlsCodec codec, std::string_view first = {});
  /// Begins the handshake of TLS as a client. `done` is called once, not from within; with operation_aborted where the
  /// stream was closed.
  void shake_hands(TlsCodec codec, Shaken done);
  /// From now on one byte a write, with `gap` between two.
  void drip(std::chrono::nanoseconds gap);

  /// After a close_notify a further read() asks for the end of TCP behind it; bytes before that are dropped.
  void read(OnBytes on_bytes);
  void write(std::string_view plain);
  /// Runs `then` once all that was written is with the kernel.
  void when_drained(Then then);

  /// Sends FIN after all that was written, without a close_notify. Reading goes on.
  void send_fin();
  /// TLS: sends close_notify after all that was written. Reading goes on.
  void send_close_notify();
  /// TLS: sends close_notify, then FIN. Without TLS: FIN.
  void send_orderly_end();
  /// Sends RST as soon as the peer's kernel has acknowledged all that was written.
  void reset();
  /// Runs `then` once the stream is closed, for whatever reason.
  void on_closed(Then then) { on_closed_ = std::move(then); }
  /// Runs `then`, in place of close(), where a write fails: what waits is dropped, and reading may go on.
  void on_write_failed(Then then) { on_write_failed_ = std::move(then); }
  /// Makes the system say RST, and nothing else, when the stream is closed.
  void abandon();
  /// Drops everything at once.
  void close();

  asio::any_io_executor executor() { return socket_.get_executor(); }
  /// "127.0.0.1:443", "[::1]:443" or "unix:/path"; empty once the peer is gone.
  std::string remote() const;
  /// The address on this side, without a port; empty for a unix socket, and once it is gone.
  std::string local_address() const;
  bool closed() const { return closed_; }
  bool tls() const { return tls_.has_value(); }
  /// Of a stream that speaks TLS.
  const TlsCodec& codec() const { return *tls_; }
  /// Why reading ended: asio::error::eof for FIN and close_notify, stream_truncated for a FIN without close_notify,
  /// connection_reset …; none while it goes on.
  const std::error_code& read_error() const { return read_error_; }
  /// Why TCP ended for reading; of TLS it may be another end than read_error().
  const std::error_code& transport_error() const { return transport_error_; }
  /// The first error of writing, or none.
  const std::error_code& write_error() const { return write_error_; }
  /// True once TCP itself ended for reading; false after a mere close_notify.
  bool transport_ended() const { return transport_ended_; }
  /// TCP_INFO as it is now.
  session::TcpInfo tcp_info();
  /// SO_ERROR, which reading it clears.
  int take_socket_error();
  std::size_t queued() const { return pending_.size() + flying_.size() - flown_; }
  /// Bytes with the kernel that the peer's has not acknowledged.
  std::size_t unacknowledged();
  std::uint64_t written() const { return written_; }

 private:
  void await_handshake(Shaken done);
  void on_handshake_bytes(Shaken done);
  void on_readable(const asio::error_code& error);
  void on_wire_end(const asio::error_code& error);
  void on_wire_bytes(std::string_view wire);
  void tell_what_is_there();
  void tell_end();
  void queue_wire(std::string_view wire);
  void pump();
  void on_written(std::size_t count);
  void write_failed(const asio::error_code& error);
  void drained();
  void reset_when_acknowledged(int tries_left);

  Socket socket_;
  asio::steady_timer timer_;
  std::optional<TlsCodec> tls_;
  std::string plain_;
  std::string early_;  ///< what came with the end of the handshake
  std::string pending_, flying_;
  std::size_t flown_ = 0;
  std::uint64_t written_ = 0;
  std::chrono::nanoseconds gap_{0};
  OnBytes on_bytes_;
  std::vector<Then> then_;
  Then on_closed_, on_write_failed_;
  std::error_code read_error_, transport_error_, write_error_;
  bool writing_ = false, fin_wanted_ = false, fin_sent_ = false, closed_ = false, end_told_ = false,
       transport_ended_ = false;
};

/// "127.0.0.1:443", "[::1]:443" or "unix:/path".
std::string endpoint_text(const asio::generic::stream_protocol::endpoint& endpoint);

}  // namespace whydrop::net
