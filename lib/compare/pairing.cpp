#include "compare/pairing.hpp"

#include "compare/align.hpp"
#include "compare/value_shapes.hpp"

#include <functional>
#include <string>

namespace whydrop::compare {
namespace {

using session::Side;

/// The messages of one side, and what they are told apart by.
struct Lane {
  std::vector<std::size_t> at;  ///< in the connection's messages
  std::vector<std::size_t> forms, keys;
};

Lane lane_of(const Connection& connection, const Recorder::Impl& recorder, Side side) {
  Lane lane;
  for (std::size_t i = 0; i < connection.messages.size(); ++i) {
    const MessageRecord& message = connection.messages[i];
    if (message.from == side) {
      const std::size_t key = std::hash<std::string>()(recorder.key(message));
      lane.at.push_back(i);
      lane.keys.push_back(key);
      lane.forms.push_back(mix(key, message.form));
    }
  }
  return lane;
}

std::vector<std::size_t> part(const std::vector<std::size_t>& of, std::size_t begin, std::size_t end) {
  return {of.begin() + static_cast<std::ptrdiff_t>(begin), of.begin() + static_cast<std::ptrdiff_t>(end)};
}

/// A stretch of one side in which nothing is joined yet.
struct Gap {
  std::size_t a_begin, a_end, b_begin, b_end;
};

/// Joins the messages of one side.
class Pairer {
 public:
  Pairer(const Sides& sides, const Connection& a, const Connection& b, Side side, Pairing& pairing)
      : sides_(sides),
        a_(a),
        b_(b),
        lane_a_(lane_of(a, sides.a, side)),
        lane_b_(lane_of(b, sides.b, side)),
        pairing_(pairing) {}

  void run() {
    const Gap all{0, lane_a_.at.size(), 0, lane_b_.at.size()};
    each_gap(all, compare::align(lane_a_.forms, lane_b_.forms), [this](const Gap& gap) { by_key(gap); });
  }

 private:
  template <typename Each>
  void each_gap(const Gap& within, Pairs pairs, const Each& each) {
    pairs.emplace_back(within.a_end - within.a_begin, within.b_end - within.b_begin);
    std::size_t a = within.a_begin, b = within.b_begin;
    for (const auto& [pair_a, pair_b] : pairs) {
      const std::size_t at_a = within.a_begin + pair_a, at_b = within.b_begin + pair_b;
      if (a < at_a && b < at_b) {
        each(Gap{a, at_a, b, at_b});
      }
      if (at_a < within.a_end) {
        pairing_.join(lane_a_.at[at_a], lane_b_.at[at_b]);
      }
      a = at_a + 1;
      b = at_b + 1;
    }
  }

  void by_key(const Gap& gap) {
    const Pairs pairs =
        compare::align(part(lane_a_.keys, gap.a_begin, gap.a_end), part(lane_b_.keys, gap.b_begin, gap.b_end));
    each_gap(gap, pairs, [this](const Gap& rest) { by_place(rest); });
  }

  /// Objects without a member that names their kind are kinds of their own as soon as a member is missing.
  void by_place(const Gap& gap) {
    for (std::size_t i = 0; gap.a_begin + i < gap.a_end && gap.b_begin + i < gap.b_end; ++i) {
      const std::size_t a = lane_a_.at[gap.a_begin + i], b = lane_b_.at[gap.b_begin + i];
      if (nameless(sides_.a.key(a_.messages[a])) && nameless(sides_.b.key(b_.messages[b]))) {
        pairing_.join(a, b);
      }
    }
  }

  static bool nameless(const std::string& key) { return key.front() == '{'; }

  const Sides& sides_;
  const Connection& a_;
  const Connection& b_;
  Lane lane_a_, lane_b_;
  Pairing& pairing_;
};

}  // namespace

Pairing pairing_of(const Connection& a, const Connection& b, const Sides& sides) {
  Pairing pairing;
  pairing.of_a.assign(a.messages.size(), kNone);
  pairing.of_b.assign(b.messages.size(), kNone);
  for (const Side side : {Side::client, Side::server}) {
    Pairer(sides, a, b, side, pairing).run();
  }
  return pairing;
}

std::vector<Step> steps_of(const Connection& a, const Connection& b, const Pairing& pairing) {
  std::vector<Step> steps;
  std::size_t next_b = 0;
  const auto pass_lone = [&](std::size_t end) {
    for (; next_b < end; ++next_b) {
      if (pairing.of_b[next_b] == kNone) {
        steps.push_back({kNone, next_b});
      }
    }
  };
  for (std::size_t i = 0; i < a.messages.size(); ++i) {
    const std::size_t partner = pairing.of_a[i];
    if (partner != kNone) {
      pass_lone(partner);
    }
    steps.push_back({i, partner});
  }
  pass_lone(b.messages.size());
  return steps;
}

}  // namespace whydrop::compare
