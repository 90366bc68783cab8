#pragma once

#include "session/event.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::session {

/// Joins the fragments of one side's data messages. What it hands out holds a prefix of the content: it stops at the
/// first byte that is not known (a cut frame, the cap). Control frames are not its business. RFC 6455 section 5.4.
class Assembler {
 public:
  explicit Assembler(std::size_t max_message) : max_message_(max_message) {}

  /// A fragmented or compressed message: what its frames say, and their payloads joined.
  struct Joined {
    bool text = true;
    bool compressed = false;
    bool content_told = false;  ///< some frame came without its payload: an Inflated fact tells the content
    std::vector<std::uint64_t> frames;
    std::string payload;       ///< empty if `compressed`
    std::uint64_t length = 0;  ///< on the wire
    std::vector<RedactSpan> redact;
  };

  bool under_way() const { return under_way_; }
  /// Takes a data frame. True if it completes a message, which is then in joined() until the next call of add().
  /// A new message in mid-message drops the one under way; a continuation of nothing is passed over.
  bool add(const Frame& frame, std::uint64_t seq, bool deflate_agreed);
  Joined& joined() { return joined_; }

 private:
  void begin(const Frame& frame, bool deflate_agreed);
  void append(const Frame& frame, std::uint64_t seq);

  std::size_t max_message_;
  bool under_way_ = false;
  bool known_ = true;  // the joined payload is all that came so far
  Joined joined_;
};

/// How many of a message's frames are named; a message of a million empty frames stays small.
inline constexpr std::size_t kMaxFramesNamed = 4096;

}  // namespace whydrop::session
