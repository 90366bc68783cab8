#include "base/units.hpp"

#include "base/text.hpp"
#include "base/time.hpp"

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <ctime>
#include <limits>

#include <fmt/format.h>

namespace whydrop {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr auto kWholeSecond = static_cast<std::uint64_t>(kSecond);
constexpr Unit kTimeUnits[] = {
    {"ns", 1},
    {"us", 1'000},
    {"µs", 1'000},
    {"ms", 1'000'000},
    {"s", kWholeSecond},
    {"sec", kWholeSecond},
    {"m", 60 * kWholeSecond},
    {"min", 60 * kWholeSecond},
    {"h", 3600 * kWholeSecond},
    {"d", 86400 * kWholeSecond},
};
constexpr Unit kSizeUnits[] = {
    {"", 1},
    {"b", 1},
    {"k", 1ULL << 10},
    {"kb", 1ULL << 10},
    {"kib", 1ULL << 10},
    {"m", 1ULL << 20},
    {"mb", 1ULL << 20},
    {"mib", 1ULL << 20},
    {"g", 1ULL << 30},
    {"gb", 1ULL << 30},
    {"gib", 1ULL << 30},
};
constexpr std::string_view kDurationHint = "write a number and ns, us, ms, s, m, h or d, for example 500ms or 1m30s";
constexpr std::string_view kSizeHint = "write a number and k, M or G, for example 64k or 1MiB";

template <std::size_t N>
std::optional<std::uint64_t> factor_of(const Unit (&units)[N], std::string_view name) {
  for (const Unit& unit : units) {
    if (unit.name == name) {
      return unit.factor;
    }
  }
  return std::nullopt;
}

/// A whole part and up to nine digits of fraction, exact where a double would not be.
struct Number {
  std::uint64_t whole = 0;
  std::uint64_t billionths = 0;
  std::size_t size = 0;  ///< characters; 0 if there is no number
  bool overflow = false;
};

Number read_number(std::string_view text) {
  Number number;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number.whole);
  number.overflow = error == std::errc::result_out_of_range;
  number.size = static_cast<std::size_t>(end - text.data());
  if (number.size == 0 || number.size + 1 >= text.size() || text[number.size] != '.' ||
      !is_digit(text[number.size + 1])) {
    return number;
  }
  ++number.size;
  for (std::uint64_t place = kWholeSecond / 10; number.size < text.size() && is_digit(text[number.size]);
       ++number.size) {
    number.billionths += place * static_cast<std::uint64_t>(text[number.size] - '0');
    place /= 10;
  }
  return number;
}

/// `number` units of `factor`, or null if that is more than 2^63 - 1.
std::optional<std::uint64_t> scale(const Number& number, std::uint64_t factor) {
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (number.overflow || number.whole > kMax / factor) {
    return std::nullopt;
  }
  const auto fraction =
      static_cast<std::uint64_t>(static_cast<long double>(number.billionths) * static_cast<long double>(factor) /
                                 static_cast<long double>(kWholeSecond));
  const std::uint64_t total = number.whole * factor + fraction;
  return total > kMax ? std::nullopt : std::optional(total);
}

std::string_view unit_at(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size() && !is_digit(text[size]) && text[size] != '.') {
    ++size;
  }
  return text.substr(0, size);
}

tl::unexpected<Error> bad(std::string_view what, std::string_view text, std::string_view why, std::string_view hint) {
  return fail(ErrorKind::usage, fmt::format("cannot read {} '{}': {}", what, text, why), std::string(hint));
}

std::string why_no_number(std::string_view text) {
  if (text.empty()) {
    return "it is empty";
  }
  return text[0] == '-' ? "it is negative" : "a number is missing";
}

std::string two_parts(std::uint64_t large,
                      std::string_view large_unit,
                      std::uint64_t small,
                      std::string_view small_unit) {
  return small == 0 ? fmt::format("{} {}", large, large_unit)
                    : fmt::format("{} {} {} {}", large, large_unit, small, small_unit);
}

std::string format_seconds(std::uint64_t ms) {
  std::string text = fmt::format("{}.{:03}", ms / 1000, ms % 1000);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') {
    text.pop_back();
  }
  return text + " s";
}

