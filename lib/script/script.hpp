// Rule of this module: script/ says what a client does and when. It is core: time comes through engine::Timers, bytes
// go through engine::Channel, randomness is handed in.
#pragma once

#include "base/result.hpp"
#include "check/check.hpp"
#include "codec/codec.hpp"
#include "engine/ports.hpp"
#include "profile/rehearsal.hpp"
#include "script/outbox.hpp"
#include "session/event.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace whydrop::script {

/// One thing that a client does.
struct Move {
  check::Step step;
  bool patient = false;  ///< send: not before the profile's sequence lets it be sent
  bool literal = false;  ///< expect: its values are no templates
  /// Send: not before so many of what the client expects has come, and nothing more is taken for expected before it.
  std::optional<std::size_t> after_met{};
};
/// Says one message. `verbatim`: its text is no template.
Move saying(profile::Step said, bool verbatim = false, bool patient = false);
/// A server's message of this type is to come; empty: any.
Move expecting(const std::string& type, const std::vector<profile::Where>& where);
/// What the client of a scenario does.
std::vector<Move> moves_of(const profile::Scenario& scenario);

/// Why a script cannot go on.
struct Failure {
  std::string step;    ///< "step 3 (expect session_ack)"
  Error error;         ///< refused: what was to come did not; its message is one clause
  bool ended = false;  ///< because the session ended, or never began
};

/// What a script does its moves with.
class Stage {
 public:
  virtual ~Stage() = default;
  /// A message as it is now, in the nth turn of what is repeated.
  virtual Result<codec::Message> payload_of(const check::Send& send, std::uint64_t turn) = 0;
  /// The template of a duration as it is now.
  virtual Result<std::chrono::nanoseconds> duration_of(const std::string& text) = 0;
  /// The JSON template of a value that is waited for.
  virtual Result<std::string> expected(std::string_view text, std::uint64_t turn) = 0;
  /// False if what the move sends cannot be sent yet: a reply or what is expected has to come first, or the sequence
  /// lets it be sent later only.
  virtual bool is_timely(const Move& move) = 0;
  /// Sends it; true if the next may follow at once. Else Script::on_sent() is to be called when it may.
  virtual bool deliver(Outbox::Item item) = 0;
  virtual void reset() = 0;
  /// Binds what a message gives. Errors: refused, where it does not give it.
  virtual Result<void> take(const std::vector<profile::Take>& takes, const std::string& payload) = 0;
  /// What a person calls a message.
  virtual std::string name_of(const session::Message& message) const { return message.type; }
  /// All moves are made.
  virtual void played() = 0;
  virtual void stuck(Failure failure) = 0;

  // A stage whose sessions are opened by others is never asked for these.
  /// Opens a session; Script::opened() or Script::ended() follows.
  virtual Result<void> connect(const check::Connect&) { return {}; }
  /// Makes the profile's calls for a token, or for a session; Script::called() follows.
  enum class Calls : std::uint8_t { token, session };
  virtual void call(Calls) {}
};

/// Makes moves one after the other. What comes meanwhile is told to it; nothing blocks.
class Script {
 public:
  struct Settings {
    std::chrono::nanoseconds patience{0};  ///< how long a move waits that does not say it itself; 0: for ever
    check::Unrelated unrelated = check::Unrelated::skip;
  };
  /// The end of a session, or of an attempt at one.
  struct End {
    std::optional<session::Verdict> verdict;
    bool opened = false;  ///< there was a session
    int status = 0;       ///< of the answer that refused it; 0: there was none
    std::string body;     ///< of that answer
  };
  /// How calls went.
  struct Called {
    bool complete = false;
    std::string says;  ///< why not, one clause
    int status = 0;
    std::string body;
  };

  Script(engine::Timers& timers, Stage& stage, Settings settings);
  ~Script();
  Script(const Script&) = delete;
  Script& operator=(const Script&) = delete;

  /// Begins with the first of `moves`, on a session that is open.
  void start(std::vector<Move> moves);
  /// The same with no session: the first move that needs one opens it.
  void start_alone(std::vector<Move> moves);
  /// Makes no more moves.
  void stop();
  bool running() const { return running_; }
  /// What has not come that it waits for, as "waited for connected: it did not come"; empty: it waits for nothing.
  const std::string& missing() const { return missing_; }
  /// The move that it is at: "step 3 (expect session_ack)".
  std::string at() const;
  /// The same; it must be running.
  const Move& move() const { return frames_.back().moves[frames_.back().at]; }
  /// Why the session ended, where no move asked for it; null: it did not.
  const session::Verdict* unasked_end() const;

