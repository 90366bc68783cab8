#include "isolate/noisy.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace whydrop::isolate {
namespace {

constexpr std::array kDrops = {0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97};
constexpr std::array kLives = {0.002, 0.01, 0.03, 0.06, 0.1, 0.2, 0.3};
// What drops less than so many times as often is no cause that could be told from chance.
constexpr double kLeastContrast = 2;
// How much more than half may be left out.
constexpr double kRoom = 1.2;

}  // namespace

const std::vector<NoisySearch::Shares>& NoisySearch::grid() {
  static const std::vector<Shares> all = [] {
    std::vector<Shares> made;
    for (const double drops : kDrops) {
      for (const double lives : kLives) {
        if (lives * kLeastContrast <= drops) {
          made.push_back({drops, lives});
        }
      }
    }
    return made;
  }();
  return all;
}

NoisySearch::NoisySearch(const std::vector<Part>& parts, std::vector<std::size_t> candidates)
    : parts_(parts),
      candidates_(std::move(candidates)),
      // That it is none of them weighs as much as one of them.
      weights_(candidates_.size() + 1, std::vector<double>(grid().size(), 1)) {
  weigh();
}

void NoisySearch::weigh() {
  likely_.clear();
  for (const auto& row : weights_) {
    likely_.push_back(std::accumulate(row.begin(), row.end(), 0.0));
  }
  const double all = std::accumulate(likely_.begin(), likely_.end(), 0.0);
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    likely_[i] /= all;
    for (double& weight : weights_[i]) {
      weight /= all;
    }
  }
}

std::vector<std::size_t> NoisySearch::next() const {
  // What goes with each, as a share of all.
  std::vector<double> goes(candidates_.size(), 0);
  for (std::size_t at = 0; at < candidates_.size(); ++at) {
    for (std::optional<std::size_t> part = candidates_[at]; part; part = parts_[*part].within) {
      const auto place = std::lower_bound(candidates_.begin(), candidates_.end(), *part);
      if (place != candidates_.end() && *place == *part) {
        goes[static_cast<std::size_t>(place - candidates_.begin())] += likely_[at];
      }
    }
  }
  std::vector<std::size_t> order(candidates_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  // After a run that said nothing: others, and fewer.
  constexpr std::size_t kStride = 7, kMostHalvings = 10;
  std::rotate(order.begin(),
              order.begin() + static_cast<std::ptrdiff_t>(order.empty() ? 0 : silent_ * kStride % order.size()),
              order.end());
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return goes[a] > goes[b]; });
  const double most = 0.5 / static_cast<double>(1U << std::min(silent_, kMostHalvings));
  std::vector<std::size_t> left_out;
  double covered = 0;
  for (const std::size_t at : order) {
    if (covered + goes[at] <= most * kRoom && !goes_with(parts_, left_out, candidates_[at])) {
      left_out.push_back(candidates_[at]);
      covered += goes[at];
    }
  }
  // Where a few weigh nearly all, the one that weighs most like half of it.
  if (covered < most / 2 && !candidates_.empty()) {
    const auto nearest = std::min_element(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return std::abs(goes[a] - most) < std::abs(goes[b] - most);
    });
    left_out = {candidates_[*nearest]};
  }
  std::sort(left_out.begin(), left_out.end());
  return left_out;
}

void NoisySearch::add(const std::vector<std::size_t>& left_out, std::optional<bool> dropped) {
  if (!dropped) {
    ++silent_;
    return;
  }
  silent_ = 0;
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    const bool cured = i < candidates_.size() && goes_with(parts_, left_out, candidates_[i]);
    for (std::size_t at = 0; at < grid().size(); ++at) {
      const double share = cured ? grid()[at].lives : grid()[at].drops;
      weights_[i][at] *= *dropped ? share : 1 - share;
    }
  }
  weigh();
}

std::optional<std::size_t> NoisySearch::decided(double confidence) const {
  const auto best = std::max_element(likely_.begin(), likely_.end() - 1);
  return best != likely_.end() - 1 && *best >= confidence
             ? std::optional(candidates_[static_cast<std::size_t>(best - likely_.begin())])
             : std::nullopt;
}

}  // namespace whydrop::isolate
