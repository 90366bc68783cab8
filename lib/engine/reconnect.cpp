#include "engine/reconnect.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <string>

namespace whydrop::engine {
namespace {

constexpr std::uint16_t kServiceRestart = 1012;
constexpr std::uint16_t kTryAgainLater = 1013;

bool refuses_credentials(int status) {
  return status == 401 || status == 403;
}

bool asks_for_time(const session::Verdict& verdict) {
  return verdict.received && (verdict.received->code == kServiceRestart || verdict.received->code == kTryAgainLater);
}

bool is_final(const session::Verdict& verdict, const std::vector<std::uint16_t>& codes) {
  return verdict.received && verdict.received->code &&
         std::find(codes.begin(), codes.end(), *verdict.received->code) != codes.end();
}

/// Days since 1970-01-01 of a date of the Gregorian calendar.
std::int64_t days_from_civil(std::int64_t year, int month, int day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = year / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

std::optional<std::int64_t> parse_http_date(const std::string& text) {
  constexpr std::array<std::string_view, 12> kMonths = {
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  int day = 0, year = 0, hour = 0, minute = 0, second = 0;
  std::array<char, 4> month{};
  if (std::sscanf(
          text.c_str(), "%*3s, %2d %3s %4d %2d:%2d:%2d GMT", &day, month.data(), &year, &hour, &minute, &second) != 6) {
    return std::nullopt;
  }
  const auto* found = std::find(kMonths.begin(), kMonths.end(), std::string_view(month.data()));
  if (found == kMonths.end()) {
    return std::nullopt;
  }
  const int number = static_cast<int>(found - kMonths.begin()) + 1;
  return ((days_from_civil(year, number, day) * 24 + hour) * 60 + minute) * 60 + second;
}

}  // namespace

ReconnectPolicy::ReconnectPolicy(Limits limits, std::function<double()> random)
    : limits_(limits), random_(std::move(random)) {}

std::optional<std::chrono::nanoseconds> ReconnectPolicy::next_wait(const Ended& ended) {
  if ((refuses_credentials(ended.http_status) && !limits_.after_refusal) ||
      is_final(ended.verdict, limits_.not_after)) {
    return std::nullopt;
  }
  if (ended.open_for && *ended.open_for >= limits_.short_lived) {
    failures_ = 0;
  }
  if (failures_ >= limits_.most) {
    return std::nullopt;
  }
  ++failures_;
  std::chrono::nanoseconds wait = backed_off();
  if (asks_for_time(ended.verdict)) {
    wait += limits_.restart;
  }
  return std::max(wait, ended.retry_after.value_or(std::chrono::nanoseconds(0)));
}

std::chrono::nanoseconds ReconnectPolicy::backed_off() {
  std::chrono::nanoseconds full = limits_.first;
  for (std::uint64_t i = 1; i < failures_ && full < limits_.cap; ++i) {
    full *= 2;
  }
  full = std::min(full, limits_.cap);
  if (!limits_.by_chance) {
    return full;
  }
  const double drawn = static_cast<double>(full.count()) / 2 * random_();
  return full / 2 + std::chrono::nanoseconds(static_cast<std::int64_t>(drawn));
}

std::optional<std::chrono::nanoseconds> parse_retry_after(std::string_view value, std::int64_t now) {
  constexpr std::int64_t kMost = 7 * 24 * 3600;
  std::int64_t seconds = 0;
  const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (failed != std::errc{} || end != value.data() + value.size()) {
    const auto date = parse_http_date(std::string(value));
    if (!date) {
      return std::nullopt;
    }
    seconds = *date - now;
  }
  return std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, kMost));
}

}  // namespace whydrop::engine
