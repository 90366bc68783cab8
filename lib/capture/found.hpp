#pragma once

#include "session/event.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::capture {

/// Where a secret, or a part of one, stands in one piece of bytes.
struct Found {
  std::size_t at = 0;
  std::size_t length = 0;
  std::string variable;
  char mask = 'x';  ///< a digit where anything else would break JSON
};

/// What bytes are, and so what of them stays.
enum class Content : std::uint8_t {
  bytes,  ///< every byte of a secret is masked
  text,   ///< a fault of UTF-8 and of JSON's escapes stays where it is, and control characters do: a rule says of what
          ///< is masked what it said before
};

/// Masks in `bytes` what `given` (secret values) and `keyed` (values of secret keys) name and what `known` does not
/// name already, and adds the spans to `known`. Where both say so, the given value's variable is the one recorded.
/// False, with nothing changed, if all is known.
bool mask_found(std::string& bytes,
                std::vector<Found> given,
                const std::vector<Found>& keyed,
                std::vector<session::RedactSpan>& known,
                Content content = Content::text);

}  // namespace whydrop::capture
