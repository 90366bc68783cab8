#include "isolate/search.hpp"

#include "isolate/ddmin.hpp"
#include "isolate/noisy.hpp"

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <tuple>
#include <utility>

namespace whydrop::isolate {
namespace {

using Kind = Part::Kind;

constexpr std::uint64_t kFirstRuns = 3;
// Of the budget: as much goes into a drop that does not repeat.
constexpr std::uint64_t kShare = 4;
// So many drops tell that they repeat.
constexpr std::uint64_t kDropsThatTell = 2;
// Without its cause a session drops so much less often.
constexpr double kContrast = 10;
constexpr double kSure = 0.95;
// Causes of which each is enough, one after the other.
constexpr std::size_t kMostRounds = 4;
constexpr std::uint64_t kMostProof = 40;
// A proof is held to a tenth of the error that is allowed: it is the last of many questions.
constexpr double kProof = 0.1;

class Search {
 public:
  Search(const Model& model, Trials& trials, const SearchSettings& settings)
      : model_(model), settings_(settings), trials_(trials), judge_(trials, rates(kSure, 1 - kSure)) {}

  Found run() {
    baseline();
    if (found_.state == Found::State::no_drop || judge_.stopped()) {
      return finish();
    }
    if (!found_.flaky) {
      search_steady();
    }
    if (found_.flaky || is_mixed()) {
      search_noisy();
    }
    return finish();
  }

 private:
  Rates rates(double drops, double lives) const { return {drops, lives, settings_.alpha, settings_.beta}; }

  void tell(const std::string& line) const {
    if (settings_.tell) {
      settings_.tell(line);
    }
  }

  std::vector<std::size_t> parts_of(std::initializer_list<Kind> kinds) const {
    std::vector<std::size_t> parts;
    for (std::size_t i = 0; i < model_.parts.size(); ++i) {
      if (std::find(kinds.begin(), kinds.end(), model_.parts[i].kind) != kinds.end()) {
        parts.push_back(i);
      }
    }
    return parts;
  }
  std::vector<std::size_t> children_of(const std::vector<std::size_t>& parents) const {
    std::vector<std::size_t> parts;
    for (std::size_t i = 0; i < model_.parts.size(); ++i) {
      if (model_.parts[i].within &&
          std::find(parents.begin(), parents.end(), *model_.parts[i].within) != parents.end()) {
        parts.push_back(i);
      }
    }
    return parts;
  }

  /// Whether, and how often, the recorded session drops.
  void baseline() {
    tell("does the session drop as it was recorded?");
    const std::uint64_t share = std::max(settings_.budget / kShare, kFirstRuns);
    judge_.repeat({}, kFirstRuns);
    Count known = judge_.count({});
    while (!judge_.stopped() && known.drops < known.runs() && known.drops < kDropsThatTell &&
           known.runs() + known.unclear < share) {
      judge_.repeat({}, 1);
      known = judge_.count({});
    }
    if (known.drops < kDropsThatTell && !judge_.stopped()) {
      found_.state = Found::State::no_drop;
    }
    found_.flaky = known.drops < known.runs();
  }

  /// A session dropped once, and lived once.
  bool is_mixed() const {
    const auto& counts = judge_.counts();
    return std::any_of(
        counts.begin(), counts.end(), [](const auto& row) { return row.second.drops > 0 && row.second.alive > 0; });
  }

  /// From now on each question takes as many runs as it needs.
  void be_flaky(const Count& known) {
    const double drops =
        std::clamp((static_cast<double>(known.drops) + 0.5) / (static_cast<double>(known.runs()) + 1), 0.02, kSure);
    judge_.set_rates(rates(drops, std::max(drops / kContrast, 0.001)));
  }

  // A session that always drops: what it does not need is left out, step by step.

  /// Leaves out of `session` what of `parts` it drops without; returns what it needs.
  std::vector<std::size_t> reduce(Trial& session, const std::vector<std::size_t>& parts) {
    const auto rest = [&parts](const std::vector<std::size_t>& kept) {
      std::vector<std::size_t> others;
      std::set_difference(parts.begin(), parts.end(), kept.begin(), kept.end(), std::back_inserter(others));
      return others;
    };
    std::vector<std::size_t> needed = ddmin(parts, [&](const std::vector<std::vector<std::size_t>>& all_kept) {
      std::vector<Trial> sessions;
      for (const auto& kept : all_kept) {
        sessions.push_back(without(session, rest(kept)));
      }
      return judge_.first_that_drops(sessions);
    });
    session = without(std::move(session), rest(needed));
    return needed;
  }

