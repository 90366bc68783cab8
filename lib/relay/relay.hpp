#pragma once

#include "base/result.hpp"
#include "engine/tap.hpp"
#include "net/client.hpp"
#include "net/loop.hpp"
#include "relay/exchanges.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace whydrop::relay {

struct RelayOptions {
  std::string host = "127.0.0.1";  ///< to listen on
  std::uint16_t port = 0;
  net::ConnectOptions upstream;     ///< how the server is reached; of its URL scheme, host and port count
  Exchanges::OnVerdict on_verdict;  ///< may be null
};

/// Listens, and stands between each client that connects and its server.
class Relay {
 public:
  /// `loop` and `tap` must outlive it.
  Relay(net::Loop& loop, engine::Tap& tap, RelayOptions options);
  ~Relay();

  /// Binds and listens; returns the port. Errors: local.
  Result<std::uint16_t> start();
  /// Listens no more.
  void stop_listening();
  /// Ends what is under way, as `interrupted`.
  void interrupt();
  /// Connections of clients that are under way.
  std::size_t links() const;
  /// Called each time that one ends.
  void on_link_ended(std::function<void()> handler);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace whydrop::relay
