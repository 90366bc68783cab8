// For the .cpp files of net/ only.
#pragma once

#include "net/proxy_address.hpp"
#include "net/stream.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace whydrop::net {

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
