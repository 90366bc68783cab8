#pragma once

#include "base/result.hpp"
#include "isolate/search.hpp"
#include "isolate/trial.hpp"
#include "net/client.hpp"
#include "profile/profile.hpp"
#include "replay/plan.hpp"
#include "replay/recording.hpp"
#include "script/replay_actor.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace whydrop::isolate_run {

/// A recorded session, taken apart: what the search may change of it, and what each change is in a replay.
class RecordedSession {
 public:
  /// Reads the session once. `options`: what it is connected with; `profile` names messages, or is null. Errors: local,
  /// those of reading.
  static Result<RecordedSession> read(replay::Recording& recording,
                                      const replay::Plan& plan,
                                      const net::ConnectOptions& options,
                                      const profile::Profile* profile);

  const isolate::Model& model() const { return model_; }
  /// How long after the client's last act it ended.
  std::int64_t reaction_ns() const { return reaction_ns_; }
  /// How long it was open.
  std::int64_t duration_ns() const { return duration_ns_; }
  /// Makes the changes: of what is sent and when, and of what is connected with.
  void apply(const isolate::Trial& trial, script::ReplayActorSettings& replaying) const;
  void apply(const isolate::Trial& trial, net::ConnectOptions& options) const;
  /// True if a part of the handshake is left out.
  bool changes_handshake(const isolate::Trial& trial) const;
  /// True if the session goes without its pauses.
  bool is_hasty(const isolate::Trial& trial) const;

  /// "without /text of message #14 (chat)", "with a ping every 4.9 s".
  std::string words_of(const isolate::Change& change) const;

 private:
  /// What a part is in the recording, and what it says.
  struct Place {
    std::uint64_t seq = 0;    ///< of a message, a member's message, or the act after a gap; 0: all short gaps
    std::string text{};       ///< a member's pointer; else a name: of a header, cookie, parameter or subprotocol
    std::size_t nth = 0;      ///< among those of the same name
    std::int64_t ns = 0;      ///< of a gap
    std::string payload{};    ///< of a message
    std::string filled{};     ///< pointer to its longest text; empty: all of it
    std::size_t outside = 0;  ///< bytes of it that are not that text's
    bool json = false, binary = false;
  };
  class Reader;

  std::size_t add(isolate::Part::Kind kind, std::string name, Place place, std::optional<std::size_t> within = {});
  void add_handshake(const replay::Plan& plan, const net::ConnectOptions& options);
  void add_members(std::size_t message);
  void add_offers();
  std::vector<std::size_t> left_out(const isolate::Trial& trial) const;
  void apply_gap(const Place& gap, std::int64_t ns, replay::Pace& pace) const;
  replay::Edit edit_of(const isolate::Change& change) const;

  isolate::Model model_;
  std::vector<Place> places_;  ///< by part
  std::vector<std::uint64_t> after_short_gaps_;
  std::int64_t reaction_ns_ = 0, duration_ns_ = 0;
};

}  // namespace whydrop::isolate_run
