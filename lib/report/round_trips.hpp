#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

namespace whydrop::report {

/// Times from pings to their pongs: the last kKept of them.
class RoundTrips {
 public:
  static constexpr std::size_t kKept = 1024;
  void add(std::int64_t ns);
  bool empty() const { return kept_.empty(); }
  /// "51 ms / 96 ms / 100 ms (p50, p95, most of 100)"; empty where there are none.
  std::string text() const;

 private:
  std::deque<std::int64_t> kept_;
};

}  // namespace whydrop::report