  /// The session is open; `opening` is made before what comes next.
  void opened(std::vector<Move> opening);
  void ended(End end);
  void called(Called called);
  /// A message of the server's, before it is judged.
  void on_message(const session::Message& message);
  void on_pong(std::string_view payload);
  /// What deliver() sent has left.
  void on_sent();

 private:
  enum class Waiting : std::uint8_t { nothing, crossing, message, turn, time, session, pong, answer };
  enum class Session : std::uint8_t { none, opening, open, over };
  enum class StepResult : std::uint8_t { done, waits, entered };
  struct Heard {
    std::string name, type, payload;
    bool text = true;
  };
  /// What came while a move waited for something else.
  struct Unmatched {
    std::string nearest{}, why_not{};  ///< the last of the awaited type: its name, and what it did not meet
    std::vector<std::pair<std::string, std::uint64_t>> others{};  ///< names, and how often
    std::uint64_t count = 0;                                      ///< of others
    void add(const std::string& name);
    std::string words() const;
  };
  /// Moves under way: all of them, those that are repeated, or a session's opening.
  struct Frame {
    std::vector<Move> moves;
    std::uint64_t times = 1, turn = 1;
    bool between = false;  ///< an opening: the move below it is made after it
    std::size_t at = 0;
    // of the current move
    std::uint64_t said = 0;
    bool begun = false;
    std::int64_t since_ns = -1;  ///< -1: it does not wait
    Unmatched unmatched{};
    /// The current move is made anew.
    void renew();
  };

  void begin(std::vector<Move> moves, Session session);
  void advance();
  bool leave();
  StepResult make(const Move& move);
  // One overload a kind of act.
  StepResult make(const check::GetToken&) { return call(Stage::Calls::token); }
  StepResult make(const check::BeginSession&) { return call(Stage::Calls::session); }
  StepResult make(const check::Connect& connect);
  StepResult make(const check::Send& send);
  StepResult make(const check::Ping& ping);
  StepResult make(const check::Close& close);
  StepResult make(const check::Reset&);
  StepResult make(const check::Expect& expect);
  StepResult make(const check::ExpectClose& expect);
  StepResult make(const check::ExpectRefused& expect);
  StepResult make(const check::ExpectSilence& silence);
  StepResult make(const check::Wait& wait) { return pause(wait.length); }
  StepResult make(const check::TakeLast& take);
  StepResult make(const check::Repeat& repeat);
  StepResult call(Stage::Calls calls);
  StepResult met(const check::Expect& expect, const Heard& heard);

  /// Opens a session where there is none. Done: there is one, or there was.
  StepResult need_session(const check::Connect& how = {});
  bool expects_refusal() const;
  StepResult judge_refusal(const check::ExpectRefused& expect, int status, const std::string& body);
  std::optional<std::string> mismatch(const check::Expect& expect, const Heard& heard) const;
  std::optional<std::string> end_mismatch(const check::ExpectClose& expect, const session::Verdict& verdict) const;
  std::optional<std::string> unmet(const std::vector<check::Predicate>& where, const std::string& text) const;
  StepResult pause(const std::string& duration);
  StepResult wait_for(Waiting what, std::string missing, const std::string& within);
  void set_timer(std::int64_t at_ns, std::function<void()> then);
  std::string late_words() const;
  void resume();
  StepResult fail(Error error, bool ended = false);
  StepResult unmet_step(std::string says, bool ended = false);
  StepResult fail_ended();
  std::uint64_t turn() const;

  engine::Timers& timers_;
  Stage& stage_;
  Settings settings_;
  std::deque<Frame> frames_;  ///< a move that is being made stays where it is
  Session session_ = Session::none;
  std::optional<End> end_;  ///< of the last session
  bool end_asked_ = false;  ///< a move asked for that end, or took it
  std::optional<Called> called_;
  std::deque<Heard> heard_;  ///< that no `expect` has taken yet
  std::size_t heard_bytes_ = 0;
  std::string last_;  ///< the last message that met an `expect`
  std::optional<std::string> pong_;
  Waiting waiting_ = Waiting::nothing;
  std::string missing_;
  bool running_ = false, posted_ = false;
  engine::TimerId timer_ = 0;
};

}  // namespace whydrop::script
