#include "compare/teller.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace whydrop::compare {
namespace {

constexpr std::size_t kMostOfMessage = 20;
constexpr std::size_t kMostOfValue = 4096;

std::string broken_words(const Renaming::Broken& broken, const Teller& teller) {
  return fmt::format(
      "in {} it is what {} said, in {} it is not", teller.name(!broken.in_b), broken.where, teller.name(broken.in_b));
}

std::string words(const ValueDifference& found, const std::string& title, const Teller& teller) {
  const std::string what = title + ": " + (found.pointer.empty() ? "the value" : found.pointer);
  if (!found.a || !found.b) {
    return teller.one_sided(what, found.a.has_value());
  }
  if (found.broken) {
    return fmt::format("{} is another id than it should be: {}", what, broken_words(*found.broken, teller));
  }
  return teller.two_sided(what, shown(*found.a), shown(*found.b));
}

void bound(std::optional<std::string>& value) {
  if (value && value->size() > kMostOfValue) {
    *value = elide(*value, kMostOfValue);
  }
}

}  // namespace

std::string shown(const std::string& value, std::size_t bytes) {
  return elide(value, bytes, Elide::middle);
}

std::string Teller::one_sided(const std::string& what, bool in_a) const {
  return fmt::format("{} is {} {}", what, in_a ? "missing in" : "only in", options.b);
}

std::string Teller::two_sided(const std::string& what, const std::string& a, const std::string& b) const {
  return fmt::format("{} is {} in {}, {} in {}", what, a, options.a, b, options.b);
}

void Teller::tell(Difference difference, Weight weight) {
  bound(difference.a);
  bound(difference.b);
  const Rank rank{
      ends_told_ ? Weight::none : weight, place_, difference.from == std::optional(session::Side::server) ? 1 : 0};
  if (out_.differences.size() < kMostDifferences) {
    out_.differences.push_back(std::move(difference));
    ranks_.push_back(rank);
    return;
  }
  ++out_.more;
  if (!surplus_ || rank < surplus_->first) {
    surplus_ = {rank, std::move(difference)};
  }
}

void Teller::finish() {
  if (!ends_told_) {
    return;
  }
  if (surplus_ && std::all_of(ranks_.begin(), ranks_.end(), [&](const Rank& rank) { return surplus_->first < rank; })) {
    out_.differences.push_back(std::move(surplus_->second));
    ranks_.push_back(surplus_->first);
    --out_.more;
  }
  for (std::size_t i = 0; i < ranks_.size(); ++i) {
    out_.differences[i].explains = ranks_[i].weight != Weight::none;
  }
  const auto first = std::min_element(ranks_.begin(), ranks_.end());
  if (first != ranks_.end() && first->weight != Weight::none) {
    out_.leading = static_cast<std::size_t>(first - ranks_.begin());
  }
}

void tell_values(json::Value a, json::Value b, const Context& context, const Difference& as, Teller& teller) {
  std::size_t count = 0, left_out = 0;
  teller.values.compare(a, b, context, [&](ValueDifference&& found) {
    Difference difference = as;
    difference.says = words(found, context.title, teller);
    difference.pointer = std::move(found.pointer);
    difference.a = std::move(found.a);
    difference.b = std::move(found.b);
    if (count++ < kMostOfMessage) {
      teller.tell(std::move(difference), Weight::plain);
    } else {
      ++left_out;
    }
  });
  if (left_out > 0) {
    Difference rest = as;
    rest.says = fmt::format("{}: {} more of its values differ", context.title, left_out);
    teller.tell(std::move(rest), Weight::plain);
  }
}

}  // namespace whydrop::compare
