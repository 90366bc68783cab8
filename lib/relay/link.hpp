// Internal to relay/.
#pragma once

#include "engine/tap.hpp"
#include "net/client.hpp"
#include "net/dialer.hpp"
#include "net/loop.hpp"
#include "net/stream.hpp"
#include "net/tls.hpp"
#include "relay/exchanges.hpp"
#include "relay/faults.hpp"
#include "relay/forward_request.hpp"
#include "relay/relay.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::relay {

/// A client's connection and the one to its server that stands for it. Bytes are passed on as they come, and an ending
/// in the form in which it came, behind the bytes before it. Holds a bounded amount of memory: it reads no more from a
/// side while the other one takes nothing.
class Link : public std::enable_shared_from_this<Link> {
 public:
  using Gone = std::function<void(const std::shared_ptr<Link>&)>;

  /// `loop`, `tap`, `options` and `traffic`, which counts what it passes on, must outlive it.
  Link(net::Loop& loop, engine::Tap& tap, const RelayOptions& options, Traffic& traffic, net::Socket client, Gone gone);

  void start();
  /// Ends both connections now, as `interrupted`.
  void interrupt();

 private:
  using Side = session::Side;
  /// What the client's next bytes are for.
  enum class Stage {
    asking,  ///< they say where to go
    early,   ///< the first ones for the server, which tell whether they are TLS
    open,    ///< they are passed on
    lost,    ///< the server cannot be reached: its client is to be told so
    passing  ///< TLS that is not looked into
  };
  /// One of the two connections.
  struct Leg {
    std::shared_ptr<net::Stream> stream;
    bool half_ended = false;  ///< its direction ended in order
    bool ended = false;       ///< nothing more comes from it
    bool reading = false;
    std::uint64_t bytes = 0;  ///< that came from it
    std::int64_t due_ns = 0;  ///< when the last of what was delayed reaches it
    std::size_t delayed = 0;  ///< bytes on their way to it
  };

  // the way to the server
  void on_asking(std::string_view bytes);
  void go_to(const net::Url& url);
  void dial();
  void dialed(std::shared_ptr<net::Stream> stream);
  void dial_failed(const net::DialFailure& failure);
  void on_step(session::Body fact);
  void on_lost(std::string_view bytes);
  void tell_by_alert();
  void wait_for_first();
  void on_early(std::string_view bytes);
  void secure(std::string_view first);
  void secured(const std::error_code& error);
  void accept_tls(std::string_view first);
  void open(std::string_view first);
  void deny(std::string_view answer);
  bool at_loopback() const;

  // bytes and ends
  void read(Side from);
  void on_bytes(Side from, std::string_view bytes);
  void pass_on(Side from, std::string_view bytes);
  void deliver(Side from, std::string_view bytes);
  void begin_faults();
  void fault_done(Side from, const std::string& words);
  void break_off(const Fault& fault);
  void after_what_waits(Side to, std::size_t bytes, std::function<void()> work);
  void refuse_by_fault();
  void go_on(Side from);
  void on_end(Side from);
  void note_end(Side from);
  void hand_on_end(Side from);
  void on_write_failed(Side to);
  void conclude();
  void close();

  Leg& leg(Side side) { return legs_.at(static_cast<std::size_t>(side)); }
  net::Stream& client() { return *leg(Side::client).stream; }
  std::int64_t now_ns() const { return loop_.now_ns(); }
  void limit(std::chrono::nanoseconds time, std::function<void()> work);
  void log(const std::string& line) const;

  net::Loop& loop_;
  engine::Tap& tap_;
  const RelayOptions& options_;
  Traffic& traffic_;
  Gone gone_;
  Stage stage_ = Stage::asking;
  std::optional<ForwardRequest> asked_;  ///< where the client says where to go
  net::Url url_;                         ///< of the server
  net::ConnectOptions upstream_;
  std::optional<Exchanges> exchanges_;
  std::optional<net::Dialer> dialer_;
  std::optional<net::TlsHandshake> handshake_;
  std::int64_t handshake_began_ns_ = 0;
  session::Cause failed_tls_ = session::Cause::other;  ///< of the server
  std::string first_;                                  ///< of the client, before they are passed on
  net::TimerId timer_ = 0;
  std::array<Leg, 2> legs_;
  std::optional<session::Ending> ending_;  ///< how the side ended that ended first
  std::string authority_;                  ///< of the first request in absolute-form
  std::optional<FaultGate> gate_;          ///< of an open session, where faults are done
  std::vector<net::TimerId> fault_timers_;
  bool stopped_by_fault_ = false;
  std::size_t unflushed_ = 0;
  bool over_ = false;
};

}  // namespace whydrop::relay
