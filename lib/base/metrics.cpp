#include "base/metrics.hpp"

#include "base/time.hpp"

#include <fmt/format.h>

namespace whydrop {
namespace {

std::string_view name(Metric::Type type) {
  switch (type) {
  case Metric::Type::counter:
    return "counter";
  case Metric::Type::gauge:
    return "gauge";
  case Metric::Type::summary:
    return "summary";
  }
  return {};
}

/// A quotation mark is an ordinary character in a help text.
std::string escaped(std::string_view text, bool label) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || (label && c == '"')) {
      out += '\\';
    }
    out += c;
  }
  return out;
}

std::string labels_text(const MetricSample& sample) {
  std::string out;
  for (const auto& [label, value] : sample.labels) {
    out += fmt::format("{}{}=\"{}\"", out.empty() ? "{" : ",", label, escaped(value, true));
  }
  return out.empty() ? out : out + "}";
}

}  // namespace

std::string metric_seconds(std::int64_t ns) {
  return fmt::format("{}.{:09}", ns / kSecond, ns % kSecond);
}

std::string exposition(const std::vector<Metric>& metrics) {
  std::string out;
  for (const Metric& metric : metrics) {
    if (metric.samples.empty()) {
      continue;
    }
    out += fmt::format(
        "# HELP {} {}\n# TYPE {} {}\n", metric.name, escaped(metric.help, false), metric.name, name(metric.type));
    for (const MetricSample& sample : metric.samples) {
      out += fmt::format("{}{}{} {}\n", metric.name, sample.suffix, labels_text(sample), sample.value);
    }
  }
  return out;
}

}  // namespace whydrop
