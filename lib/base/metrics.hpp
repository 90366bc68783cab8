#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace whydrop {

/// One number of a Metric: `suffix` is what its name ends with besides ("_sum" of a summary), `value` its decimal text.
struct MetricSample {
  std::string value;
  std::vector<std::pair<std::string, std::string>> labels{};
  std::string_view suffix{};
};

/// A number as monitoring systems name it, with what it counts.
struct Metric {
  enum class Type : std::uint8_t { counter, gauge, summary };
  std::string_view name;  ///< "whydrop_messages_total": letters, digits and _ only
  Type type = Type::counter;
  std::string_view help;
  std::vector<MetricSample> samples;
};

/// The value of a sample that is a time: seconds, of nanoseconds that are not negative.
std::string metric_seconds(std::int64_t ns);

/// What the text is, as a Content-Type.
constexpr std::string_view kExpositionType = "text/plain; version=0.0.4; charset=utf-8";
/// All of them in Prometheus' text format, version 0.0.4; a metric without samples is left out. `metrics` are in the
/// order in which they are to stand, a name once. Labels may hold any UTF-8.
std::string exposition(const std::vector<Metric>& metrics);

}  // namespace whydrop