std::string format_magnitude(std::uint64_t ns) {
  if (ns < 1'000) {
    return fmt::format("{} ns", ns);
  }
  if (ns < 1'000'000) {
    return fmt::format("{} µs", ns / 1'000);
  }
  if (ns < kWholeSecond) {
    return fmt::format("{} ms", ns / 1'000'000);
  }
  const std::uint64_t seconds = ns / kWholeSecond;
  if (seconds < 60) {
    return format_seconds(ns / 1'000'000);
  }
  if (seconds < 3600) {
    return two_parts(seconds / 60, "min", seconds % 60, "s");
  }
  if (seconds < 86400) {
    return two_parts(seconds / 3600, "h", seconds / 60 % 60, "min");
  }
  return two_parts(seconds / 86400, "d", seconds / 3600 % 24, "h");
}

/// Reads exactly `size` digits at `at`; null if they are not there.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t size) {
  int value = 0;
  if (at + size > text.size()) {
    return std::nullopt;
  }
  for (std::size_t i = at; i < at + size; ++i) {
    if (!is_digit(text[i])) {
      return std::nullopt;
    }
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

/// Reads "Z" or "+hh:mm" into seconds; null if it is neither.
std::optional<std::int64_t> read_offset(std::string_view text) {
  if (text == "Z" || text == "z") {
    return 0;
  }
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') {
    return std::nullopt;
  }
  const auto hours = digits(text, 1, 2);
  const auto minutes = digits(text, 4, 2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) {
    return std::nullopt;
  }
  const std::int64_t seconds = *hours * 3600 + *minutes * 60;
  return text[0] == '-' ? -seconds : seconds;
}

/// Reads "2024-05-06T07:08:09"; null if a field is missing or no such date exists.
std::optional<std::int64_t> read_date_time(std::string_view text) {
  if (text.size() < 19 || text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't' && text[10] != ' ') ||
      text[13] != ':' || text[16] != ':') {
    return std::nullopt;
  }
  constexpr std::array<std::array<std::size_t, 2>, 6> kFields{{{0, 4}, {5, 2}, {8, 2}, {11, 2}, {14, 2}, {17, 2}}};
  std::array<int, 6> values{};
  for (std::size_t i = 0; i < kFields.size(); ++i) {
    const auto value = digits(text, kFields[i][0], kFields[i][1]);
    if (!value) {
      return std::nullopt;
    }
    values[i] = *value;
  }
  std::tm fields{};
  fields.tm_year = values[0] - 1900;
  fields.tm_mon = values[1] - 1;
  fields.tm_mday = values[2];
  fields.tm_hour = values[3];
  fields.tm_min = values[4];
  fields.tm_sec = values[5];
  const std::tm wanted = fields;
  const std::time_t seconds = timegm(&fields);
  const bool leap_second = wanted.tm_sec == 60;
  const bool exists = wanted.tm_hour < 24 && wanted.tm_min < 60 && wanted.tm_sec <= 60 &&
                      (leap_second || (fields.tm_mday == wanted.tm_mday && fields.tm_mon == wanted.tm_mon));
  return exists ? std::optional<std::int64_t>(seconds) : std::nullopt;
}

}  // namespace

std::string format_duration(std::int64_t ns) {
  return ns < 0 ? "-" + format_magnitude(0 - static_cast<std::uint64_t>(ns))
                : format_magnitude(static_cast<std::uint64_t>(ns));
}

std::string format_size(std::uint64_t bytes) {
  if (bytes < 1024) {
    return fmt::format("{} B", bytes);
  }
  constexpr std::array<std::string_view, 6> kNames{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  std::size_t unit = 0;
  std::uint64_t unit_size = 1024;
  while (bytes / unit_size >= 1024) {
    unit_size *= 1024;
    ++unit;
  }
  const std::uint64_t tenths = bytes % unit_size * 10 / unit_size;
  return tenths == 0 ? fmt::format("{} {}", bytes / unit_size, kNames[unit])
                     : fmt::format("{}.{} {}", bytes / unit_size, tenths, kNames[unit]);
}

Result<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  std::uint64_t total = 0;
  std::string_view rest = text;
  do {
    const Number number = read_number(rest);
    if (number.size == 0) {
      return bad("duration", text, why_no_number(rest), kDurationHint);
    }
    rest.remove_prefix(number.size);
    const std::string_view unit = unit_at(rest);
    rest.remove_prefix(unit.size());
    const bool bare = unit.empty() && number.size == text.size();
    const auto factor = bare ? kWholeSecond : factor_of(kTimeUnits, unit);
    if (!factor) {
      return bad(
          "duration", text, unit.empty() ? "a unit is missing" : fmt::format("unknown unit '{}'", unit), kDurationHint);
    }
    const auto part = scale(number, *factor);
    total += part.value_or(0);
    if (!part || total > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return bad("duration", text, "it is too long", kDurationHint);
    }
  } while (!rest.empty());
  return std::chrono::nanoseconds(static_cast<std::int64_t>(total));
}

Result<std::uint64_t> parse_size(std::string_view text) {
  const Number number = read_number(text);
  if (number.size == 0) {
    return bad("size", text, why_no_number(text), kSizeHint);
  }
  std::string unit(text.substr(number.size));
  for (char& c : unit) {
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  const auto factor = factor_of(kSizeUnits, unit);
  if (!factor) {
    return bad("size", text, fmt::format("unknown unit '{}'", text.substr(number.size)), kSizeHint);
  }
  const auto size = scale(number, *factor);
  if (!size) {
    return bad("size", text, "it is too large", kSizeHint);
  }
  return *size;
}

std::string format_rfc3339(std::int64_t ns_since_epoch) {
  constexpr auto kNs = kSecond;
  const std::int64_t fraction = (ns_since_epoch % kNs + kNs) % kNs;
  const std::time_t seconds = (ns_since_epoch - fraction) / kNs;
  std::tm fields{};
  gmtime_r(&seconds, &fields);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
                     fields.tm_year + 1900,
                     fields.tm_mon + 1,
                     fields.tm_mday,
                     fields.tm_hour,
                     fields.tm_min,
                     fields.tm_sec,
                     fraction / 1'000'000);
}

std::optional<std::int64_t> parse_rfc3339(std::string_view text) {
  const auto seconds = read_date_time(text);
  if (!seconds) {
    return std::nullopt;
  }
  std::size_t at = 19;
  std::int64_t fraction = 0;
  if (at + 1 < text.size() && text[at] == '.' && is_digit(text[at + 1])) {
    ++at;
    for (std::int64_t place = 100'000'000; at < text.size() && is_digit(text[at]); ++at, place /= 10) {
      fraction += place * (text[at] - '0');
    }
  }
  const auto offset = read_offset(text.substr(at));
  constexpr std::int64_t kLimit = std::numeric_limits<std::int64_t>::max() / kSecond - 1;
  if (!offset || *seconds - *offset > kLimit || *seconds - *offset < -kLimit) {
    return std::nullopt;
  }
  return (*seconds - *offset) * kSecond + fraction;
}

}  // namespace whydrop
