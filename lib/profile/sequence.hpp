#pragma once

#include "profile/classifier.hpp"
#include "profile/profile.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::profile {

/// A moment of a session: the socket opened, or a message crossed the wire.
struct Moment {
  std::optional<TypeIndex> type;  ///< null: the session opened
  std::int64_t t_ns = 0;
  std::uint64_t seq = 0;
};

/// Where one session stands in a sequence. Small; copied to try what would come.
struct Standing {
  std::size_t state = 0;
  std::vector<bool> visited;  ///< states that the session was in
  Moment entered;             ///< what led to `state`
  Moment last_client;         ///< the client's last message whose type is known, or the opening
};

/// A profile's sequence with names resolved: which message leads where. RFC 6455 knows nothing of it.
class SequenceMachine {
 public:
  /// `profile` must outlive it.
  explicit SequenceMachine(const Profile& profile);

  /// False for a profile without a sequence; then nothing else may be asked.
  bool exists() const { return !states_.empty(); }
  Standing begin(std::int64_t t_ns, std::uint64_t seq) const;
  const SequenceState& state(std::size_t index) const { return profile_.sequence.states[index]; }

  /// The state that a message leads to from `state` (perhaps that itself); null where no row is for it. A type of null
  /// is one that the profile does not know.
  std::optional<std::size_t> next(std::size_t state,
                                  Side side,
                                  std::optional<TypeIndex> type,
                                  json::Value message) const;
  void move(Standing& standing, std::size_t to, const Moment& cause) const;

  /// The messages that lead from `from` to the nearest state that takes `type`, in order; null if none can come.
  std::optional<std::vector<TypeIndex>> way_to(std::size_t from, TypeIndex type, json::Value message) const;
  /// A state that the session was in and that took `type`; null if there is none.
  std::optional<std::size_t> gone_by(const Standing& standing, TypeIndex type, json::Value message) const;
  /// Types of the client that `state` names.
  std::vector<TypeIndex> taken(std::size_t state) const;

 private:
  struct Row {
    const std::vector<Where>* where;
    std::size_t to;
  };
  struct State {
    std::vector<std::vector<Row>> by_type;  ///< by TypeIndex
    std::vector<Row> any[2];                ///< by side: what no row names
  };
  std::vector<Row> rows(const SequenceState& state, Side side, const std::string& type, std::size_t self) const;
  std::size_t index_of(const std::string& name, std::size_t self) const;

  const Profile& profile_;
  std::vector<State> states_;
};

}  // namespace whydrop::profile
