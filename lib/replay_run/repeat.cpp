#include "replay_run/repeat.hpp"

#include "base/try.hpp"
#include "diagnose/exit_code.hpp"
#include "replay_run/session_counter.hpp"
#include "replay_run/tally.hpp"

#include <memory>
#include <optional>
#include <utility>

namespace whydrop::replay_run {

Result<int> repeat(const run::Host& host, const RepeatSettings& settings, const HaveSession& have) {
  constexpr int kSignalled = 128;
  Tally tally;
  int code = 0;
  bool over = false;
  for (std::uint64_t number = 1; number <= settings.count && !over; ++number) {
    std::optional<Repeat> last;  // of several connections the last one tells
    const auto attach = [&last](run::SessionRun& run) -> Result<run::Companion> {
      auto counter =
          std::make_shared<SessionCounter>(run.profile(), [&last](Repeat&& repeat) { last = std::move(repeat); });
      run.pipeline().add_sink(*counter);
      return counter;
    };
    const auto ended = have(number, attach);
    WHYDROP_TRY(ended);
    code = diagnose::leading_exit_code(code, *ended);
    over = *ended >= kSignalled || (settings.until_drop && *ended != 0);
    if (last && *ended < kSignalled) {
      last->survived = last->connected && *ended == 0;
      tally.add(*last);
    }
  }
  WHYDROP_TRY(host.out.write(tally.text(settings.until_drop ? tally.runs() : settings.count, 1)));
  return code;
}

}  // namespace whydrop::replay_run
