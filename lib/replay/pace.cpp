#include "base/text.hpp"
#include "replay/player.hpp"

#include <charconv>
#include <cmath>

namespace whydrop::replay {
namespace {

constexpr double kMostFactor = 1000;

std::optional<double> parse_factor(std::string_view text) {
  if (text.empty() || text.back() != 'x') {
    return std::nullopt;
  }
  double factor = 0;
  const char* end = text.data() + text.size() - 1;
  const auto done = std::from_chars(text.data(), end, factor, std::chars_format::fixed);
  const bool whole = done.ec == std::errc() && done.ptr == end;
  return whole && factor >= 1 / kMostFactor && factor <= kMostFactor ? std::optional(factor) : std::nullopt;
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
