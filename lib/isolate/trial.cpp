#include "isolate/trial.hpp"

#include <algorithm>

namespace whydrop::isolate {

Trial with(Trial trial, const Change& change) {
  const auto place = std::lower_bound(trial.begin(), trial.end(), change);
  if (place == trial.end() || !(*place == change)) {
    trial.insert(place, change);
  }
  return trial;
}

Trial with(Trial trial, const Trial& changes) {
  for (const Change& change : changes) {
    trial = with(std::move(trial), change);
  }
  return trial;
}

Trial without(Trial trial, const std::vector<std::size_t>& parts) {
  for (const std::size_t part : parts) {
    trial = with(std::move(trial), Change{Change::Kind::without, part, 0});
  }
  return trial;
}

bool goes_with(const std::vector<Part>& parts, const std::vector<std::size_t>& left_out, std::size_t part) {
  for (std::optional<std::size_t> at = part; at; at = parts[*at].within) {
    if (std::find(left_out.begin(), left_out.end(), *at) != left_out.end()) {
      return true;
    }
  }
  return false;
}

void Count::add(Outcome outcome) {
  switch (outcome) {
  case Outcome::drop:
    ++drops;
    break;
  case Outcome::other:
    ++others;
    break;
  case Outcome::alive:
    ++alive;
    break;
  case Outcome::unclear:
    ++unclear;
    break;
  }
}

}  // namespace whydrop::isolate
