#include "isolate/sprt.hpp"

#include <algorithm>

namespace whydrop::isolate {

void Sprt::add(bool dropped) {
  ratio_ *= dropped ? rates_.drops / rates_.lives : (1 - rates_.drops) / (1 - rates_.lives);
}

std::optional<bool> Sprt::decided() const {
  // One run decides where the rates are as far from 0 and 1 as the errors that are allowed.
  constexpr double kRounding = 1e-9;
  if (ratio_ * (1 + kRounding) >= (1 - rates_.beta) / rates_.alpha) {
    return true;
  }
  if (ratio_ * (1 - kRounding) <= rates_.beta / (1 - rates_.alpha)) {
    return false;
  }
  return std::nullopt;
}

namespace {

/// Ways to draw `drops` of all drops into the first `runs` of all runs, as a share of all ways.
double share(std::uint64_t drops, std::uint64_t runs, std::uint64_t all_drops, std::uint64_t all_runs) {
  // Drawn one after the other; the number of orders is multiplied in as it goes, so that nothing overflows.
  double made = 1;
  std::uint64_t drops_left = all_drops, left = all_runs;
  for (std::uint64_t i = 0; i < runs; ++i, --left) {
    const bool drop = i < drops;
    made *= static_cast<double>(drop ? drops_left : left - drops_left) / static_cast<double>(left);
    made *= drop ? 1 : static_cast<double>(i + 1) / static_cast<double>(i + 1 - drops);
    drops_left -= drop ? 1 : 0;
  }
  return made;
}

}  // namespace

double chance_of(const Count& a, const Count& b) {
  const std::uint64_t all_runs = a.runs() + b.runs(), all_drops = a.drops + b.drops;
  double chance = 0;
  for (std::uint64_t drops = a.drops; drops <= std::min(a.runs(), all_drops); ++drops) {
    if (all_drops - drops <= b.runs()) {
      chance += share(drops, a.runs(), all_drops, all_runs);
    }
  }
  return std::min(chance, 1.0);
}

}  // namespace whydrop::isolate
