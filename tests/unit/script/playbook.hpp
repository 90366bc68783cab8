#pragma once

#include "check/check.hpp"
#include "script/script.hpp"
#include "support/hand_clock.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace whydrop::script::test {

using Acts = std::vector<std::string>;

/// A script, driven step by step: an event goes in, and what the script did then comes out as lines.
class Playbook final : private Stage {
 public:
  explicit Playbook(Script::Settings settings = {});

  // events; each returns what was done because of it
  /// Begins on a session that is open.
  Acts start(std::vector<Move> moves);
  /// Begins with no session.
  Acts start_alone(std::vector<Move> moves);
  Acts opened(std::vector<Move> opening = {});
  /// The session ended by a Close of `code` from the server; 0: with none.
  Acts ended(std::uint16_t code);
  /// The server refused the upgrade.
  Acts refused(int status, std::string body = {});
  Acts called(Script::Called called);
  Acts hears(std::string payload, std::string type = {}, bool text = true);
  Acts ponged(std::string payload);
  Acts crossed();
  Acts passes(std::chrono::nanoseconds time);

  Script& script() { return script_; }
  /// From now on what is sent is on its way until crossed().
  void hold_deliveries() { holds_ = true; }
  /// Whether a patient move may be sent.
  void set_timely(bool timely) { timely_ = timely; }

 private:
  Acts acts();
  Result<codec::Message> payload_of(const check::Send& send, std::uint64_t turn) override;
  Result<std::chrono::nanoseconds> duration_of(const std::string& text) override;
  Result<std::string> expected(std::string_view text, std::uint64_t turn) override;
  bool is_timely(const Move&) override { return timely_; }
  bool deliver(Outbox::Item item) override;
  void reset() override { acts_.emplace_back("reset"); }
  Result<void> take(const std::vector<profile::Take>& takes, const std::string& payload) override;
  void played() override { acts_.emplace_back("played"); }
  void stuck(Failure failure) override;
  Result<void> connect(const check::Connect& how) override;
  void call(Calls calls) override;

  whydrop::test::HandClock clock_;
  Acts acts_;
  bool holds_ = false, timely_ = true;
  Script script_;
};

// moves
Move send(std::string text);
Move step(check::Step::Act act);

}  // namespace whydrop::script::test
