// For the .cpp files of net/ only.
#pragma once

#include "base/result.hpp"
#include "net/client.hpp"
#include "net/stream.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace whydrop::net {

/// A proxy's URL taken apart. RFC 1928, RFC 9110 section 9.3.6.
struct ProxyAddress {
  enum class Kind { http, socks5 };
  Kind kind = Kind::http;
  bool resolves = true;  ///< the proxy looks the name up; false: we do (socks5://)
  std::string host;
  std::uint16_t port = 1080;  ///< as curl takes it where none is given
  std::string user, password;
};

/// Errors: usage, "proxy …: why".
Result<ProxyAddress> parse_proxy(const ProxyOptions& options);

struct ProxyTarget {
  std::string host;
  std::uint16_t port = 0;
};

/// What came of asking a proxy for a connection.
struct ProxyOutcome {
  int status = 0;     ///< HTTP status, or the SOCKS reply
  std::string error;  ///< empty if it succeeded
};

/// Asks the proxy at the other end of `socket` to connect to `target`. Both must outlive it; it must be kept until
/// done.
class ProxyTunnel {
 public:
  using Done = std::function<void(ProxyOutcome)>;
  ProxyTunnel(Socket& socket, ProxyAddress proxy, ProxyTarget target, Done done);
  ~ProxyTunnel();
  void start();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace whydrop::net
