#pragma once

#include "report/progress.hpp"
#include "session/pings.hpp"
#include "session/sink.hpp"

#include <cstdint>
#include <optional>

namespace whydrop::run {

/// How the session stands that is under way.
class SessionStatus final : public session::EventSink {
 public:
  Result<void> on_event(const session::Event& event) override;
  bool wants_frames() const override { return false; }

  report::Talk now(std::int64_t t_ns) const;

 private:
  using State = report::Talk::State;
  State state_ = State::connecting;
  std::uint32_t conn_ = 0;
  std::int64_t opened_ns_ = 0, last_ns_ = 0;
  std::uint64_t sent_ = 0, received_ = 0;
  session::Pings pings_;
  std::optional<std::int64_t> rtt_ns_;
};

}  // namespace whydrop::run
