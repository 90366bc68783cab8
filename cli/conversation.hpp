#pragma once

#include "base/result.hpp"
#include "cli/stdin_feed.hpp"
#include "engine/expectation.hpp"
#include "engine/input.hpp"
#include "engine/ports.hpp"
#include "engine/replies.hpp"
#include "net/loop.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::cli {

/// What is said on a connection, and when it has been said.
struct ConversationPlan {
  struct Message {
    engine::Payload kind = engine::Payload::text;
    std::string payload;
  };
  std::vector<Message> opening;                            ///< sent as soon as a session is open
  std::optional<engine::InputFormat> input;                ///< then standard input, cut so; null: it is not read
  bool echo = false;                                       ///< answer each message with itself
  bool stays = false;                                      ///< having nothing more to send is no reason to close
  engine::ReplyRule replies;                               ///< what is waited for then
  std::chrono::nanoseconds wait{std::chrono::seconds(2)};  ///< of silence, after which the wait is given up
  std::chrono::nanoseconds linger{0};  ///< from the last reply to the Close: does the server end the session by itself?
  std::optional<std::chrono::nanoseconds> stay_after_send;  ///< close so long after the last send instead
  std::optional<std::chrono::nanoseconds> stay_open;        ///< close so long after the session opened instead
  std::vector<std::string> expect;                          ///< POINTER=VALUE, in order
  bool awaits_close = false;                                ///< the server is expected to close
  std::uint16_t close_code = 1000;
  std::string close_reason;
};

/// The Actor of `connect` and `send`: says what its plan says and closes when all is done. Lives through reconnects.
class Conversation final : public engine::Actor {
 public:
  static Result<std::unique_ptr<Conversation>> make(net::Loop& loop, ConversationPlan plan);

  void on_open(engine::Channel& channel) override;
  void on_event(engine::Channel& channel, const session::Event& event) override;
  void on_writable(engine::Channel& channel) override;
  /// The connection is gone; the next one, if any, begins with on_open.
  void on_gone();
  /// Tells each time a session has opened.
  void on_opened(std::function<void()> handler) { opened_ = std::move(handler); }
  bool open() const { return channel_ != nullptr; }
  /// Sends one thing, where a session is open.
  void say(const engine::Outgoing& out);
  /// Closes as the plan says, where a session is open.
  void close();

  const engine::Expectations& expectations() const { return expectations_; }
  /// Why standard input could not be understood, if it could not.
  const std::optional<Error>& input_error() const { return input_error_; }
  /// True once this side had a reason of its own to close.
  bool finished() const { return finished_; }

 private:
  Conversation(net::Loop& loop, ConversationPlan plan);
  void on_message(const session::Message& message, std::int64_t t_ns);
  void echo(const session::Message& message);
  void pump();
  void take(const Result<void>& read);
  void settle();
  void wait_for_silence();
  void after(std::chrono::nanoseconds delay);

  net::Loop& loop_;
  ConversationPlan plan_;
  engine::Expectations expectations_;
  engine::ReplyCount replies_;
  std::optional<engine::InputReader> input_;
  std::deque<std::string> pending_;  ///< chunks of standard input that wait for the channel
  bool input_ended_ = true;
  std::optional<Error> input_error_;
  std::function<void()> opened_;
  engine::Channel* channel_ = nullptr;
  bool finished_ = false, timer_set_ = false, lingering_ = false, said_opening_ = false;
  std::int64_t last_heard_ns_ = 0;
  StdinFeed feed_;  ///< last: its thread ends before the rest goes
};

}  // namespace whydrop::cli
