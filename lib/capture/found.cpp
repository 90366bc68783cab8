#include "capture/found.hpp"

#include <algorithm>

namespace whydrop::capture {
namespace {

using session::RedactSpan;

struct Range {
  std::size_t begin, end;
};

std::vector<Range> ranges_of(const std::vector<RedactSpan>& spans, std::size_t size) {
  std::vector<Range> out;
  for (const RedactSpan& span : spans) {
    const std::size_t begin = std::min<std::uint64_t>(span.at, size);
    out.push_back({begin, begin + std::min<std::uint64_t>(span.length, size - begin)});
  }
  std::sort(out.begin(), out.end(), [](const Range& a, const Range& b) { return a.begin < b.begin; });
  return out;
}

/// The parts of `found` that no range of `taken` (sorted) covers.
std::vector<Range> uncovered(const Found& found, const std::vector<Range>& taken) {
  std::vector<Range> out;
  std::size_t begin = found.at;
  const std::size_t end = found.at + found.length;
  for (const Range& range : taken) {
    if (range.end <= begin || range.begin >= end) {
      continue;
    }
    if (range.begin > begin) {
      out.push_back({begin, range.begin});
    }
    begin = std::min(end, range.end);
  }
  if (begin < end) {
    out.push_back({begin, end});
  }
  return out;
}

bool mask_list(std::string& bytes, const std::vector<Found>& list, std::vector<RedactSpan>& known) {
  bool changed = false;
  for (const Found& found : list) {
    for (const Range& range : uncovered(found, ranges_of(known, bytes.size()))) {
      std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(range.begin),
                bytes.begin() + static_cast<std::ptrdiff_t>(range.end),
                found.mask);
      known.push_back({range.begin, range.end - range.begin, found.variable});
      changed = true;
    }
  }
  return changed;
}

}  // namespace

bool mask_found(std::string& bytes,
                std::vector<Found> given,
                const std::vector<Found>& keyed,
                std::vector<RedactSpan>& known) {
  // Of values that overlap, the longest names the span.
  std::stable_sort(given.begin(), given.end(), [](const Found& a, const Found& b) { return a.length > b.length; });
  const bool any_given = mask_list(bytes, given, known);
  const bool any_keyed = mask_list(bytes, keyed, known);
  if (any_given || any_keyed) {
    std::sort(known.begin(), known.end(), [](const RedactSpan& a, const RedactSpan& b) { return a.at < b.at; });
  }
  return any_given || any_keyed;
}

}  // namespace whydrop::capture
