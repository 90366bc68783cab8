#pragma once

#include "session/event.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace whydrop::session {

/// Follows one connection from its facts: phases of both sides (transitions.cpp holds the whole table), messages
/// assembled and inflated. Input is facts in order, live or from a capture; output is Inflated (live
/// only, where a frame carries compressed payload), Message and State events through `emit`, in a fixed order. Never
/// rejects input. Copies nothing of an unfragmented, uncompressed message: its payload is the frame's.
class Tracker {
 public:
  struct Limits {
    std::size_t max_message = 64U << 20;      ///< assembled or inflated bytes kept; the rest is counted
    std::uint64_t max_inflated = 256U << 20;  ///< where a compressed message is given up as a bomb
  };
  using Emit = std::function<void(Body&&)>;

  Tracker(Limits limits, Emit emit);
  ~Tracker();

  void on_fact(const Event& event);
  /// The fast path of on_fact(): takes a frame that is a whole, uncompressed message, and makes `message` (which may
  /// have been another's) that. False, and nothing is taken, for any other: it is on_fact()'s.
  bool take_whole(const Frame& frame, std::uint64_t seq, Message& message);

  /// True if the last frame of `side` is part of a compressed message: an Inflated fact tells its content, so that a
  /// sink needs no payload of its own with it. Never true of a control frame, nor of a continuation of nothing.
  bool last_frame_deflated(Side side) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace whydrop::session
