#pragma once

#include <cstddef>
#include <string_view>

namespace whydrop::wire {

/// What the first bytes of a side show them to be in place of frames.
struct ForeignGuess {
  std::string_view protocol;  ///< "HTTP/1", "HTML", "TLS", "HTTP/2", "PROXY", "SSH", "banner", "JSON"; empty: none
  std::size_t length = 0;     ///< bytes that it was known by
  bool more = false;          ///< they may become one of these: wait for more bytes
};

/// No lawful first frame begins as one of these does: RSV bits, a reserved opcode or a continuation of nothing stand in
/// their first byte. A frame is never kept waiting. RFC 6455 section 5.2.
ForeignGuess guess_foreign(std::string_view first);

}  // namespace whydrop::wire
