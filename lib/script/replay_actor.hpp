#pragma once

#include "base/result.hpp"
#include "engine/ports.hpp"
#include "json/json.hpp"
#include "replay/message_key.hpp"
#include "replay/player.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace whydrop::script {

/// How a replay ends a session that the recording does not end by a Close of the client's, and how long it waits.
struct ReplayActorSettings {
  replay::Player::Settings player;
  std::chrono::nanoseconds patience{std::chrono::seconds(10)};
  std::uint16_t close_code = 1000;
  std::string close_reason;
  bool awaits_close = false;  ///< --expect-close
  /// An experiment: what the server does not say is gone on without after a short while, and the session is closed so
  /// long after all was sent, however the recording ends. Null: a replay.
  std::optional<std::chrono::nanoseconds> linger{};
  const replay::KeyMaker* keys = nullptr;  ///< where messages are to be counted by kind; not owned
};

/// The Actor of `replay`: does again what the client did in a recording.
class ReplayActor final : public engine::Actor {
 public:
  using OpenRecording = std::function<Result<std::unique_ptr<replay::Recording>>()>;
  /// `talk` says a line on standard error. `recorded` must outlive it.
  ReplayActor(engine::Timers& timers,
              std::function<void(const std::string&)> talk,
              OpenRecording open,
              const replay::Plan& recorded,
              ReplayActorSettings plan);
  ~ReplayActor() override;

  void on_open(engine::Channel& channel) override;
  void on_event(engine::Channel& channel, const session::Event& event) override;
  void on_writable(engine::Channel& channel) override;
  /// The connection is gone.
  void on_gone();

  /// Why it could not go on, if it could not: told already where it is not an error of ours.
  const std::optional<Error>& error() const { return error_; }
  /// True if all that the client said in the recording was said.
  bool complete() const { return opened_ns_ && !error_ && sent_ >= recorded_.messages; }
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
  bool deliver(const replay::Ready& ready);
  bool deliver_lawful(const replay::Act& act);
  std::int64_t patience_for(const replay::Player::Wait& wait) const;
  void note(const replay::Act& act);
  std::string hint_for(const replay::Player::Wait& wait) const;
  void wait_for(const replay::Player::Wait& wait);
  void look_again_at(std::int64_t t_ns);
  void finish(const replay::Over& over);
  void await_end(std::chrono::nanoseconds most, std::string otherwise);
  void stop(Error error);
  void close();
  std::int64_t now_ns() const { return timers_.now_ns() - opened_ns_.value_or(0); }

  engine::Timers& timers_;
  std::function<void(const std::string&)> talk_;
  OpenRecording open_;
  const replay::Plan& recorded_;
  ReplayActorSettings plan_;
  std::unique_ptr<replay::Recording> recording_;
  std::unique_ptr<replay::Player> player_;
  engine::Channel* channel_ = nullptr;
  handshake::Head request_;
  std::optional<Error> error_;
  std::optional<std::int64_t> opened_ns_, gone_ns_;
  bool done_ = false;  ///< nothing more is sent
  bool closed_ = false, pumping_ = false;
  std::uint64_t sent_ = 0;
  std::map<std::string, std::uint64_t> counts_;  ///< by kind
  std::string last_kind_;
  json::Json json_;
  std::string missing_;
  std::int64_t waits_since_ns_ = 0;
  engine::TimerId timer_ = 0;
  std::int64_t timer_at_ns_ = 0;
};

/// True if the server's Close came before any of the client's.
bool server_closed_first(const replay::Over& over);
/// "closed with 4001".
std::string close_words(const session::CloseSeen& close);

}  // namespace whydrop::script
