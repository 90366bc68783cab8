#include "cli/options/values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace whydrop::cli {
namespace {

template <typename T>
struct Unit {
  std::string_view name;
  T factor;
};

constexpr std::array<Unit<double>, 8> kDurations = {
    {{"", 1e9}, {"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"min", 60e9}, {"h", 3600e9}}};
constexpr std::array<Unit<std::uint64_t>, 8> kSizes = {{{"", 1},
                                                        {"b", 1},
                                                        {"k", 1U << 10},
                                                        {"kib", 1U << 10},
                                                        {"m", 1U << 20},
                                                        {"mib", 1U << 20},
                                                        {"g", 1U << 30},
                                                        {"gib", 1U << 30}}};

/// Bytes of the well-formed sequence at the front of `text`, or 0. RFC 3629 section 4.
std::size_t sequence_length(std::string_view text) {
  const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const unsigned lead = at(0);
  if (lead < 0x80) {
    return 1;
  }
  const std::size_t length = lead >= 0xC2 && lead < 0xE0   ? 2
                             : lead >= 0xE0 && lead < 0xF0 ? 3
                             : lead >= 0xF0 && lead < 0xF5 ? 4
                                                           : 0;
  if (length == 0) {
    return 0;
  }
  const unsigned low = lead == 0xE0 ? 0xA0U : lead == 0xF0 ? 0x90U : 0x80U;
  const unsigned high = lead == 0xED ? 0x9FU : lead == 0xF4 ? 0x8FU : 0xBFU;
  bool good = at(1) >= low && at(1) <= high;
  for (std::size_t i = 2; i < length; ++i) {
    good = good && (at(i) & 0xC0U) == 0x80;
  }
  return good ? length : 0;
}

}  // namespace

std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  double amount = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + digits, amount, std::chars_format::fixed);
  if (failed != std::errc{} || end != text.data() + digits) {
    return std::nullopt;
  }
  for (const auto& unit : kDurations) {
    if (unit.name == text.substr(digits) && amount * unit.factor < 9e18) {
      return std::chrono::nanoseconds(std::llround(amount * unit.factor));
    }
  }
  return std::nullopt;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string unit_name = lower(text.substr(digits));
  for (const auto& unit : kSizes) {
    if (unit.name == unit_name) {
      const auto amount =
          parse_number(text.substr(0, digits), 0, std::numeric_limits<std::uint64_t>::max() / unit.factor);
      return amount ? std::optional(*amount * unit.factor) : std::nullopt;
    }
  }
  return std::nullopt;
}

std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t least, std::uint64_t most) {
  std::uint64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size() || value < least || value > most) {
    return std::nullopt;
  }
  return value;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t start = 0;;) {
    const std::size_t at = text.find(separator, start);
    parts.emplace_back(text.substr(start, at - start));
    if (at == std::string_view::npos) {
      return parts;
    }
    start = at + 1;
  }
}

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  });
  return out;
}

bool valid_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    if (length == 0) {
      return false;
    }
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace whydrop::cli
