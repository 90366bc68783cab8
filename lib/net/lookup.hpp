#pragma once

#include "net/loop.hpp"
#include "session/event.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace whydrop::net {

/// Looks one name up as every connection of ours does, for one that is made by other means. Can be dropped at any
/// moment; it then never calls back.
class Lookup {
 public:
  /// With the fact as it is to be told; its error is empty if there are addresses.
  using Done = std::function<void(session::Resolve)>;

  explicit Lookup(Loop& loop);
  ~Lookup();
  /// `ip_version` is 0, 4 or 6. `done` is called once, on the loop's thread, never from within this call; after
  /// `limit` with the error "timed out" (0: no limit).
  void start(const std::string& host, int ip_version, std::chrono::nanoseconds limit, Done done);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace whydrop::net
