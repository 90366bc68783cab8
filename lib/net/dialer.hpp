// For the .cpp files of net/ only.
#pragma once

#include "net/client.hpp"
#include "net/stream.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace whydrop::net {

/// Why no stream came about.
struct DialFailure {
  session::EndingHow how = session::EndingHow::connect_failed;
  session::EndedBy by = session::EndedBy::unknown;
  std::string detail;  ///< "connection_refused", "timed out", "NXDOMAIN: …", "expired: …"
};

/// From options to a connected stream: override, resolve, connect, proxy, TLS. Each step is told as a fact. Dropping it
/// ends every wait at once.
class Dialer {
 public:
  struct Callbacks {
    std::function<void(session::Body)> fact;
    std::function<void(std::shared_ptr<Stream>)> connected;
    std::function<void(DialFailure)> failed;
  };
  Dialer(Loop& loop, const ConnectOptions& options, Callbacks callbacks);
  ~Dialer();

  void start();
  /// Time ran out: tells the step under way as failed, as a fact, and what ending that makes.
  DialFailure time_out();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace whydrop::net
