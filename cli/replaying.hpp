#pragma once

#include "base/result.hpp"
#include "engine/pipeline.hpp"
#include "engine/ports.hpp"
#include "json/json.hpp"
#include "net/loop.hpp"
#include "replay/message_key.hpp"
#include "replay/player.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace whydrop::cli {

/// How a replay ends a session that the recording does not end by a Close of the client's, and how long it waits.
struct ReplayingPlan {
  replay::Player::Settings player;
  std::chrono::nanoseconds patience{std::chrono::seconds(10)};
  std::uint16_t close_code = 1000;
  std::string close_reason;
  bool awaits_close = false;               ///< --expect-close
  const replay::KeyMaker* keys = nullptr;  ///< where messages are to be counted by kind; not owned
};

/// The Actor of `replay`: does again what the client did in a recording.
class Replaying final : public engine::Actor {
 public:
  using OpenRecording = std::function<Result<std::unique_ptr<replay::Recording>>()>;
  /// What it needs of its run; `talk` says a line on standard error.
  struct Surroundings {
    net::Loop& loop;
    engine::Pipeline& pipeline;
    std::function<void(const std::string&)> talk;
  };
  /// `recorded` must outlive it.
  Replaying(Surroundings run, OpenRecording open, const replay::Plan& recorded, ReplayingPlan plan);
  ~Replaying() override;

  void on_open(engine::Channel& channel) override;
  void on_event(engine::Channel& channel, const session::Event& event) override;
  void on_writable(engine::Channel& channel) override;
  /// The connection is gone.
  void on_gone();

  /// Why it could not go on, if it could not: told already where it is not an error of ours.
  const std::optional<Error>& error() const { return error_; }
  /// True if all that the client said in the recording was said.
  bool complete() const { return opened_ns_ && !error_ && sent_ >= recorded_.messages; }
  /// True if the server was waited for in vain.
  bool stuck() const { return stuck_; }
  /// Messages sent.
  std::uint64_t sent() const { return sent_; }
  /// What it waits for, or empty.
  const std::string& missing() const { return missing_; }
  /// Time since the session opened; null if none did.
  std::optional<std::int64_t> open_for() const;
  /// The last message sent, as "the 2nd typing"; empty without keys, or if none was sent.
  std::string last_sent() const;

 private:
  void pump();
  void on_server_message(const session::Message& message, std::int64_t t_ns);
  void on_crossed();
  bool is_timely(const replay::Act& act) const;
  bool hold(replay::Ready& ready);
  bool deliver(const replay::Ready& ready);
  bool deliver_lawful(const replay::Act& act);
  void note(const replay::Act& act);
  void wait_for(const replay::Player::Wait& wait);
  void look_again_at(std::int64_t t_ns);
  void finish(const replay::Over& over);
  void await_end(std::chrono::nanoseconds most, std::string otherwise);
  void stop(Error error);
  void close();
  std::int64_t now_ns() const { return run_.loop.now_ns() - opened_ns_.value_or(0); }

  Surroundings run_;
  OpenRecording open_;
  const replay::Plan& recorded_;
  ReplayingPlan plan_;
  std::unique_ptr<replay::Recording> recording_;
  std::unique_ptr<replay::Player> player_;
  /// --pace fast with a profile: each message waits until its sequence lets it be sent, as it had to in the recording.
  bool by_sequence_ = false;
  bool under_way_ = false;             ///< the last message has not crossed the wire yet: nothing judges by it
  std::optional<replay::Ready> held_;  ///< it is too early for it
  std::uint32_t conn_ = 0;
  engine::Channel* channel_ = nullptr;
  handshake::Head request_;
  std::optional<Error> error_;
  std::optional<std::int64_t> opened_ns_, gone_ns_;
  bool done_ = false;  ///< nothing more is sent
  bool stuck_ = false, closed_ = false, pumping_ = false;
  std::uint64_t sent_ = 0;
  std::map<std::string, std::uint64_t> counts_;  ///< by kind
  std::string last_kind_;
  json::Json json_;
  std::string missing_;
  std::int64_t waits_since_ns_ = 0;
  net::TimerId timer_ = 0;
  std::int64_t timer_at_ns_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  ///< for what is posted
};

/// True if the server's Close came before any of the client's.
bool server_closed_first(const replay::Over& over);
/// "closed with 4001".
std::string close_words(const session::CloseSeen& close);

}  // namespace whydrop::cli
