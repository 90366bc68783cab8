#include "compare/align.hpp"

#include <algorithm>
#include <limits>
#include <unordered_map>

namespace whydrop::compare {
namespace {

using Sequence = std::vector<std::size_t>;
using Index = std::int64_t;

// Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), from a corner on until this many differences were
// met; from the point that is furthest then it begins anew. So its work and memory are bounded whatever it is given.
constexpr Index kMostCost = 1000;

/// Elements of `a` from `a_begin` on, and of `b`, that are compared.
struct Range {
  Index a_begin, a_end, b_begin, b_end;
  bool empty() const { return a_begin == a_end || b_begin == b_end; }
};

class Myers {
 public:
  Myers(const Sequence& a, const Sequence& b, Pairs& pairs) : a_(a), b_(b), pairs_(pairs) {}

  void run(Range range) {
    const std::size_t first = pairs_.size();
    trim(range);
    while (!range.empty()) {
      advance(range);
      trim(range);
    }
    std::sort(pairs_.begin() + static_cast<std::ptrdiff_t>(first), pairs_.end());
  }

 private:
  bool equal(Index x, Index y) const { return a_[static_cast<std::size_t>(x)] == b_[static_cast<std::size_t>(y)]; }
  void pair(Index x, Index y) { pairs_.emplace_back(static_cast<std::size_t>(x), static_cast<std::size_t>(y)); }

  /// Pairs what is the same at both ends.
  void trim(Range& range) {
    while (!range.empty() && equal(range.a_begin, range.b_begin)) {
      pair(range.a_begin++, range.b_begin++);
    }
    while (!range.empty() && equal(range.a_end - 1, range.b_end - 1)) {
      pair(--range.a_end, --range.b_end);
    }
  }

  /// The furthest x on diagonal k (of -cost, -cost + 2 … cost) after `cost` differences, counted from the range's
  /// beginning. Rows are kept one behind the other.
  Index& reached(Index cost, Index k) {
    return rows_[static_cast<std::size_t>(cost * (cost + 1) / 2 + (k + cost) / 2)];
  }

  /// x where a way with one difference more begins on diagonal k: one element of `a` passed over, or one of `b`.
  Index begin_of(Index cost, Index k) {
    if (cost == 0) {
      return 0;
    }
    const bool passes_b = k == -cost || (k != cost && reached(cost - 1, k - 1) < reached(cost - 1, k + 1));
    return passes_b ? reached(cost - 1, k + 1) : reached(cost - 1, k - 1) + 1;
  }

  /// Pairs what lies on the best way from the range's beginning, which moves to where that way ends.
  void advance(Range& range) {
    const Index n = range.a_end - range.a_begin, m = range.b_end - range.b_begin;
    Index best_x = 0, best_k = 0, cost = 0;
    for (;; ++cost) {
      rows_.resize(static_cast<std::size_t>((cost + 1) * (cost + 2) / 2));
      Index best = -1;
      for (Index k = -cost; k <= cost; k += 2) {
        Index x = begin_of(cost, k);
        while (x < n && x - k < m && x - k >= 0 && equal(range.a_begin + x, range.b_begin + x - k)) {
          ++x;
        }
        reached(cost, k) = x;
        const bool inside = x <= n && x - k <= m;
        const Index progress = inside ? 2 * x - k : -1;
        if (progress > best || (progress == best && std::abs(k) < std::abs(best_k))) {
          best = progress;
          best_x = x;
          best_k = k;
        }
      }
      if (best == n + m || cost == kMostCost) {
        break;
      }
    }
    take_way(range, cost, best_x, best_k);
    range.a_begin += best_x;
    range.b_begin += best_x - best_k;
  }

