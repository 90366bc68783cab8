#pragma once

#include "base/result.hpp"
#include "cli/outbox.hpp"
#include "net/loop.hpp"
#include "profile/rehearsal.hpp"
#include "session/event.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace whydrop::cli {

/// One thing that a client does.
struct Move {
  profile::Step step;
  bool verbatim = false;  ///< raw: its text is no template
  bool patient = false;   ///< send: not before the profile's sequence lets it be sent
};

/// What a script does its moves with.
class Stage {
 public:
  virtual ~Stage() = default;
  /// The payload of a `send` or `raw` move as it is now.
  virtual Result<std::string> payload_of(const Move& move) = 0;
  /// The template of a duration as it is now.
  virtual Result<std::chrono::nanoseconds> duration_of(const std::string& text) = 0;
  /// False if it cannot be sent yet: a reply has to come first, or the sequence lets it be sent later only.
  virtual bool is_timely(const Move& move) = 0;
  /// Sends it; true if it has left already. Else Script::crossed() is to be called once it has.
  virtual bool deliver(Outbox::Item item) = 0;
  virtual void reset() = 0;
  /// All moves are made.
  virtual void played() = 0;
  /// The script cannot go on.
  virtual void stuck(Error error) = 0;
};

/// Makes moves one after the other on an open session. What comes meanwhile is told to it; nothing blocks.
class Script {
 public:
  /// `patience`: how long it waits for what must come; 0: for ever.
  Script(net::Loop& loop, Stage& stage, std::chrono::nanoseconds patience);
  ~Script();
  Script(const Script&) = delete;
  Script& operator=(const Script&) = delete;

  /// Begins with the first of `moves`.
  void start(std::vector<Move> moves);
  /// The session is gone.
  void stop();
  bool running() const { return running_; }
  /// What has not come that it waits for, as "waited for connected: it did not come"; empty: it waits for nothing.
  const std::string& missing() const { return missing_; }
  /// A message of the server's, before it is judged.
  void heard(const session::Message& message);
  /// What deliver() sent has left.
  void crossed();

 private:
  enum class Waiting : std::uint8_t { nothing, crossing, message, turn, time };
  struct Heard {
    std::string type, payload;
  };

  void advance();
  bool make(const Move& move);
  bool send(const Move& move);
  bool expect(const profile::Step& step);
  bool wait(const profile::Step& step);
  void wait_for(Waiting what, std::string missing);
  void resume();
  void fail(Error error);

  net::Loop& loop_;
  Stage& stage_;
  std::chrono::nanoseconds patience_;
  std::vector<Move> moves_;
  std::size_t at_ = 0;
  unsigned said_ = 0;        ///< of the current move's `times`
  std::deque<Heard> heard_;  ///< that no `expect` has taken yet
  Waiting waiting_ = Waiting::nothing;
  std::string missing_;
  std::int64_t waits_since_ns_ = -1;  ///< the current move; -1: it does not wait
  bool running_ = false, posted_ = false;
  net::TimerId timer_ = 0;
};

}  // namespace whydrop::cli
