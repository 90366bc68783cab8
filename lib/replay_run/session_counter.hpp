#pragma once

#include "profile/profile.hpp"
#include "replay/message_key.hpp"
#include "replay_run/tally.hpp"
#include "session/sink.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace whydrop::replay_run {

/// Tells of each WebSocket connection of a run, live or recorded, how it ended. One survived where its own exit code
/// would be 0.
class SessionCounter final : public session::EventSink {
 public:
  /// `profile`: what messages are named by; null: their shape.
  SessionCounter(std::shared_ptr<const profile::Profile> profile, std::function<void(Repeat&&)> on_ended);

  Result<void> on_event(const session::Event& event) override;
  bool wants_frames() const override { return false; }

 private:
  struct Live {
    std::int64_t began_ns = 0;
    std::optional<std::int64_t> opened_ns{};
    std::string last_kind{};
    std::map<std::string, std::uint64_t> counts{};
  };
  void on_message(Live& live, const session::Message& message);
  static Repeat repeat_of(const Live& live, const session::Event& event, const session::Verdict& verdict);

  std::shared_ptr<const profile::Profile> profile_;
  replay::KeyMaker keys_;
  std::function<void(Repeat&&)> on_ended_;
  std::map<std::uint32_t, Live> live_;
};

}  // namespace whydrop::replay_run
