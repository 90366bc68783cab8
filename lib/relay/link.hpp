// Internal to relay/.
#pragma once

#include "engine/tap.hpp"
#include "net/client.hpp"
#include "net/dialer.hpp"
#include "net/duplex_stream.hpp"
#include "net/loop.hpp"
#include "relay/exchanges.hpp"
#include "relay/relay.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace whydrop::relay {

/// A client's connection and the one to its server that stands for it. Bytes are passed on as they come, and an ending
/// in the form in which it came, behind the bytes before it. Holds a bounded amount of memory: it reads no more from a
/// side while the other one takes nothing.
class Link : public std::enable_shared_from_this<Link> {
 public:
  using Gone = std::function<void(const std::shared_ptr<Link>&)>;

  /// `loop`, `tap` and `options` must outlive it.
  Link(net::Loop& loop, engine::Tap& tap, const RelayOptions& options, net::DuplexStream::Socket client, Gone gone);

  void start();
  /// Ends both connections now, as `interrupted`.
  void interrupt();

 private:
  using Side = session::Side;
  /// One of the two connections.
  struct Leg {
    std::shared_ptr<net::DuplexStream> stream;
    bool ended = false;  ///< nothing more comes from it
    bool reading = false;
  };

  void dial();
  void dialed(std::unique_ptr<net::Stream> stream);
  void dial_failed(const net::DialFailure& failure);
  void answer_for_server();
  void read(Side from);
  void on_bytes(Side from, std::string_view bytes);
  void go_on(Side from);
  void on_end(Side from);
  void note_end(Side from);
  void on_write_failed(Side to);
  void conclude();
  void close();
  Leg& leg(Side side) { return legs_.at(static_cast<std::size_t>(side)); }
  std::int64_t now_ns() const { return loop_.now_ns(); }

  net::Loop& loop_;
  const RelayOptions& options_;
  Gone gone_;
  Exchanges exchanges_;
  std::optional<net::Dialer> dialer_;
  net::TimerId timer_ = 0;
  std::array<Leg, 2> legs_;
  std::optional<session::Ending> ending_;  ///< how the side ended that ended first
  bool over_ = false;
};

}  // namespace whydrop::relay
