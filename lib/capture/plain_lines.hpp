#pragma once

#include "session/event.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace whydrop::capture {

/// Writes lines of whole text frames whose payload was looked at, as a capture has them: the bulk of a flood. The same
/// bytes as append_event's with Members::needed.
class PlainLines {
 public:
  /// Bytes that put() may write for a payload of `size` bytes, some of them behind the line's end.
  static constexpr std::size_t room(std::size_t size) { return 6 * size + 512; }
  /// Writes the event's line, whose frame `frame` is, at `to` and returns its end. Null for any other frame.
  char* put(char* to, const session::Event& event, const session::Frame& frame);

 private:
  char* put_common(char* to, const session::Event& event, session::Side from);
  char* put_length(char* to, std::uint64_t length);

  // Frames that were read together have this in common.
  std::string common_;  ///< from the time to the opcode
  std::string length_;  ///< as it was written last
  std::uint64_t length_is_ = 0;
  std::int64_t t_ns_ = 0;
  std::uint32_t conn_ = 0;
  session::Side from_ = session::Side::client;
};

}  // namespace whydrop::capture
