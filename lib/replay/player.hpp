#pragma once

#include "base/result.hpp"
#include "handshake/head.hpp"
#include "profile/profile.hpp"
#include "replay/plan.hpp"
#include "replay/recording.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace whydrop::replay {

/// When a message of the client's is sent: never before the server messages that came before it in the recording, and
/// then, `matched`, after the recorded gap, at most `most_gap`; `recorded`, at its recorded time; `fast`, at once.
struct Pace {
  enum class Kind : std::uint8_t { matched, recorded, fast };
  Kind kind = Kind::matched;
  double factor = 1;  ///< "2x": recorded times are divided by it
  std::chrono::nanoseconds most_gap{std::chrono::seconds(5)};
  /// `matched`: what takes the recorded gap's place, by the act before which it stands; then what takes that of all
  /// others; and how much there is at least between two acts.
  std::map<std::uint64_t, std::chrono::nanoseconds> gaps{};
  std::optional<std::chrono::nanoseconds> gap{};
  std::chrono::nanoseconds apart{0};
};
/// "matched", "recorded", "fast", "2x", "0.5x". Errors: usage.
Result<Pace> parse_pace(std::string_view text);

/// An act made ready: secrets bound, the server's values put in, edits made.
struct Ready {
  const Act* act = nullptr;         ///< valid until the player is asked again
  bool rebound = false;             ///< its bytes differ from the recorded ones
  std::vector<std::string> frames;  ///< --raw: each frame as it goes on the wire
};

/// Says what is to be sent next. Pure: time is a parameter, ns since the session opened.
class Player {
 public:
  struct Settings {
    const profile::Profile* profile = nullptr;
    Pace pace;
    bool raw = false;
    std::vector<Edit> edits;
    /// What the live handshake agreed on; for --raw, where a compressed message is compressed anew.
    std::optional<handshake::DeflateParameters> deflate;
    /// The value of a masked variable; null: unknown.
    std::function<std::optional<std::string>(const std::string& variable)> value_of;
    /// Told what the live server says where the recorded one said what is masked; null: nobody wants to know.
    std::function<void(const std::string& variable, const std::string& value)> on_secret;
  };
  struct Wait {
    std::optional<std::int64_t> until_ns;  ///< null: until a message comes
    std::string missing;                   ///< what has not come: "session_ack (2nd) and 3 more"; empty: only time
    std::int64_t recorded_ns = 0;          ///< with `missing`: how long it took to come in the recording
    std::uint64_t needed_by = 0;           ///< the act that cannot be sent without `missing`; 0: it is only awaited
  };
  struct Done {
    Over over;  ///< how the recording ends
  };
  using Next = std::variant<Ready, Wait, Done>;

  /// `recording` is read as it goes on; it and `plan` must outlive it.
  Player(Recording& recording, const Plan& plan, Settings settings);
  ~Player();

  /// A message of the server's, as it came.
  void heard(bool text, std::string_view payload, std::int64_t t_ns);
  /// What has not come is waited for no longer.
  void give_up();
  /// What is to be done at `t_ns`. Errors: local, where the recording can no longer be read; usage, where a value
  /// cannot be put in.
  Result<Next> next(std::int64_t t_ns);
  /// What had to be forgotten of a long session, one sentence each, without full stop.
  std::vector<std::string> notes() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace whydrop::replay
