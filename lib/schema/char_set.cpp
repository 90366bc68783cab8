#include "schema/char_set.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace whydrop::schema {

std::vector<std::pair<char32_t, char32_t>> CharSet::merged() const {
  auto sorted = ranges_;
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::pair<char32_t, char32_t>> out;
  for (const auto& [first, last] : sorted) {
    if (!out.empty() && first <= out.back().second + 1) {
      out.back().second = std::max(out.back().second, last);
    } else {
      out.emplace_back(first, last);
    }
  }
  return out;
}

CharSet CharSet::complement() const {
  CharSet out;
  char32_t next = 0;
  for (const auto& [first, last] : merged()) {
    if (first > next) {
      out.add(next, first - 1);
    }
    next = last + 1;
  }
  if (next <= kLastCodePoint) {
    out.add(next, kLastCodePoint);
  }
  return out;
}

bool CharSet::add(const CharSet& other) {
  if (other.negated_ && other.ranges_.empty() && other.properties_.size() == 1) {
    properties_.push_back("\\P" + other.properties_[0].substr(2));
    return !negated_;
  }
  if (negated_ || (other.negated_ && !other.properties_.empty())) {
    return false;
  }
  const CharSet plain = other.negated_ ? other.complement() : other;
  ranges_.insert(ranges_.end(), plain.ranges_.begin(), plain.ranges_.end());
  properties_.insert(properties_.end(), plain.properties_.begin(), plain.properties_.end());
  return true;
}

bool CharSet::is_everything() const {
  const auto ranges = merged();
  if (negated_) {
    return ranges.empty() && properties_.empty();
  }
  return ranges.size() == 1 && ranges[0].first == 0 && ranges[0].second == kLastCodePoint;
}

std::string CharSet::text() const {
  const auto ranges = merged();
  if (ranges.empty() && properties_.empty()) {
    return negated_ ? "[\\x00-\\x{10FFFF}]" : "[^\\x00-\\x{10FFFF}]";
  }
  std::string out = negated_ ? "[^" : "[";
  for (const auto& [first, last] : ranges) {
    out += fmt::format("\\x{{{:X}}}", static_cast<std::uint32_t>(first));
    out += last > first ? fmt::format("-\\x{{{:X}}}", static_cast<std::uint32_t>(last)) : "";
  }
  for (const std::string& property : properties_) {
    out += property;
  }
  return out + "]";
}

}  // namespace whydrop::schema
