#include "cli/converse.hpp"

#include "base/text.hpp"
#include "cli/connector.hpp"
#include "cli/interactive.hpp"

#include <memory>
#include <utility>

#include <fmt/format.h>

namespace whydrop::cli {
namespace {

/// Everything of one conversation that must live until its verdict.
class Converse {
 public:
  Converse(SessionRun& run,
           Conversation& conversation,
           const SessionFlags& flags,
           net::ConnectOptions options,
           std::uint64_t reconnects)
      : run_(run),
        conversation_(conversation),
        flags_(flags),
        connector_(run, conversation, flags.endpoint, std::move(options), reconnects, [this](const auto& verdict) {
          conversation_.on_gone();
          return wants_more(verdict);
        }) {}

  int carry_out(bool interactive) {
    run_.loop().on_signal([this](int number) { interrupted_by(number); });
    run_.on_reader_gone([this] { connector_.interrupt(); });
    if (flags_.timeout) {
      run_.loop().after(*flags_.timeout, [this] { time_out(); });
    }
    if (interactive) {
      interactive_.emplace(run_, conversation_, [this](int number) { interrupted_by(number); });
    }
    connector_.start([this] { run_.loop().stop(); });
    run_.loop().run();
    interactive_.reset();
    return conclude();
  }

 private:
  bool wants_more(const session::Verdict& verdict) const {
    const bool as_expected = verdict.received && !flags_.expect_close.empty();
    return !conversation_.finished() && !as_expected && !outcome_.timed_out;
  }

  void interrupted_by(int number) {
    outcome_.signal = number;
    connector_.interrupt();
  }

  void time_out() {
    outcome_.timed_out = true;
    connector_.interrupt();
  }

  int conclude() {
    const engine::Expectations& expected = conversation_.expectations();
    outcome_.expectation_failed = !expected.done();
    if (outcome_.expectation_failed && connector_.opened()) {
      run_.talk(unmet(expected));
    }
    return run_.finish(outcome_, conversation_.input_error());
  }

  static std::string unmet(const engine::Expectations& expected) {
    const std::string& seen = expected.last_seen();
    return fmt::format("expectation {} of {} was not met: {}; {}",
                       expected.met() + 1,
                       expected.size(),
                       expected.next_text(),
                       seen.empty() ? "no message came" : "last message: " + escape_for_terminal(seen));
  }

  SessionRun& run_;
  Conversation& conversation_;
  const SessionFlags& flags_;
  Connector connector_;
  diagnose::RunOutcome outcome_;
  std::optional<Interactive> interactive_;
};

}  // namespace

Result<int> converse(const SessionFlags& flags, ConversationPlan plan, std::uint64_t reconnects, bool interactive) {
  auto options = connect_options_of(flags);
  if (!options) {
    return tl::unexpected<Error>(options.error());
  }
  auto run = SessionRun::make(settings_of(flags));
  if (!run) {
    return tl::unexpected<Error>(run.error());
  }
  plan.awaits_close = !flags.expect_close.empty();
  plan.close_code = static_cast<std::uint16_t>(flags.close_code);
  plan.close_reason = flags.close_reason;
  auto conversation = Conversation::make((*run)->loop(), std::move(plan));
  if (!conversation) {
    return tl::unexpected<Error>(conversation.error());
  }
  Converse converse(**run, **conversation, flags, std::move(*options), reconnects);
  return converse.carry_out(interactive);
}

}  // namespace whydrop::cli
