#include "unit/rehearsal/client.hpp"

#include <cerrno>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace whydrop::rehearsal::test {
namespace {

constexpr int kStuckMs = 300;

}  // namespace

Running::Running(const ServerOptions& options) : server_(std::make_unique<Server>(loop_, options)) {
  const auto port = server_->start();
  EXPECT_TRUE(port) << port.error().message;
  port_ = port.value_or(0);
  thread_ = std::thread([this] { loop_.run(); });
}

Running::~Running() {
  loop_.post([this] {
    server_->stop();
    loop_.stop();
  });
  thread_.join();
}

Client::Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(0, ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address));
  const timeval limit{20, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

Client::~Client() {
  ::close(socket_);
}

void Client::send(std::string_view bytes) const {
  EXPECT_EQ(static_cast<ssize_t>(bytes.size()), ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
}

std::size_t Client::send_until_stuck(std::string_view bytes, std::size_t most) const {
  std::size_t sent = 0;
  pollfd ready{socket_, POLLOUT, 0};
  while (sent<most&& ::poll(&ready, 1, kStuckMs)> 0) {
    const std::size_t at = sent % bytes.size();
    const ssize_t count = ::send(socket_, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0) {
      break;
    }
    sent += static_cast<std::size_t>(count);
  }
  return sent;
}

std::string Client::read_head() const {
  std::string head;
  char byte = 0;
  while (head.find("\r\n\r\n") == std::string::npos && ::recv(socket_, &byte, 1, 0) == 1) {
    head += byte;
  }
  return head;
}

std::string Client::read(std::size_t size) const {
  std::string bytes(size, '\0');
  const ssize_t got = ::recv(socket_, bytes.data(), size, MSG_WAITALL);
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
}

std::string Client::read_to_end() const {
  std::string all;
  char buffer[65536];
  for (;;) {
    const ssize_t got = ::recv(socket_, buffer, sizeof buffer, 0);
    if (got > 0) {
      all.append(buffer, static_cast<std::size_t>(got));
    } else if (got == 0) {
      return all + " <fin>";
    } else {
      return all + (errno == ECONNRESET ? " <reset>" : " <nothing came>");
    }
  }
}

std::string request(std::string_view extra) {
  return "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" +
         std::string(extra) + "\r\n";
}

std::string masked(unsigned char first, std::string_view payload) {
  const char start[] = {static_cast<char>(first), static_cast<char>(0x80U | payload.size()), 0, 0, 0, 0};
  return std::string(start, sizeof start).append(payload);
}

}  // namespace whydrop::rehearsal::test