  std::vector<std::size_t> shrink(Trial& session) {
    std::vector<std::size_t> needed;
    const auto keep = [&](const std::vector<std::size_t>& parts) {
      needed.insert(needed.end(), parts.begin(), parts.end());
    };
    tell("which messages does the drop need?");
    std::vector<std::size_t> level = reduce(session, parts_of({Kind::message}));
    keep(level);
    tell("what of the handshake does it need?");
    keep(reduce(
        session,
        parts_of({Kind::query, Kind::cookie, Kind::header, Kind::subprotocol, Kind::compression, Kind::framing})));
    for (level = children_of(level); !level.empty() && !judge_.stopped(); level = children_of(level)) {
      tell("which members of them does it need?");
      level = reduce(session, level);
      keep(level);
    }
    return needed;
  }

  void search_steady() {
    found_.dropping = judge_.count({});
    tell("do its pauses matter?");
    Trial paced;
    std::vector<std::size_t> pauses = reduce(paced, parts_of({Kind::gap}));
    found_.origin = paced;
    Trial origin = paced;
    ask_suspects(origin);
    for (std::size_t round = 0; round < kMostRounds && !judge_.stopped(); ++round) {
      Trial session = origin;
      std::vector<std::size_t> needed = shrink(session);
      if (round == 0) {
        found_.smallest = session;
        found_.needed = pauses;
        found_.needed.insert(found_.needed.end(), needed.begin(), needed.end());
        ask_offers(origin);
      }
      needed.insert(needed.begin(), pauses.begin(), pauses.end());
      ask_parts(origin, needed);
      if (!found_.cures.empty() || needed.empty()) {
        break;
      }
      // Another cause is enough, too: this one is left out for good, by what changes least.
      const Change change{Change::Kind::without, needed.back(), 0};
      tell("another cause is enough, too: without " + model_.parts[needed.back()].name + " it still drops");
      origin = with(std::move(origin), change);
      pauses.clear();
    }
    prove();
  }

  void ask_suspects(const Trial& origin) {
    for (const Change& change : model_.suspects) {
      try_cure(with(origin, change), change, std::nullopt);
    }
  }

  /// What is offered, bisected where it has a value.
  void ask_offers(const Trial& origin) {
    for (const Offer& offer : model_.offers) {
      if (judge_.stopped()) {
        return;
      }
      const auto change = [&offer](std::int64_t value) { return Change{offer.kind, offer.part, value}; };
      const auto is_of_dropping = [&] {
        const std::vector<std::size_t>& needed = found_.needed;
        return std::find(needed.begin(), needed.end(), offer.part) != needed.end();
      };
      const bool of_session = offer.kind == Change::Kind::apart || offer.kind == Change::Kind::pings;
      if (!of_session && !is_of_dropping()) {
        continue;
      }
      tell("does another way of sending it help?");
      const Answer tame = judge_.ask(with(origin, change(offer.tame)));
      if (tame != Answer::lives) {
        (tame == Answer::unclear ? found_.unclear : found_.vain).push_back(change(offer.tame));
        continue;
      }
      if (offer.remakes && judge_.ask(with(origin, change(offer.wild))) != Answer::drops) {
        found_.unclear.push_back(change(offer.wild));
        continue;
      }
      std::optional<Bound> bound;
      if (offer.step > 0) {
        tell("where does it begin to help?");
        bound = bisect({offer.tame, offer.wild}, offer.step, [&](std::int64_t value) -> std::optional<bool> {
          const Answer answer = judge_.ask(with(origin, change(value)));
          return judge_.stopped() || answer == Answer::unclear ? std::nullopt : std::optional(answer == Answer::drops);
        });
      }
      // What helps with nothing left in it only is no matter of size.
      if (offer.remakes && bound && bound->lives == offer.tame) {
        found_.vain.push_back(change(offer.tame));
        continue;
      }
      const Change best = change(bound ? inside(*bound, offer) : offer.tame);
      try_cure(with(origin, best), best, bound);
    }
  }

