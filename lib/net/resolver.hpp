// For the .cpp files of net/ only.
#pragma once

#include "net/asio.hpp"
#include "session/event.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace whydrop::net {

struct Resolved {
  std::vector<asio::ip::address> addresses;  ///< in the order to try
  /// "NXDOMAIN: …", "SERVFAIL: …", "no data: …", "timed out: …", "refused: …"; none if it succeeded
  session::Failure failure;
};

/// Looks up one name through c-ares: the hosts file, then DNS. Can be dropped at any moment; it then never calls back.
class Resolver {
 public:
  using Done = std::function<void(Resolved)>;
  explicit Resolver(asio::io_context& context);
  ~Resolver();

  /// `ip_version` is 0, 4 or 6. `done` is called once, never from within this call.
  void start(const std::string& host, int ip_version, Done done);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace whydrop::net
