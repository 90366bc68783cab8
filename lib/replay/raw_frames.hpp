// Internal: an act as the bytes of its recorded frames.
#pragma once

#include "replay/changes.hpp"
#include "replay/recording.hpp"
#include "wire/deflate.hpp"

#include <optional>
#include <string>
#include <vector>

namespace whydrop::replay {

/// An act whose frames are to be written again.
struct Rewrite {
  const Act* act = nullptr;
  /// The whole payload as it is to be sent; null: nothing in it differs from what was recorded.
  const std::string* payload = nullptr;
  /// How it came from the recorded one; empty where it was given anew as a whole.
  std::vector<Change> changes;
  wire::Deflater* deflater = nullptr;  ///< null: the live session agreed on no compression
};

/// Each frame as it goes on the wire: as recorded where its payload is, else with its length made anew; fragments keep
/// their share of a message that became longer or shorter. A compressed message is compressed anew, or sent plain where
/// the session agreed on none: its recorded bytes are not known.
std::vector<std::string> raw_frames(const Rewrite& rewrite);

}  // namespace whydrop::replay
