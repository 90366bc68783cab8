#pragma once

#include "isolate/bisect.hpp"
#include "isolate/judge.hpp"
#include "isolate/trial.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::isolate {

/// A change that is offered besides leaving parts out. One with a value goes from `wild`, with which the session is
/// most like the recorded one, to `tame`, with which it is least; between those it is bisected.
struct Offer {
  Change::Kind kind = Change::Kind::apart;
  std::size_t part = 0;
  std::int64_t tame = 0, wild = 0;
  std::int64_t step = 0;  ///< how close to bisect; 0: there is nothing between tame and wild
  bool remakes = false;   ///< with `wild`, too, it is another session: that one must drop, or the value decides nothing
};

/// A recorded session as far as the search sees it.
struct Model {
  std::vector<Part> parts;
  std::vector<Offer> offers;
  std::vector<Change> suspects;  ///< what a profile or a verdict would change: asked first
};

struct SearchSettings {
  double alpha = 0.05, beta = 0.05;
  std::uint64_t budget = 200;  ///< sessions, for what is a share of them; who tries them counts them
  /// Told what is asked now, and what is known, a line each.
  std::function<void(const std::string&)> tell;
};

/// A change that stops the drop.
struct Cure {
  Trial changes;  ///< mostly one
  Count cured;    ///< of the recorded session with it
  /// Of a change with a value: where it begins to help.
  std::optional<Bound> bound;
};

/// What a search found.
struct Found {
  enum class State : std::uint8_t {
    cure,        ///< a change stops the drop
    no_cure,     ///< none of those that were tried does
    no_drop,     ///< the session does not drop as it was recorded, or did so once only
    interrupted  ///< it ended before it could tell
  };
  State state = State::no_cure;
  Count baseline;       ///< of the recorded session
  bool flaky = false;   ///< it does not always drop
  bool pooled = false;  ///< the cure's counts are those of all sessions with its part and without it
  Trial origin;    ///< the session that the changes were tried on: the recorded one, pauses left out where they do not
                   ///< matter
  Count dropping;  ///< … and how it ended, in all
  std::vector<Cure> cures;  ///< the one that changes least first
  double chance = 1;        ///< that the first came about by chance
  Trial smallest;           ///< the smallest session that drops
  Count smallest_count;
  std::vector<std::size_t> needed;    ///< parts without which that one does not drop
  std::vector<std::size_t> excluded;  ///< parts without which it drops all the same
  std::vector<Change> vain;           ///< offered changes with which it drops all the same
  std::vector<Change> unclear;        ///< what could not be told
  std::uint64_t runs = 0;
};

/// Asks until it is known what stops the drop, or no more may be tried.
Found search(const Model& model, Trials& trials, const SearchSettings& settings);

}  // namespace whydrop::isolate
