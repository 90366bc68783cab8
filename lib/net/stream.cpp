#include "net/stream.hpp"

#include "net/tcp_info.hpp"

#include <array>
#include <cstring>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace whydrop::net {

void Stream::read_some(asio::mutable_buffer buffer, IoDone done) {
  if (tls_) {
    tls_->async_read_some(buffer, std::move(done));
  } else {
    plain_->async_read_some(buffer, std::move(done));
  }
}

void Stream::write_all(asio::const_buffer buffer, IoDone done) {
  if (tls_) {
    asio::async_write(*tls_, buffer, std::move(done));
  } else {
    asio::async_write(*plain_, buffer, std::move(done));
  }
}

session::TcpInfo Stream::tcp_info() {
  return read_tcp_info(socket().native_handle());
}

int Stream::take_socket_error() {
  int error = 0;
  socklen_t size = sizeof(error);
  return getsockopt(socket().native_handle(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : 0;
}

void Stream::close() {
  if (tls_) {
    // Starting is enough: what fits the socket's buffer is written before this returns, and nobody waits for the
    // answer.
    tls_->async_shutdown([keep = tls_](const std::error_code&) {});
  }
  std::error_code ignored;
  socket().close(ignored);
}

void Stream::abandon() {
  std::error_code ignored;
  socket().set_option(asio::socket_base::linger(true, 0), ignored);
}

std::string endpoint_text(const asio::generic::stream_protocol::endpoint& endpoint) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const sockaddr* address = endpoint.data();
  if (address->sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, address, sizeof(v4));
    inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    return fmt::format("{}:{}", text.data(), ntohs(v4.sin_port));
  }
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, address, sizeof(v6));
    inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    return fmt::format("[{}]:{}", text.data(), ntohs(v6.sin6_port));
  }
  if (address->sa_family == AF_UNIX && endpoint.size() > offsetof(sockaddr_un, sun_path)) {
    sockaddr_un un{};
    std::memcpy(&un, address, endpoint.size());
    return fmt::format("unix:{}", un.sun_path);
  }
  return "unix:";
}

}  // namespace whydrop::net
