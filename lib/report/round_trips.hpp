#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

namespace whydrop::report {

/// Times from pings to their pongs: how many, their sum, and the last kKept of them.
class RoundTrips {
 public:
  static constexpr std::size_t kKept = 1024;
  void add(std::int64_t ns);
  bool empty() const { return kept_.empty(); }
  std::uint64_t count() const { return count_; }
  std::int64_t sum_ns() const { return sum_ns_; }
  /// The time below which `percent` (0 to 100) of those kept are. There must be one.
  std::int64_t percentile_ns(std::size_t percent) const;
  /// "51 ms / 96 ms / 100 ms (p50, p95, most of 100)"; empty where there are none.
  std::string text() const;

 private:
  std::deque<std::int64_t> kept_;
  std::uint64_t count_ = 0;
  std::int64_t sum_ns_ = 0;
};

}  // namespace whydrop::report
