#include "base/text.hpp"
#include "replay/player.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

namespace whydrop::replay {
namespace {

constexpr double kMostFactor = 1000;
constexpr std::string_view kDigits = "0123456789";

/// Digits with at most one point among them. std::from_chars of a double would do, but needs libm (lib/README.md,
/// "Dependencies").
std::optional<double> parse_decimal(std::string_view text) {
  constexpr int kMostDigits = 15;  // what a double holds exactly; a factor needs fewer
  const auto point = std::min(text.find('.'), text.size());
  const std::string digits =
      std::string(text.substr(0, point)) + std::string(point < text.size() ? text.substr(point + 1) : "");
  if (digits.empty() || digits.size() > kMostDigits || digits.find_first_not_of(kDigits) != std::string::npos) {
    return std::nullopt;
  }
  double value = 0;
  double scale = 1;
  for (std::size_t place = 0; place < digits.size(); ++place) {
    value = value * 10 + (digits[place] - '0');
    scale *= place < point ? 1 : 10;
  }
  return value / scale;
}

std::optional<double> parse_factor(std::string_view text) {
  if (text.empty() || text.back() != 'x') {
    return std::nullopt;
  }
  const auto factor = parse_decimal(text.substr(0, text.size() - 1));
  return factor >= 1 / kMostFactor && factor <= kMostFactor ? factor : std::nullopt;
}

}  // namespace

Result<Pace> parse_pace(std::string_view text) {
  Pace pace;
  if (text == "matched") {
    return pace;
  }
  pace.kind = text == "fast" ? Pace::Kind::fast : Pace::Kind::recorded;
  if (text == "fast" || text == "recorded") {
    return pace;
  }
  const auto factor = parse_factor(text);
  if (!factor) {
    return fail(ErrorKind::usage,
                "pace " + escape_for_terminal(text) + ": there is none of this name",
                "matched, recorded, fast, or a factor from 0.001x to 1000x, as in 2x");
  }
  pace.factor = *factor;
  return pace;
}

}  // namespace whydrop::replay
