#pragma once

#include "base/result.hpp"
#include "net/loop.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace whydrop::net {

/// Answers GET /metrics with a text in Prometheus' format (base/metrics.hpp), on the loop of a run; anything else gets
/// 404 or 405. One answer a connection, a bounded number of connections, and each of bounded size and time.
class MetricsServer {
 public:
  /// `text`: what there is to say now; called for each scrape. `loop` must outlive it.
  MetricsServer(Loop& loop, std::function<std::string()> text);
  ~MetricsServer();
  MetricsServer(const MetricsServer&) = delete;
  MetricsServer& operator=(const MetricsServer&) = delete;

  /// Listens; port 0 lets the system choose. Returns the URL to scrape. Errors: local.
  Result<std::string> start(const std::string& host, std::uint16_t port);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace whydrop::net
