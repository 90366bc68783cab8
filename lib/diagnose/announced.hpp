#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::diagnose {

/// A limit that the server announced: a member of one of its first messages, or a header of its answer. Of time or of
/// size.
struct AnnouncedLimit {
  std::string name;         ///< as it stands there
  std::int64_t ns = 0;      ///< at least a second; 0: it is of size
  std::uint64_t bytes = 0;  ///< of a message; 0: it is of time
  std::uint64_t seq = 0;    ///< of the event that holds it
  bool of_silence = true;   ///< it may be an idle limit
  bool of_age = true;       ///< it may be an age limit
};

/// The limits in a message of the server's, at most four, each with `seq`. Total on any bytes.
std::vector<AnnouncedLimit> announced_limits(std::string_view payload, std::uint64_t seq);

/// The limit that a member or header of this name and value is. Both `ns` and `bytes` are 0 where it is none.
AnnouncedLimit announced_limit(std::string_view name, double value);

}  // namespace whydrop::diagnose
