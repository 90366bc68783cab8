#pragma once

#include "base/result.hpp"
#include "engine/tap.hpp"
#include "net/client.hpp"
#include "net/identity.hpp"
#include "net/loop.hpp"
#include "relay/exchanges.hpp"
#include "relay/faults.hpp"
#include "relay/rewrite.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::relay {

struct RelayOptions {
  std::string host = "127.0.0.1";  ///< to listen on
  std::uint16_t port = 0;
  std::optional<net::Url> to;  ///< the server, of which scheme, host and port count; null: each client says where to go
  /// How a server is reached.
  std::function<Result<net::ConnectOptions>(const net::Url&)> connect;
  RewriteRules rewrite;
  std::vector<Fault> faults;       ///< done to each session
  std::function<double()> random;  ///< numbers of [0, 1) for faults that happen by chance
  /// A certificate for TLS of a client that wants to speak to this name or address.
  std::function<Result<net::SslContext>(const std::string& name)> certificate;
  bool pass_tls = false;                      ///< TLS of a client is passed on, and not looked into
  bool serves_others = false;                 ///< clients of other machines may say where to go
  std::size_t max_links = 1000;               ///< connections of clients at once; further ones are closed
  Exchanges::OnVerdict on_verdict;            ///< may be null
  std::function<void(std::string_view)> log;  ///< told a line of what is no session; may be null
};

/// What went by so far.
struct Traffic {
  std::uint64_t client_bytes = 0, server_bytes = 0;  ///< by the side that sent them
  std::uint64_t pieces = 0;                          ///< that were read, of both
  std::int64_t added_ns = 0;  ///< from reading them to handing them to the other side's socket, together
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
  Traffic traffic() const;
  /// Connections of clients that are under way.
  std::size_t links() const;
  /// Called each time that one ends.
  void on_link_ended(std::function<void()> handler);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace whydrop::relay
