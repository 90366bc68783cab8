#include "base/units.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace whydrop {
namespace {

constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kS = 1'000 * kMs;

TEST(FormatDuration, Table) {
  const std::pair<std::int64_t, std::string> rows[] = {
      {0, "0 ns"},
      {312, "312 ns"},
      {1'000, "1 µs"},
      {999'999, "999 µs"},
      {35 * kMs, "35 ms"},
      {999 * kMs + 999'999, "999 ms"},
      {kS, "1 s"},
      {1'204 * kMs, "1.204 s"},
      {1'200 * kMs, "1.2 s"},
      {30 * kS, "30 s"},
      {59'999 * kMs + 999'999, "59.999 s"},
      {60 * kS, "1 min"},
      {125 * kS, "2 min 5 s"},
      {3600 * kS, "1 h"},
      {7380 * kS, "2 h 3 min"},
      {86400 * kS, "1 d"},
      {97200 * kS, "1 d 3 h"},
      {-35 * kMs, "-35 ms"},
      {std::numeric_limits<std::int64_t>::min(), "-106751 d 23 h"},
  };
  for (const auto& [ns, text] : rows) {
    EXPECT_EQ(format_duration(ns), text);
  }
}

TEST(FormatSize, Table) {
  const std::pair<std::uint64_t, std::string> rows[] = {
      {0, "0 B"},
      {312, "312 B"},
      {1023, "1023 B"},
      {1024, "1 KiB"},
      {1536, "1.5 KiB"},
      {1024 * 1024 - 1, "1023.9 KiB"},
      {1 << 20, "1 MiB"},
      {1258292, "1.2 MiB"},
      {5ULL << 30, "5 GiB"},
      {std::numeric_limits<std::uint64_t>::max(), "15.9 EiB"},
  };
  for (const auto& [bytes, text] : rows) {
    EXPECT_EQ(format_size(bytes), text);
  }
}

TEST(ParseDuration, Table) {
  const std::pair<std::string_view, std::int64_t> rows[] = {
      {"500ms", 500 * kMs},
      {"5s", 5 * kS},
      {"2m", 120 * kS},
      {"1h", 3600 * kS},
      {"1d", 86400 * kS},
      {"30", 30 * kS},
      {"0", 0},
      {"1.5", 1'500 * kMs},
      {"1.5s", 1'500 * kMs},
      {"0.25ms", 250'000},
      {"1m30s", 90 * kS},
      {"250us", 250'000},
      {"250µs", 250'000},
      {"10ns", 10},
      {"2min", 120 * kS},
      {"0.1234567891s", 123'456'789},
  };
  for (const auto& [text, ns] : rows) {
    const auto parsed = parse_duration(text);
    ASSERT_TRUE(parsed) << text << ": " << parsed.error().message;
    EXPECT_EQ(parsed->count(), ns) << text;
  }
}

TEST(ParseDuration, Refusals) {
  const std::pair<std::string_view, std::string> rows[] = {
      {"", "cannot read duration '': it is empty"},
      {"fast", "cannot read duration 'fast': a number is missing"},
      {"-5s", "cannot read duration '-5s': it is negative"},
      {"5x", "cannot read duration '5x': unknown unit 'x'"},
      {"5S", "cannot read duration '5S': unknown unit 'S'"},
      {"5 s", "cannot read duration '5 s': unknown unit ' s'"},
      {"1m30", "cannot read duration '1m30': a unit is missing"},
      {"1.s", "cannot read duration '1.s': a unit is missing"},
      {"s", "cannot read duration 's': a number is missing"},
      {"300000d", "cannot read duration '300000d': it is too long"},
      {"99999999999999999999s", "cannot read duration '99999999999999999999s': it is too long"},
      {"106751d106751d", "cannot read duration '106751d106751d': it is too long"},
  };
  for (const auto& [text, message] : rows) {
    const auto parsed = parse_duration(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().kind, ErrorKind::usage);
    EXPECT_EQ(parsed.error().message, message);
    EXPECT_EQ(parsed.error().hint, "write a number and ns, us, ms, s, m, h or d, for example 500ms or 1m30s");
  }
}

TEST(ParseSize, Table) {
  const std::pair<std::string_view, std::uint64_t> rows[] = {
      {"0", 0},
      {"512", 512},
      {"512b", 512},
      {"64k", 65536},
      {"64K", 65536},
      {"64kB", 65536},
      {"64KiB", 65536},
      {"1MiB", 1 << 20},
      {"1m", 1 << 20},
      {"2GB", 2ULL << 30},
      {"1.5k", 1536},
      {"9223372036854775807", 9223372036854775807ULL},
  };
  for (const auto& [text, bytes] : rows) {
    const auto parsed = parse_size(text);
    ASSERT_TRUE(parsed) << text << ": " << parsed.error().message;
    EXPECT_EQ(*parsed, bytes) << text;
  }
}

TEST(ParseSize, Refusals) {
  const std::pair<std::string_view, std::string> rows[] = {
      {"", "cannot read size '': it is empty"},
      {"big", "cannot read size 'big': a number is missing"},
      {"-1", "cannot read size '-1': it is negative"},
      {"1TiBs", "cannot read size '1TiBs': unknown unit 'TiBs'"},
      {"10000000000G", "cannot read size '10000000000G': it is too large"},
      {"18446744073709551616", "cannot read size '18446744073709551616': it is too large"},
  };
  for (const auto& [text, message] : rows) {
    const auto parsed = parse_size(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().kind, ErrorKind::usage);
    EXPECT_EQ(parsed.error().message, message);
    EXPECT_EQ(parsed.error().hint, "write a number and k, M or G, for example 64k or 1MiB");
  }
}

TEST(Rfc3339, BothWays) {
  const std::pair<std::int64_t, std::string> rows[] = {
      {0, "1970-01-01T00:00:00.000Z"},
      {1'714'979'289'123 * kMs, "2024-05-06T07:08:09.123Z"},
      {951'782'400 * kS, "2000-02-29T00:00:00.000Z"},
      {-1 * kMs, "1969-12-31T23:59:59.999Z"},
      {4'102'444'799 * kS, "2099-12-31T23:59:59.000Z"},
  };
  for (const auto& [ns, text] : rows) {
    EXPECT_EQ(format_rfc3339(ns), text);
    EXPECT_EQ(parse_rfc3339(text), ns) << text;
  }
  EXPECT_EQ(format_rfc3339(1'999'999), "1970-01-01T00:00:00.001Z");
  EXPECT_EQ(format_rfc3339(-1), "1969-12-31T23:59:59.999Z");
}

TEST(Rfc3339, ReadsEveryForm) {
  const std::pair<std::string_view, std::int64_t> rows[] = {
      {"1970-01-01T00:00:01Z", kS},
      {"1970-01-01 00:00:01z", kS},
      {"1970-01-01T02:30:00+02:30", 0},
      {"1969-12-31T19:00:00-05:00", 0},
      {"1970-01-01T00:00:00.123456789Z", 123'456'789},
      {"1970-01-01T00:00:00.1234567899Z", 123'456'789},
      {"1972-06-30T23:59:60Z", 78'796'800 * kS},
  };
  for (const auto& [text, ns] : rows) {
    EXPECT_EQ(parse_rfc3339(text), ns) << text;
  }
}

TEST(Rfc3339, RefusesWhatIsNoTime) {
  for (const char* text : {"",
                           "2024",
                           "2024-05-06",
                           "2024-05-06T07:08:09",
                           "2024-05-06T07:08Z",
                           "2024-13-06T07:08:09Z",
                           "2023-02-29T00:00:00Z",
                           "2024-05-06T24:00:00Z",
                           "2024-05-06T07:60:09Z",
                           "2024-05-06T07:08:61Z",
                           "2024-05-06T07:08:09.Z",
                           "2024-05-06T07:08:09Zx",
                           "2024-05-06T07:08:09+2:00",
                           "2024-05-06T07:08:09+24:00",
                           "2024/05/06T07:08:09Z",
                           "9999-12-31T23:59:59Z",
                           "0001-01-01T00:00:00Z"}) {
    EXPECT_EQ(parse_rfc3339(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace whydrop
