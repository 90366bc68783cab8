#include "base/metrics.hpp"

#include <gtest/gtest.h>

namespace whydrop {
namespace {

TEST(Exposition, IsPrometheusText) {
  using Type = Metric::Type;
  EXPECT_EQ(
      exposition(
          {{"whydrop_sessions_total", Type::counter, "Opened \\ so \"far\"\n", {{"3"}}},
           {"whydrop_nothing", Type::gauge, "No sample.", {}},
           {"whydrop_endings_total",
            Type::counter,
            "Ended.",
            {{"1", {{"cause", "a\"b\\c\nd"}, {"side", "é"}}}, {"2", {{"cause", ""}}}}},
           {"whydrop_ping_seconds", Type::summary, "Pings.", {{"0.5", {{"quantile", "0.5"}}}, {"1", {}, "_count"}}}}),
      R"(# HELP whydrop_sessions_total Opened \\ so "far"\n
# TYPE whydrop_sessions_total counter
whydrop_sessions_total 3
# HELP whydrop_endings_total Ended.
# TYPE whydrop_endings_total counter
whydrop_endings_total{cause="a\"b\\c\nd",side="é"} 1
whydrop_endings_total{cause=""} 2
# HELP whydrop_ping_seconds Pings.
# TYPE whydrop_ping_seconds summary
whydrop_ping_seconds{quantile="0.5"} 0.5
whydrop_ping_seconds_count 1
)");
  EXPECT_EQ(exposition({}), "");
}

TEST(Exposition, TimesAreSeconds) {
  EXPECT_EQ(metric_seconds(0), "0.000000000");
  EXPECT_EQ(metric_seconds(61'000'000'005), "61.000000005");
}

}  // namespace
}  // namespace whydrop
