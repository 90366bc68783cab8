#pragma once

#include "base/names.hpp"

#include <cstdint>

namespace whydrop::session {

/// What whoever recorded a session saw of it. `bytes`: all that crossed the wire. `frames`: headers of frames and how
/// the transport ended, not what the frames carried. `messages`: what a browser tells of a session; no frame, no
/// control frame, and no end of the transport.
enum class Witness : std::uint8_t { bytes, frames, messages };
constexpr NameList<3> names_of(Witness /*kind*/) {
  return {"bytes", "frames", "messages"};
}

}  // namespace whydrop::session
