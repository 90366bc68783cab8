#include "compare/difference_collector.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace whydrop::compare {
namespace {

constexpr std::size_t kMostOfMessage = 20;
constexpr std::size_t kMostOfValue = 4096;

/// What a client sends back is not what it was given.
std::string broken_words(const ValueDifference& found, const std::string& title, const DifferenceCollector& collector) {
  const Renaming::Broken& broken = *found.broken;
  const std::string what = found.pointer.empty() ? "the value" : found.pointer;
  const std::string &bad = collector.name(broken.in_b), &good = collector.name(!broken.in_b);
  return broken.nothing ? fmt::format("{}: nothing that was recorded in {} gave {}; in {} it is what {}",
                                      title,
                                      bad,
                                      what,
                                      good,
                                      broken.where)
                        : fmt::format("{}: in {} {} is not what {}; in {} it is", title, bad, what, broken.where, good);
}

std::string words(const ValueDifference& found, const std::string& title, const DifferenceCollector& collector) {
  const std::string what = title + ": " + (found.pointer.empty() ? "the value" : found.pointer);
  if (!found.a || !found.b) {
    return collector.one_sided(what, found.a.has_value());
  }
  if (found.broken) {
    return broken_words(found, title, collector);
  }
  return collector.two_sided(what, shown(*found.a), shown(*found.b));
}

void bound(std::string& value) {
  if (value.size() > kMostOfValue) {
    value = elide(value, kMostOfValue);
  }
}

}  // namespace

std::string shown(const std::string& value, std::size_t bytes) {
  return elide(value, bytes, Elide::middle);
}

std::string with_id(const Told& finding) {
  std::string_view says = finding.says;
  says.remove_suffix(!says.empty() && says.back() == '.' ? 1 : 0);
  return fmt::format("{} ({})", says, finding.id);
}

std::string DifferenceCollector::one_sided(const std::string& what, bool in_a) const {
  return fmt::format("{} is {} {}", what, in_a ? "missing in" : "only in", options.b);
}

std::string DifferenceCollector::two_sided(const std::string& what, const std::string& a, const std::string& b) const {
  return fmt::format("{} is {} in {}, {} in {}", what, a, options.a, b, options.b);
}

void DifferenceCollector::tell(Difference difference, Weight weight, std::uint64_t after, bool found) {
  bound(difference.says);
  bound(difference.pointer);
  for (std::optional<std::string>* value : {&difference.a, &difference.b}) {
    if (*value) {
      bound(**value);
    }
  }
  const Rank rank{ends_told_ ? Weight::none : weight,
                  place_ + std::min(after, kStep - 1),
                  found ? 0 : 1,
                  difference.from == std::optional(session::Side::server) ? 1 : 0};
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

bool DifferenceCollector::counts(const Rank& rank) const {
  return rank.weight != Weight::none && !(ends_told_ && rank.weight == Weight::trailing);
}

void DifferenceCollector::finish() {
  for (Rank& rank : ranks_) {
    // Where both ended alike no end cut anything off.
    rank.weight = !ends_told_ && rank.weight == Weight::trailing ? Weight::plain : rank.weight;
  }
  const auto beats = [this](const Rank& rank) {
    return std::all_of(ranks_.begin(), ranks_.end(), [&](const Rank& other) { return rank < other || !counts(other); });
  };
  if (surplus_ && counts(surplus_->first) && beats(surplus_->first)) {
    out_.differences.push_back(std::move(surplus_->second));
    ranks_.push_back(surplus_->first);
    --out_.more;
  }
  for (std::size_t i = 0; i < ranks_.size(); ++i) {
    if (counts(ranks_[i]) && (!out_.first || ranks_[i] < ranks_[*out_.first])) {
      out_.first = i;
    }
    out_.differences[i].explains = ends_told_ && counts(ranks_[i]);
  }
  if (ends_told_) {
    out_.leading = out_.first;
  }
}

void tell_values(
    json::Value a, json::Value b, const Context& context, const Difference& as, DifferenceCollector& collector) {
  std::size_t count = 0, left_out = 0;
  collector.values.compare(a, b, context, [&](ValueDifference&& found) {
    Difference difference = as;
    difference.says = words(found, context.title, collector);
    difference.pointer = std::move(found.pointer);
    difference.a = std::move(found.a);
    difference.b = std::move(found.b);
    if (count++ < kMostOfMessage) {
      collector.tell(std::move(difference), Weight::plain);
    } else {
      ++left_out;
    }
  });
  if (left_out > 0) {
    Difference rest = as;
    rest.says = fmt::format("{}: {} more of its values differ", context.title, left_out);
    collector.tell(std::move(rest), Weight::plain);
  }
}

}  // namespace whydrop::compare
