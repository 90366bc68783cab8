#pragma once

#include "net/loop.hpp"
#include "rehearsal/server.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace whydrop::rehearsal::test {

/// A Server on a Loop of its own thread.
class Running {
 public:
  explicit Running(const ServerOptions& options);
  ~Running();
  std::uint16_t port() const { return port_; }

 private:
  net::Loop loop_;
  std::unique_ptr<Server> server_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

/// A blocking client that says what came and how the connection ended.
class Client {
 public:
  explicit Client(std::uint16_t port);
  ~Client();
  void send(std::string_view bytes) const;
  /// Sends what fits until the peer takes no more; returns how much that was, at most `most`.
  std::size_t send_until_stuck(std::string_view bytes, std::size_t most) const;
  /// The head of the answer, the empty line included.
  std::string read_head() const;
  std::string read(std::size_t size) const;
  /// Everything up to the end, then " <fin>" or " <reset>".
  std::string read_to_end() const;

 private:
  int socket_;
};

/// A good upgrade request; `extra` are whole header lines.
std::string request(std::string_view extra = "");
/// A frame as a client sends it, masked with zeros.
std::string masked(unsigned char first, std::string_view payload);

}  // namespace whydrop::rehearsal::test
