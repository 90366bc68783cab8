#include "profile/sequence.hpp"

#include <algorithm>
#include <utility>

namespace whydrop::profile {
namespace {

bool names(const Transition& transition, Side side, std::string_view type) {
  return transition.side == side && std::find(transition.on.begin(), transition.on.end(), type) != transition.on.end();
}

}  // namespace

SequenceMachine::SequenceMachine(const Profile& profile) : profile_(profile) {
  if (profile.sequence.start.empty()) {
    return;
  }
  for (const auto& state : profile.sequence.states) {
    const auto self = states_.size();
    State& compiled = states_.emplace_back();
    for (const auto side : {Side::client, Side::server}) {
      compiled.any[static_cast<std::size_t>(side)] = rows(state, side, "*", self);
    }
    for (const auto& type : profile.messages) {
      auto own = rows(state, type.side, type.name, self);
      compiled.by_type.push_back(own.empty() ? compiled.any[static_cast<std::size_t>(type.side)] : std::move(own));
    }
  }
}

std::vector<SequenceMachine::Row> SequenceMachine::rows(const SequenceState& state,
                                                        Side side,
                                                        const std::string& type,
                                                        std::size_t self) const {
  std::vector<Row> found;
  for (const auto& transition : state.transitions) {
    if (names(transition, side, type)) {
      found.push_back({&transition.where, index_of(transition.to, self)});
    }
  }
  return found;
}

std::size_t SequenceMachine::index_of(const std::string& name, std::size_t self) const {
  const auto& states = profile_.sequence.states;
  const auto found = std::find_if(states.begin(), states.end(), [&](const auto& state) { return state.name == name; });
  return found == states.end() ? self : static_cast<std::size_t>(found - states.begin());
}

Standing SequenceMachine::begin(std::int64_t t_ns, std::uint64_t seq) const {
  Standing standing;
  standing.visited.resize(states_.size());
  standing.last_client = {std::nullopt, t_ns, seq};
  if (exists()) {
    move(standing, index_of(profile_.sequence.start, 0), standing.last_client);
  }
  return standing;
}

std::optional<std::size_t> SequenceMachine::next(std::size_t state,
                                                 Side side,
                                                 std::optional<TypeIndex> type,
                                                 json::Value message) const {
  const auto& compiled = states_[state];
  const auto& candidates = type ? compiled.by_type[*type] : compiled.any[static_cast<std::size_t>(side)];
  for (const Row& row : candidates) {
    if (row.where->empty() || holds(*row.where, message)) {
      return row.to;
    }
  }
  return std::nullopt;
}

void SequenceMachine::move(Standing& standing, std::size_t to, const Moment& cause) const {
  standing.state = to;
  standing.visited[to] = true;
  standing.entered = cause;
}

std::optional<std::vector<TypeIndex>> SequenceMachine::way_to(std::size_t from,
                                                              TypeIndex type,
                                                              json::Value message) const {
  struct Step {
    std::size_t state;
    std::vector<TypeIndex> way;
  };
  std::vector<Step> queue{{from, {}}};
  std::vector<bool> seen(states_.size());
  seen[from] = true;
  for (std::size_t i = 0; i < queue.size(); ++i) {
    for (TypeIndex by = 0; by < profile_.messages.size(); ++by) {
      for (const Row& row : states_[queue[i].state].by_type[by]) {
        if (seen[row.to]) {
          continue;
        }
        seen[row.to] = true;
        Step step{row.to, queue[i].way};
        step.way.push_back(by);
        if (next(row.to, profile_.messages[type].side, type, message)) {
          return step.way;
        }
        queue.push_back(std::move(step));
      }
    }
  }
  return std::nullopt;
}

std::optional<std::size_t> SequenceMachine::gone_by(const Standing& standing,
                                                    TypeIndex type,
                                                    json::Value message) const {
  for (std::size_t i = 0; i < states_.size(); ++i) {
    if (i != standing.state && standing.visited[i] && next(i, profile_.messages[type].side, type, message)) {
      return i;
    }
  }
  return std::nullopt;
}

std::vector<TypeIndex> SequenceMachine::taken(std::size_t state) const {
  std::vector<TypeIndex> types;
  for (TypeIndex i = 0; i < profile_.messages.size(); ++i) {
    if (profile_.messages[i].side == Side::client && !states_[state].by_type[i].empty()) {
      types.push_back(i);
    }
  }
  return types;
}

}  // namespace whydrop::profile
