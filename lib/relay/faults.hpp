#pragma once

#include "base/result.hpp"
#include "relay/frame_walker.hpp"
#include "session/event.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::relay {

/// One way in which a relay breaks sessions on purpose.
struct Fault {
  enum class Act : std::uint8_t { reset, fin, stop, swallow, corrupt, cut, delay, jitter, rate, refuse };

  std::string text;  ///< as it was given
  Act act = Act::reset;
  std::uint64_t value = 0;  ///< of delay and jitter ns, of rate bytes a second, of cut bytes, of refuse a status
  std::optional<session::Side> from;  ///< whose bytes it touches, or counts; null: both sides'
  std::uint64_t after_messages = 0;   ///< once so many were passed on
  std::uint64_t after_bytes = 0;
  std::chrono::nanoseconds after_time{0};  ///< since the session opened
  std::uint64_t frame = 0;                 ///< this one of its direction only; 0: any
  std::optional<wire::Opcode> type;        ///< frames of this kind only
  double chance = 1;                       ///< that it is done to a session, or of an act on frames to a frame
};

/// "after:3 reset", "server delay=200ms", "cut:frame=5@40", "type:pong swallow chance:0.5": conditions and one act, in
/// any order. Errors: usage.
Result<Fault> parse_fault(const std::string& text);

/// The faults of one session as its bytes go by, seen as frames. It decides and touches nothing but the bytes.
class FaultGate {
 public:
  /// What becomes of the bytes of one side, in order.
  struct Outputs {
    std::function<void(session::Side from, std::string_view)> pass;           ///< these go on
    std::function<void(session::Side from, const Fault&, std::string)> done;  ///< a fault was done: what, in words
    std::function<void(const Fault&)> end;  ///< reset, fin or stop: after what was passed
  };
  /// `random` yields numbers of [0, 1).
  FaultGate(std::vector<Fault> faults, std::function<double()> random, Outputs outputs);

  /// Bytes of frames of one side.
  void feed(session::Side from, std::string_view bytes);
  /// Of one that waits for a time: it is due.
  void due(const Fault& fault);

  /// Those that hold for this session; null is none of the kind.
  const std::vector<Fault>& faults() const { return faults_; }
  const Fault* find(Fault::Act act, session::Side from) const;
  bool ended() const { return ended_; }

 private:
  struct Direction {
    FrameWalker walker;
    std::uint64_t messages = 0, bytes = 0;
    const Fault* on_frame = nullptr;  ///< what is done to the frame under way
    bool decided = false;
  };
  const Fault* ends_within(session::Side from, std::string_view bytes, std::size_t& passed) const;
  void on_piece(session::Side from, const FramePiece& piece);
  void count(session::Side from, const FramePiece& piece);
  const Fault* touching(session::Side from, const FramePiece& piece);
  void pass_corrupted(session::Side from, const Fault& fault, const FramePiece& piece);
  void pass_cut(session::Side from, const Fault& fault, const FramePiece& piece);
  bool has_begun(const Fault& fault) const;
  void end(const Fault& fault, std::string words, session::Side from);
  Direction& of(session::Side side) { return directions_[static_cast<std::size_t>(side)]; }
  const Direction& of(session::Side side) const { return directions_[static_cast<std::size_t>(side)]; }
  std::uint64_t messages_of(const Fault& fault) const;
  std::uint64_t bytes_of(const Fault& fault) const;

  std::vector<Fault> faults_;
  std::function<double()> random_;
  Outputs outputs_;
  Direction directions_[2];
  bool ended_ = false;
};

}  // namespace whydrop::relay
