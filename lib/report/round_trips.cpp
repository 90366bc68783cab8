#include "report/round_trips.hpp"

#include "base/units.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace whydrop::report {

void RoundTrips::add(std::int64_t ns) {
  ++count_;
  sum_ns_ += ns;
  kept_.push_back(ns);
  if (kept_.size() > kKept) {
    kept_.pop_front();
  }
}

std::int64_t RoundTrips::percentile_ns(std::size_t percent) const {
  std::vector<std::int64_t> values(kept_.begin(), kept_.end());
  const std::size_t at = std::min(values.size() - 1, values.size() * percent / 100);
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(at);
  std::nth_element(values.begin(), nth, values.end());
  return *nth;
}

std::string RoundTrips::text() const {
  if (kept_.empty()) {
    return {};
  }
  return fmt::format("{} / {} / {} (p50, p95, most of {})",
                     format_duration(percentile_ns(50)),
                     format_duration(percentile_ns(95)),
                     format_duration(percentile_ns(100)),
                     kept_.size());
}

}  // namespace whydrop::report
