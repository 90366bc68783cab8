// Internal: takes differences in, and finds the one that leads.
#pragma once

#include "compare/compare.hpp"
#include "compare/record.hpp"
#include "compare/values.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace whydrop::compare {

/// How well a difference could explain that the sessions ended differently, the best first.
enum class Weight : std::uint8_t {
  finding,  ///< something of the client's that is known to be wrong, in one of the two only
  plain,
  trailing,  ///< it may follow from an end; it explains none
  slight,    ///< where there is nothing else: order, timing, what a client says of itself
  none       ///< it is an end, or something that both came as far without
};

/// "text (schema-required)" without the full stop before it.
std::string with_id(const Told& finding);

/// Two sessions under comparison.
struct Sides {
  const Recorder::Impl& a;
  const Recorder::Impl& b;
};

class DifferenceCollector {
 public:
  DifferenceCollector(const Options& given, Comparison& out)
      : options(given), ignored(given.ignore), values(given, ignored), out_(out) {}

  /// What comes now stands later in the sessions than what came before.
  void go_on() { place_ += kStep; }
  /// `after`: how many of the same session's own were told since go_on(); which of the two sessions' came first is not
  /// known. `found`: a finding says that something is wrong with it.
  void tell(Difference difference, Weight weight, std::uint64_t after = 0, bool found = false);
  /// The difference of this index, which was kept, weighs at least so much.
  void promote(std::size_t index, Weight weight) { ranks_[index].weight = std::min(ranks_[index].weight, weight); }
  /// `text` is only there in `a`, or only in `b`: "text is missing in b" or "text is only in b".
  std::string one_sided(const std::string& what, bool in_a) const;
  /// "what is x in a, y in b".
  std::string two_sided(const std::string& what, const std::string& a, const std::string& b) const;
  const std::string& name(bool of_b) const { return of_b ? options.b : options.a; }
  /// What comes now follows from an end, or stands behind it.
  void ends_differ() { ends_told_ = true; }
  /// Makes the difference that leads, if there is one, known.
  void finish();

  const Options& options;
  Ignored ignored;
  Values values;

 private:
  static constexpr std::uint64_t kStep = std::uint64_t{1} << 32U;

  /// The least leads: at the same place what a finding names before what none does, then client before server.
  struct Rank {
    Weight weight = Weight::none;
    std::uint64_t place = 0;
    int unfound = 1, server = 0;
    auto values() const { return std::tie(weight, place, unfound, server); }
    bool operator<(const Rank& other) const { return values() < other.values(); }
  };

  /// False for what could explain nothing.
  bool counts(const Rank& rank) const;

  Comparison& out_;
  std::uint64_t place_ = 0;
  std::vector<Rank> ranks_;                             ///< of out_.differences
  std::optional<std::pair<Rank, Difference>> surplus_;  ///< the best of those that are counted only
  bool ends_told_ = false;
};

/// At most `bytes` of a value, for a sentence.
std::string shown(const std::string& value, std::size_t bytes = 60);

// Each compares one part of two connections and tells what differs.
void compare_requests(const Connection& a, const Connection& b, DifferenceCollector& collector);
/// What tokens said of themselves before they were masked.
void compare_tokens(const Connection& a, const Connection& b, DifferenceCollector& collector);
/// What is wrong before the first message, in one of the two only.
void compare_head_findings(const Connection& a, const Connection& b, DifferenceCollector& collector);
void compare_responses(const Connection& a, const Connection& b, DifferenceCollector& collector);
void compare_messages(
    const Connection& a, const Connection& b, const Sides& sides, DifferenceCollector& collector, Comparison& out);
void compare_pings(const Connection& a, const Connection& b, DifferenceCollector& collector);
/// False where the ends are the same.
bool compare_ends(const Connection& a, const Connection& b, DifferenceCollector& collector);
/// "Close 1000 (normal closure) by the client", "no Close frame; fin: …".
std::string end_words(const Connection& connection);
bool end_is_known(const Connection& connection);
/// "REST call POST /path", "the WebSocket connection".
std::string title_of(const Connection& connection);

/// Tells differences that two JSON values have; the words begin with the title.
void tell_values(
    json::Value a, json::Value b, const Context& context, const Difference& as, DifferenceCollector& collector);

}  // namespace whydrop::compare
