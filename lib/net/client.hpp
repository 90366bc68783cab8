#pragma once

#include "base/result.hpp"
#include "engine/ports.hpp"
#include "engine/tap.hpp"
#include "handshake/head.hpp"
#include "net/loop.hpp"
#include "net/url.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::net {

/// TLS settings, named as curl names them. Paths are PEM files.
struct TlsOptions {
  bool insecure = false;
  bool allow_cn = false;  ///< a certificate without subjectAltName is taken by its CN, as browsers do no more
  std::string cacert, cert, key, pass;
  std::string max_version;   ///< "1.2", "1.3" or empty
  std::string key_log_file;  ///< keys are added to it (draft-ietf-tls-keylogfile); empty: nowhere
};

/// host:port rewriting as curl's --resolve and --connect-to.
struct AddressOverride {
  std::string host;        ///< empty: any
  std::uint16_t port = 0;  ///< 0: any
  std::string to_host;     ///< --connect-to
  std::uint16_t to_port = 0;
  std::vector<std::string> addresses;  ///< --resolve
};

struct ProxyOptions {
  /// http://…, https is refused; socks5://… (we resolve), socks5h://… (the proxy resolves); empty: none
  std::string url;
  std::string user, password;
};

struct PongPolicy {
  bool enabled = true;
  std::chrono::nanoseconds delay{0};
};

/// Everything that one connection needs. Times of 0 mean "none".
struct ConnectOptions {
  Url url;
  std::vector<handshake::HeaderField> headers;  ///< in order, as given; may replace default ones
  std::vector<std::string> subprotocols;
  std::string origin, user_agent, cookie, basic_user, basic_password;
  TlsOptions tls;
  ProxyOptions proxy;
  std::vector<AddressOverride> overrides;
  int ip_version = 0;  ///< 0, 4 or 6
  std::string interface_name, unix_socket;
  bool compression = true;                                             ///< offer permessage-deflate
  std::chrono::nanoseconds connect_timeout{std::chrono::seconds(10)};  ///< resolve up to the end of the upgrade
  std::chrono::nanoseconds ping_interval{0}, ping_timeout{0}, idle_timeout{0};
  std::chrono::nanoseconds close_timeout{std::chrono::seconds(5)};  ///< from our Close to the transport's end
  std::chrono::nanoseconds linger{std::chrono::milliseconds(500)};  ///< reading on after the endpoint gave up
  PongPolicy pong;
  std::uint64_t max_message = 64U << 20;  ///< larger ones are answered with Close 1009
  std::optional<std::uint32_t> parent;
  std::vector<session::RunLimit> run_limits;  ///< the run's own, besides those above
  std::vector<std::string> expect;            ///< what the run expects, for the record
};

/// All limits that may end a connection with these options.
std::vector<session::RunLimit> limits_of(const ConnectOptions& options);

/// Reads what the options name, the proxy's URL and TLS files, so that a mistake is told before anything is sent.
/// Errors: usage for the proxy, local for a file. A Client that is started all the same ends as proxy_failed or
/// tls_failed.
Result<void> check(const ConnectOptions& options);

/// One connection, from its first step to its Verdict, as those see it who ask for one.
class Connection {
 public:
  /// Called once, on the loop's thread.
  using Done = std::function<void(const session::Verdict&)>;

  virtual ~Connection() = default;
  virtual void start() = 0;
  /// Ends it at once as `interrupted` (before the upgrade) or by a clean close 1000 with the close time-out (after it).
  virtual void interrupt() = 0;
  virtual std::uint32_t conn() const = 0;
  /// The last HTTP answer, for -L and Retry-After; null before it.
  virtual const handshake::Head* response() const = 0;
};

/// The real Connection, from resolve on. Owns the socket; websocketpp acts behind it. Reports every step and byte to
/// the tap, forwards the events that the tap makes of them to the actor.
class Client final : public Connection {
 public:
  /// `tap`, `loop` and `actor` must outlive the Client.
  Client(Loop& loop, engine::Tap& tap, engine::Actor& actor, ConnectOptions options, Done done);
  ~Client() override;

  void start() override;
  void interrupt() override;
  std::uint32_t conn() const override;
  const handshake::Head* response() const override;
  engine::Channel& channel();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace whydrop::net
