#include "report/round_trips.hpp"

#include "base/units.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace whydrop::report {
namespace {

/// The value below which `share` per cent of `values` are.
std::int64_t percentile(std::vector<std::int64_t> values, std::size_t share) {
  const std::size_t at = std::min(values.size() - 1, values.size() * share / 100);
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(at);
  std::nth_element(values.begin(), nth, values.end());
  return *nth;
}

}  // namespace

void RoundTrips::add(std::int64_t ns) {
  kept_.push_back(ns);
  if (kept_.size() > kKept) {
    kept_.pop_front();
  }
}

std::string RoundTrips::text() const {
  if (kept_.empty()) {
    return {};
  }
  const std::vector<std::int64_t> values(kept_.begin(), kept_.end());
  return fmt::format("{} / {} / {} (p50, p95, most of {})",
                     format_duration(percentile(values, 50)),
                     format_duration(percentile(values, 95)),
                     format_duration(*std::max_element(values.begin(), values.end())),
                     values.size());
}

}  // namespace whydrop::report
