// For the .cpp files of net/ and of those who serve: it names Asio's types.
#pragma once

#include "base/result.hpp"
#include "net/asio.hpp"
#include "net/loop.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace whydrop::net {

/// Listens on one TCP address and hands out what connects. When the system has no descriptor left it waits and accepts
/// again. Nothing is called any more after stop(), or once it is gone.
class Listener {
 public:
  using Accepted = std::function<void(asio::ip::tcp::socket)>;

  explicit Listener(Loop& loop);
  ~Listener();

  /// Binds and listens; `host` is an address or "localhost", port 0 lets the system choose. Returns the port. Errors:
  /// local.
  Result<std::uint16_t> start(const std::string& host, std::uint16_t port, Accepted accepted);
  void stop();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace whydrop::net