  /// A time is never the same twice: the one that is proved stands a step inside the limit.
  static std::int64_t inside(const Bound& bound, const Offer& offer) {
    if (offer.remakes || bound.lives == offer.tame) {
      return bound.lives;
    }
    const std::int64_t step = bound.drops - bound.lives;
    const std::int64_t moved = bound.lives - step;
    return step > 0 ? std::max(moved, offer.tame) : std::min(moved, offer.tame);
  }

  void ask_parts(const Trial& origin, const std::vector<std::size_t>& needed) {
    for (const std::size_t part : needed) {
      tell("does it live without " + model_.parts[part].name + "?");
      try_cure(without(origin, {part}), Change{Change::Kind::without, part, 0}, std::nullopt);
    }
  }

  void try_cure(const Trial& session, const Change& change, std::optional<Bound> bound) {
    const bool known = std::any_of(found_.cures.begin(), found_.cures.end(), [&](const Cure& cure) {
      return std::find(cure.changes.begin(), cure.changes.end(), change) != cure.changes.end();
    });
    if (known || judge_.stopped()) {
      return;
    }
    switch (judge_.ask(session)) {
    case Answer::lives:
      found_.cures.push_back({changes_of(session), {}, bound});
      break;
    case Answer::unclear:
    case Answer::otherwise:
      found_.unclear.push_back(change);
      break;
    case Answer::drops:
      break;
    }
  }

  /// What `session` has besides the origin.
  Trial changes_of(const Trial& session) const {
    Trial changes;
    std::set_difference(
        session.begin(), session.end(), found_.origin.begin(), found_.origin.end(), std::back_inserter(changes));
    return changes;
  }

  std::size_t depth_of(std::size_t part) const {
    std::size_t depth = 0;
    for (auto at = model_.parts[part].within; at; at = model_.parts[*at].within) {
      ++depth;
    }
    return depth;
  }

  /// What changes less comes first: a way of sending before what is sent, a member before its message.
  void sort_cures() {
    const auto rank = [this](const Cure& cure) {
      const Change& last = cure.changes.back();
      const bool leaves_out = last.kind == Change::Kind::without;
      const std::size_t depth = leaves_out ? depth_of(last.part) : 0;
      const bool message = leaves_out && model_.parts[last.part].kind == Kind::message;
      return std::make_tuple(cure.changes.size(), last.kind, message, depth == 0 ? std::size_t{0} : 1000 - depth);
    };
    std::stable_sort(
        found_.cures.begin(), found_.cures.end(), [&](const Cure& a, const Cure& b) { return rank(a) < rank(b); });
  }

  /// Both sessions, with and without the change, until chance does not explain it.
  void prove() {
    sort_cures();
    const double wanted = std::min(settings_.alpha, settings_.beta) * kProof;
    while (!found_.cures.empty()) {
      const Trial cured = with(found_.origin, found_.cures.front().changes);
      tell("is it so each time?");
      for (std::uint64_t i = 0; i < kMostProof && !judge_.stopped() && chance(cured) > wanted; ++i) {
        // The one of which less is known.
        const bool less = judge_.count(cured).runs() <= judge_.count(found_.origin).runs();
        judge_.repeat(less ? cured : found_.origin, 1);
      }
      if (chance(cured) <= wanted || judge_.stopped()) {
        found_.chance = chance(cured);
        break;
      }
      found_.unclear.push_back(found_.cures.front().changes.back());
      found_.cures.erase(found_.cures.begin());
    }
  }

  double chance(const Trial& cured) const { return chance_of(judge_.count(found_.origin), judge_.count(cured)); }

  // A session that drops now and then: no run proves anything, each tells something.

  void search_noisy() {
    tell("it drops now and then: each question takes several runs");
    found_.flaky = true;
    const std::vector<Cure> before = std::exchange(found_.cures, {});
    be_flaky(judge_.count({}));
    noisy(parts_of({Kind::message, Kind::member, Kind::framing}));
    if (found_.cures.empty()) {
      noisy(parts_of({Kind::gap, Kind::query, Kind::cookie, Kind::header, Kind::subprotocol, Kind::compression}));
    }
    if (!found_.cures.empty()) {
      found_.origin.clear();
      shrink_noisy();
      return;
    }
    found_.cures = before;
    if (before.empty()) {
      found_.origin.clear();
      ask_offers({});
      prove();
    }
  }

