// For the .cpp files of net/ and of those who serve: it names Asio's types.
#pragma once

#include "net/asio.hpp"
#include "net/tls_codec.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::net {

/// One accepted socket, plain or TLS, whose two directions end each by itself. Writes are queued in order; a read
/// happens only when asked for, so that a caller who does not ask puts back-pressure on its peer. After close() or
/// reset() no handler is called any more.
class AcceptedStream : public std::enable_shared_from_this<AcceptedStream> {
 public:
  using Socket = asio::ip::tcp::socket;
  /// Gets the next bytes; empty at the end of the stream, in whatever way it came.
  using OnBytes = std::function<void(std::string_view)>;
  using Then = std::function<void()>;

  explicit AcceptedStream(Socket socket);

  void use_tls(const SslContext& context);
  /// From now on one byte a write, with `gap` between two.
  void drip(std::chrono::nanoseconds gap);

  void read(OnBytes on_bytes);
  void write(std::string_view plain);
  /// Runs `then` once all that was written is with the kernel.
  void when_drained(Then then);

  /// Sends FIN after all that was written, without a close_notify. Reading goes on.
  void send_fin();
  /// TLS: sends close_notify, then FIN. Without TLS: FIN.
  void send_orderly_end();
  /// Sends RST as soon as the peer's kernel has acknowledged all that was written.
  void reset();
  /// Runs `then` once the stream is closed, for whatever reason.
  void on_closed(Then then) { on_closed_ = std::move(then); }
  /// Drops everything at once.
  void close();

  asio::any_io_executor executor() { return socket_.get_executor(); }
  bool closed() const { return closed_; }
  /// True once reading ended by a RST.
  bool was_reset() const { return reset_; }
  std::size_t queued() const { return pending_.size() + flying_.size() - flown_; }
  std::uint64_t written() const { return written_; }

 private:
  void on_wire_bytes(std::string_view wire);
  void queue_wire(std::string_view wire);
  void pump();
  void on_written(std::size_t count);
  void drained();
  bool acknowledged();
  void reset_when_acknowledged(int tries_left);

  Socket socket_;
  asio::steady_timer timer_;
  std::optional<TlsCodec> tls_;
  std::array<char, 64 * 1024> buffer_;
  std::string plain_;
  std::string pending_, flying_;
  std::size_t flown_ = 0;
  std::uint64_t written_ = 0;
  std::chrono::nanoseconds gap_{0};
  OnBytes on_bytes_;
  std::vector<Then> then_;
  Then on_closed_;
  bool writing_ = false, fin_wanted_ = false, fin_sent_ = false, closed_ = false, ended_ = false, reset_ = false;
};

}  // namespace whydrop::net
