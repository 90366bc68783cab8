#pragma once

#include "session/sink.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

namespace whydrop::run {

/// The last messages of both sides, redacted as all sinks see them: at most kMost of them, and kMostBytes.
class RecentMessages final : public session::EventSink {
 public:
  static constexpr std::size_t kMost = 1000;
  static constexpr std::size_t kMostBytes = 4U << 20;

  struct Message {
    std::uint64_t first = 0, last = 0;  ///< numbers of its first and its last frame
    session::Side from = session::Side::server;
    bool text = true;
    bool masked = false;  ///< a secret is masked in it
    std::string payload;
  };

  Result<void> on_event(const session::Event& event) override;
  bool wants_frames() const override { return false; }

  /// The message that a frame of this number belongs to; null if it is not kept.
  const Message* of_frame(std::uint64_t seq) const;
  /// The server's last; null if it said nothing.
  const Message* last_of_server() const;

 private:
  std::deque<Message> kept_;
  std::size_t size_ = 0;
};

}  // namespace whydrop::run