  /// What every session says that was tried, as long as parts were left out of it only.
  template <typename Visit>
  void visit_known(const Visit& visit) const {
    for (const auto& [session, count] : judge_.counts()) {
      std::vector<std::size_t> left_out;
      for (const Change& change : session) {
        if (change.kind == Change::Kind::without) {
          left_out.push_back(change.part);
        }
      }
      if (left_out.size() == session.size()) {
        visit(left_out, count);
      }
    }
  }

  void noisy(const std::vector<std::size_t>& candidates) {
    NoisySearch search(model_.parts, candidates);
    visit_known([&](const std::vector<std::size_t>& left_out, const Count& count) {
      for (std::uint64_t i = 0; i < count.drops + count.alive; ++i) {
        search.add(left_out, i < count.drops);
      }
    });
    while (!judge_.stopped() && search.none() < kSure && !candidates.empty()) {
      const auto part = search.decided(1 - settings_.alpha / 2);
      if (part && pool(*part, candidates.size()) <= settings_.alpha) {
        found_.cures.push_back({without({}, {*part}), cured_, std::nullopt});
        found_.pooled = true;
        return;
      }
      // What is likely is tried against the recorded session.
      const Trial cured = part ? without({}, {*part}) : Trial();
      const bool recorded = part && judge_.count({}).runs() < judge_.count(cured).runs();
      const std::vector<std::size_t> left_out = recorded ? std::vector<std::size_t>() : search.next();
      if (left_out.empty() && !recorded) {
        return;
      }
      const Trial session = without({}, left_out);
      const Count before = judge_.count(session);
      judge_.repeat(session, trials_.width());
      const Count after = judge_.count(session);
      for (std::uint64_t i = before.drops; i < after.drops; ++i) {
        search.add(left_out, true);
      }
      for (std::uint64_t i = before.alive; i < after.alive; ++i) {
        search.add(left_out, false);
      }
      if (after.drops + after.alive == before.drops + before.alive) {
        search.add(left_out, std::nullopt);
      }
    }
  }

  /// All sessions with the part and all without it: how likely it is that they came out so differently by chance, for
  /// any of so many parts.
  double pool(std::size_t part, std::size_t candidates) {
    found_.dropping = cured_ = Count();
    visit_known([&](const std::vector<std::size_t>& left_out, const Count& count) {
      Count& to = goes_with(model_.parts, left_out, part) ? cured_ : found_.dropping;
      to.drops += count.drops;
      to.alive += count.alive;
    });
    found_.chance = std::min(1.0, chance_of(found_.dropping, cured_) * static_cast<double>(candidates));
    return found_.chance;
  }

  /// The message of the cause alone, if that drops as well.
  void shrink_noisy() {
    const Change& cause = found_.cures.front().changes.back();
    if (cause.kind != Change::Kind::without) {
      return;
    }
    std::vector<std::size_t> others;
    for (const std::size_t part : parts_of({Kind::message, Kind::gap})) {
      if (!goes_with(model_.parts, {part}, cause.part)) {
        others.push_back(part);
      }
    }
    tell("does it drop without the other messages, too?");
    const Trial alone = without({}, others);
    if (!others.empty() && !judge_.stopped() && judge_.ask(alone) == Answer::drops) {
      found_.smallest = alone;
      found_.needed = {cause.part};
    }
  }

  Found finish() {
    if (!found_.cures.empty()) {
      found_.state = Found::State::cure;
    } else if (judge_.stopped()) {
      found_.state = Found::State::interrupted;
    }
    found_.baseline = judge_.count({});
    if (!found_.pooled) {
      found_.dropping = judge_.count(found_.origin);
    }
    found_.smallest_count = judge_.count(found_.smallest);
    for (Cure& cure : found_.cures) {
      cure.cured = found_.pooled ? cure.cured : judge_.count(with(found_.origin, cure.changes));
    }
    for (const Change& change : found_.smallest) {
      if (change.kind == Change::Kind::without) {
        found_.excluded.push_back(change.part);
      }
    }
    found_.runs = judge_.runs();
    return std::move(found_);
  }

  const Model& model_;
  const SearchSettings& settings_;
  Trials& trials_;
  Judge judge_;
  Found found_;
  Count cured_;  ///< of all sessions without the part that is likely
};

}  // namespace

Found search(const Model& model, Trials& trials, const SearchSettings& settings) {
  return Search(model, trials, settings).run();
}

}  // namespace whydrop::isolate
