#include "isolate/ddmin.hpp"

#include <algorithm>
#include <iterator>

namespace whydrop::isolate {
namespace {

/// `parts` in `pieces` of about the same size.
std::vector<Parts> cut(const Parts& parts, std::size_t pieces) {
  std::vector<Parts> all;
  for (std::size_t i = 0; i < pieces; ++i) {
    const auto at = [&](std::size_t piece) {
      return parts.begin() + static_cast<std::ptrdiff_t>(parts.size() * piece / pieces);
    };
    all.emplace_back(at(i), at(i + 1));
  }
  return all;
}

std::vector<Parts> complements(const Parts& parts, const std::vector<Parts>& pieces) {
  std::vector<Parts> all;
  for (const Parts& piece : pieces) {
    Parts rest;
    std::set_difference(parts.begin(), parts.end(), piece.begin(), piece.end(), std::back_inserter(rest));
    all.push_back(std::move(rest));
  }
  return all;
}

}  // namespace

Parts ddmin(Parts parts, const FirstThatDrops& first_that_drops) {
  if (parts.empty() || first_that_drops({Parts()})) {
    return {};
  }
  for (std::size_t pieces = 2; parts.size() > 1;) {
    pieces = std::min(pieces, parts.size());
    const std::vector<Parts> subsets = cut(parts, pieces);
    if (const auto found = first_that_drops(subsets)) {
      parts = subsets[*found];
      pieces = 2;
      continue;
    }
    // With two pieces the complements are the subsets.
    const std::vector<Parts> rests = pieces > 2 ? complements(parts, subsets) : std::vector<Parts>();
    if (const auto found = rests.empty() ? std::nullopt : first_that_drops(rests)) {
      parts = rests[*found];
      pieces = std::max<std::size_t>(pieces - 1, 2);
      continue;
    }
    if (pieces == parts.size()) {
      break;
    }
    pieces *= 2;
  }
  return parts;
}

}  // namespace whydrop::isolate
