#pragma once

#include "base/result.hpp"
#include "engine/expectation.hpp"
#include "engine/input.hpp"
#include "engine/pipeline.hpp"
#include "engine/ports.hpp"
#include "engine/replies.hpp"
#include "profile/bindings.hpp"
#include "script/outbox.hpp"
#include "script/script.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::script {

/// What is said on a connection, and when it has been said.
struct ClientScript {
  std::vector<Move> opening;                 ///< made first, by the profile, each time a session opens
  std::vector<Move> moves;                   ///< then made, each time too
  std::optional<engine::InputFormat> input;  ///< then standard input, cut so; null: it is not read
  bool echo = false;                         ///< answer each message with itself
  bool stays = false;                        ///< having nothing more to send is no reason to close
  engine::ReplyRule replies;                 ///< what is waited for then; replies to the opening do not count
  std::chrono::nanoseconds wait{std::chrono::seconds(2)};  ///< of silence, after which the wait is given up
  std::chrono::nanoseconds linger{0};  ///< from the last reply to the Close: does the server end the session by itself?
  std::optional<std::uint64_t> messages;  ///< close once so many of the server's came after the opening, not before
  std::optional<std::chrono::nanoseconds> stay_after_send;  ///< close so long after the last send instead
  std::optional<std::chrono::nanoseconds> stay_open;        ///< close so long after the session opened instead
  std::vector<engine::Expected> expect;                     ///< in order
  bool awaits_close = false;                                ///< the server is expected to close
  std::uint16_t close_code = 1000;
  std::string close_reason;
  /// What the client owes by the profile, sent by itself: answers at once, the others once the opening is made.
  std::vector<profile::Heartbeat> heartbeats;
  bool beats_if_recognised = false;  ///< where no profile is named: those of the one that is recognised
  bool strict = false;               ///< a message that the profile finds at fault is not sent
};

/// What a conversation needs of its run.
struct ClientServices {
  engine::Timers& timers;
  engine::Pipeline& pipeline;
  profile::Bindings* bindings;                   ///< of the profile in use; null: none
  std::function<void(const std::string&)> talk;  ///< says a line on standard error
  std::function<std::uint32_t()> random;         ///< masking keys of messages in several frames
  /// Begins to read standard input, for feed() and end_of_input(); called once, where the script has an input.
  std::function<void()> read_input{};
  /// One chunk that feed() took was dealt with: another may come.
  std::function<void()> taken{};
};

/// The Actor of `connect` and `send`: says what its plan says and closes when all is done. Lives through reconnects.
class ScriptedClient final : public engine::Actor, private Stage {
 public:
  static Result<std::unique_ptr<ScriptedClient>> make(ClientServices run, ClientScript plan);

  void on_open(engine::Channel& channel) override;
  void on_event(engine::Channel& channel, const session::Event& event) override;
  void on_writable(engine::Channel& channel) override;
  session::Awaited awaited() const override;
  /// The connection is gone; the next one, if any, begins with on_open.
  void on_gone();
  /// Tells each time a session has opened.
  void on_opened(std::function<void()> handler) { opened_ = std::move(handler); }
  bool open() const { return channel_ != nullptr; }
  /// A chunk of standard input, and its end, after the last chunk.
  void feed(std::string chunk);
  void end_of_input();
  /// Sends one thing, where a session is open.
  void say(const engine::Outgoing& out);
  /// Sends a message of the profile, where a session is open. Errors: usage, as compose() has them.
  Result<void> say_message(const profile::Step& step);
  /// Closes as the plan says, where a session is open.
  void close();
  /// There is no more to come from a person: closes, unless the plan stays for a time of its own.
  void end_of_prompt();
  /// A limit of the run ended what was waited for: for the record.
  void ran_out(std::string limit, std::chrono::nanoseconds length) { ran_out_ = {std::move(limit), length.count()}; }

  const engine::Expectations& expectations() const { return expectations_; }
  /// Why standard input could not be understood, if it could not.
  const std::optional<Error>& input_error() const { return input_error_; }
  /// Why something that was to be said was not, if there is such. It has been told.
  const std::optional<Error>& unsaid() const { return unsaid_; }
  /// What the script waits for in vain, as Script::missing() tells it.
  const std::string& missing() const { return script_.missing(); }
  /// True once this side had a reason of its own to close.
  bool finished() const { return finished_; }

 private:
  ScriptedClient(ClientServices run, ClientScript plan);
  void on_message(const session::Message& message, std::int64_t t_ns);
  void on_crossed();
  void offer(std::string_view message);
  void echo(const session::Message& message);
  void send(Outbox::Item item);
  bool may_send(const Outbox::Item& item);
  void read_input();
  const profile::Bindings* beat_bindings() const;
  void take_recognised();
  void begin_beats();
  void beat(std::size_t index);
  void answer_beats(const session::Message& message);
  void send_beat(const profile::Heartbeat& heartbeat);
  void pump();
  void take(const Result<void>& read);
  void settle();
  void wait_for_silence();
  void linger();

  Result<codec::Message> payload_of(const check::Send& send, std::uint64_t turn) override;
  Result<std::chrono::nanoseconds> duration_of(const std::string& text) override;
  Result<std::string> expected(std::string_view text, std::uint64_t turn) override;
  Result<void> take(const std::vector<profile::Take>& takes, const std::string& payload) override;
  bool is_timely(const Move& move) override;
  bool deliver(Outbox::Item item) override;
  void reset() override;
  void played() override;
  void stuck(Failure failure) override;
  void give_up(Error error);

  ClientServices run_;
  ClientScript plan_;
  engine::Expectations expectations_;
  engine::ReplyCount replies_;
  std::optional<engine::InputReader> input_;
  std::deque<std::string> pending_;  ///< chunks of standard input that wait for the channel
  bool input_ended_ = true, reading_ = false;
  std::optional<Error> input_error_, unsaid_;
  std::function<void()> opened_;
  engine::Channel* channel_ = nullptr;
  std::uint32_t conn_ = 0;
  bool finished_ = false, timer_set_ = false, lingering_ = false, in_opening_ = false;
  unsigned sessions_ = 0;
  std::deque<std::size_t> gates_;  ///< Move::after_met of moves that are not made yet
  std::uint64_t received_ = 0;     ///< messages of the server, those during the opening left out
  std::int64_t last_heard_ns_ = 0;
  std::uint64_t crossed_ = 0;  ///< messages of this side that were seen on the wire, those of the opening left out
  session::RunLimit ran_out_;
  std::shared_ptr<const profile::Recognised> recognised_;  ///< whose heartbeats are sent
  bool beats_given_up_ = false;                            ///< one could not be made
  std::vector<engine::TimerId> beat_timers_;               ///< by heartbeat; 0: not begun, as its interval is not known
  Outbox outbox_;
  Script script_;
};

}  // namespace whydrop::script
