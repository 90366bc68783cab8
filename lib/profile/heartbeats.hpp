#pragma once

#include "profile/bindings.hpp"
#include "profile/examination.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::profile {

/// Those that the client owes.
std::vector<Heartbeat> client_heartbeats(const Profile& profile);

/// How long `beat` may be waited for, counted from the last one or from what it answers; null where a value is not
/// known, or none is owed.
struct BeatSpan {
  std::int64_t every_ns = 0;  ///< how often it is owed; in how long it is, where it answers
  std::int64_t most_ns = 0;   ///< after so long the other side gives up; 0: it is not known when
};
std::optional<BeatSpan> span_of(const Heartbeat& beat, const Bindings& bindings);

/// Whether each side keeps the heartbeats that the profile says it owes. A beat that is late is told once, at the end:
/// one that came late after all was taken.
class Heartbeats {
 public:
  /// Both must outlive it.
  Heartbeats(const Profile& profile, const Bindings& bindings);

  /// The session opened.
  void begin(std::int64_t t_ns, std::uint64_t seq);
  void note(const Seen& seen);
  /// heartbeat-missed, of what is late when the first Close comes or else the session ends.
  void finish(std::int64_t t_ns, std::uint64_t seq, Findings& findings);

 private:
  struct Kept {
    std::int64_t since_ns = 0;  ///< of the last beat, of what it answers, or of when it was known to be owed
    std::uint64_t seq = 0;
    std::uint64_t sent = 0;
    bool owed = false;
  };
  void note(const Heartbeat& beat, Kept& kept, const Seen& seen) const;
  void check(const Heartbeat& beat, const Kept& kept, std::int64_t t_ns, std::uint64_t seq, Findings& findings) const;

  const Profile& profile_;
  const Bindings& bindings_;
  std::vector<Kept> kept_;  ///< by heartbeat
  bool told_ = false;
};

}  // namespace whydrop::profile
