// Rule of this module: rehearsal/ is the local server that reproduces each failure. It breaks rules on purpose, through
// wire::FrameEncoder.
#pragma once

#include "base/result.hpp"
#include "net/loop.hpp"
#include "rehearsal/play.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::rehearsal {

/// One way to end a session, for --ending.
struct EndingRow {
  std::string_view name;
  std::string_view says;  ///< one line for --help and explain
  bool needs_tls = false;
};
const std::vector<EndingRow>& endings();

struct ServerOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  bool tls = false;       ///< a throw-away certificate is made at start
  std::string tls_fault;  ///< "", "expired", "hostname", "self-signed"
  std::string ending = "none";
  std::uint16_t close_code = 1000;
  std::string close_reason;
  unsigned after_messages = 0;  ///< end after so many data messages
  std::chrono::nanoseconds after_time{
      0};                             ///< or so long after the upgrade; with neither: as soon as the session is open
  int status = 0;                     ///< refuse the upgrade with it; 0: as the ending says
  std::chrono::nanoseconds delay{0};  ///< before each answer
  bool echo = true;
  bool no_pong = false;
  bool once = false;     ///< stop after one connection
  bool compress = true;  ///< accept permessage-deflate where it is offered
  /// Goes on where the client breaks a rule, instead of failing the connection as a lawful server does.
  bool lenient = false;
  /// Plays a profile instead of an echo; then no ending may be asked for. Null: none.
  std::shared_ptr<const Play> play{};
  /// Told one line for each session that is asked for, broken rule of a client, message of a profile, act, and end; no
  /// value of a query is in it. May be empty.
  std::function<void(std::string_view line)> log{};
};

/// A listening server on a Loop; serves many clients at once, each bounded in memory.
class Server {
 public:
  Server(net::Loop& loop, ServerOptions options);
  ~Server();
  /// Binds and listens; returns the port.
  Result<std::uint16_t> start();
  void on_idle_exit(std::function<void()> done);  ///< called after --once's connection ended
  void stop();
  std::string url() const;  ///< "ws://127.0.0.1:PORT"; call after start()
  /// "http://127.0.0.1:PORT": what --at takes; call after start().
  std::string base_url() const;
  /// The socket of the profile that is played, then its calls; call after start().
  std::vector<Address> addresses() const;
  /// The other side of the scenario that is played; call after start(). Errors: usage, for a variable without a value.
  Result<ClientPart> client_part() const;
  std::string certificate_pem() const;  ///< what a client needs for --cacert; empty without TLS; call after start()

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace whydrop::rehearsal