  void take_way(const Range& range, Index cost, Index x, Index k) {
    for (; cost >= 0; --cost) {
      const Index begin = begin_of(cost, k);
      while (x > begin) {
        --x;
        pair(range.a_begin + x, range.b_begin + x - k);
      }
      if (cost > 0) {
        const bool passes_b = k == -cost || (k != cost && reached(cost - 1, k - 1) < reached(cost - 1, k + 1));
        k = passes_b ? k + 1 : k - 1;
        x = reached(cost - 1, k);
      }
    }
  }

  const Sequence& a_;
  const Sequence& b_;
  Pairs& pairs_;
  std::vector<Index> rows_;
};

struct Occurrence {
  std::size_t count_a = 0, count_b = 0, at_a = 0, at_b = 0;
};
using Occurrences = std::unordered_map<std::size_t, Occurrence>;

Occurrences occurrences_of(const Sequence& a, const Sequence& b) {
  Occurrences found;
  for (std::size_t i = 0; i < a.size(); ++i) {
    Occurrence& element = found[a[i]];
    ++element.count_a;
    element.at_a = i;
  }
  for (std::size_t i = 0; i < b.size(); ++i) {
    const auto element = found.find(b[i]);
    if (element != found.end()) {
      ++element->second.count_b;
      element->second.at_b = i;
    }
  }
  return found;
}

/// A sequence without what the other does not hold, and where its elements stood.
struct Pruned {
  Sequence elements;
  std::vector<std::size_t> places;
};

Pruned prune(const Sequence& from, const Occurrences& occurrences) {
  Pruned pruned;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const auto found = occurrences.find(from[i]);
    if (found != occurrences.end() && found->second.count_a > 0 && found->second.count_b > 0) {
      pruned.elements.push_back(from[i]);
      pruned.places.push_back(i);
    }
  }
  return pruned;
}

/// The longest run of pairs whose second index grows, of pairs in order of the first.
Pairs longest_growing(const Pairs& pairs) {
  constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
  std::vector<std::size_t> ends, before(pairs.size(), kNone);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const auto at = std::lower_bound(ends.begin(), ends.end(), i, [&](std::size_t end, std::size_t wanted) {
      return pairs[end].second < pairs[wanted].second;
    });
    before[i] = at == ends.begin() ? kNone : *(at - 1);
    if (at == ends.end()) {
      ends.push_back(i);
    } else {
      *at = i;
    }
  }
  Pairs growing;
  for (std::size_t i = ends.empty() ? kNone : ends.back(); i != kNone; i = before[i]) {
    growing.push_back(pairs[i]);
  }
  std::reverse(growing.begin(), growing.end());
  return growing;
}

/// What occurs once in each holds the sequences together, however much differs between.
Pairs anchors_of(const Sequence& a, const Sequence& b) {
  const Occurrences occurrences = occurrences_of(a, b);
  Pairs unique;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const Occurrence& element = occurrences.at(a[i]);
    if (element.count_a == 1 && element.count_b == 1) {
      unique.emplace_back(i, element.at_b);
    }
  }
  return longest_growing(unique);
}

}  // namespace

Pairs align(const Sequence& a, const Sequence& b) {
  const Occurrences occurrences = occurrences_of(a, b);
  const Pruned left = prune(a, occurrences), right = prune(b, occurrences);
  Pairs anchors = anchors_of(left.elements, right.elements);
  anchors.emplace_back(left.elements.size(), right.elements.size());
  Pairs pairs;
  Myers myers(left.elements, right.elements, pairs);
  std::size_t x = 0, y = 0;
  for (const auto& [anchor_x, anchor_y] : anchors) {
    myers.run(
        {static_cast<Index>(x), static_cast<Index>(anchor_x), static_cast<Index>(y), static_cast<Index>(anchor_y)});
    if (anchor_x < left.elements.size()) {
      pairs.emplace_back(anchor_x, anchor_y);
    }
    x = anchor_x + 1;
    y = anchor_y + 1;
  }
  for (auto& [at_a, at_b] : pairs) {
    at_a = left.places[at_a];
    at_b = right.places[at_b];
  }
  return pairs;
}

}  // namespace whydrop::compare
