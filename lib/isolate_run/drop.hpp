// Rule of this module: isolate_run/ is what `isolate` does: it makes parts of a recorded session, plays the sessions
// that isolate/ asks for, and says what was found.
#pragma once

#include "base/result.hpp"
#include "isolate/trial.hpp"
#include "replay/plan.hpp"
#include "session/event.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace whydrop::isolate_run {

/// The ending that is sought: what counts as the drop.
struct Drop {
  enum class Kind : std::uint8_t {
    closed,  ///< the server's Close came first
    cut,     ///< the session ended without a Close
    refused  ///< no session opened
  };
  Kind kind = Kind::cut;
  std::optional<std::uint16_t> code{};      ///< of the server's Close; null: any
  std::optional<session::EndingHow> how{};  ///< null: any
  std::optional<std::chrono::nanoseconds>
      within{};  ///< after the last message; null: as in the recording, and some more
};

/// "code=1008", "how=reset,within=2s". Errors: usage.
Result<Drop> parse_drop(std::string_view text);
/// How the recorded session ended; null: as its client wanted, or it is not known.
std::optional<Drop> drop_of(const replay::Over& over);

/// What became of a session that was tried.
struct Tried {
  const session::Verdict& verdict;
  bool opened = false;
  bool failed = false;  ///< it could not be played: a call was refused, or a value never came
};
isolate::Outcome outcome_of(const Drop& drop, const Tried& tried);

/// "the server closes with 1008", "it ends without a Close".
std::string words_of(const Drop& drop);
/// "the server closed with 1008 (no email)", "upgrade refused".
std::string ending_of(const session::Verdict& verdict);

}  // namespace whydrop::isolate_run
