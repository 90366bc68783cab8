// For the .cpp files of net/ only.
#pragma once

#include "net/asio.hpp"
#include "session/event.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace whydrop::net {

using Socket = asio::generic::stream_protocol::socket;
using TlsStream = asio::ssl::stream<Socket>;
using IoDone = std::function<void(const std::error_code&, std::size_t)>;

/// A connected byte stream, plain or TLS, TCP or unix.
class Stream {
 public:
  explicit Stream(Socket socket) : plain_(std::make_unique<Socket>(std::move(socket))) {}
  explicit Stream(std::shared_ptr<TlsStream> tls) : tls_(std::move(tls)) {}

  bool tls() const { return tls_ != nullptr; }
  Socket& socket() { return tls_ ? tls_->next_layer() : *plain_; }
  void read_some(asio::mutable_buffer buffer, IoDone done);
  void write_all(asio::const_buffer buffer, IoDone done);
  /// TCP_INFO as it is now; empty for other sockets.
  session::TcpInfo tcp_info();
  /// SO_ERROR, which reading it clears.
  int take_socket_error();
  /// Says close_notify where there is TLS, as far as it fits without waiting, and closes. Pending operations end.
  void close();
  /// Makes the system say RST, and nothing else, when the stream is closed.
  void abandon();

 private:
  std::unique_ptr<Socket> plain_;
  std::shared_ptr<TlsStream> tls_;  ///< shared with the operation that close() leaves behind
};

/// "127.0.0.1:443", "[::1]:443" or "unix:/path".
std::string endpoint_text(const asio::generic::stream_protocol::endpoint& endpoint);

}  // namespace whydrop::net
