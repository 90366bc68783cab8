#pragma once

#include "session/event.hpp"

#include <cstddef>
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

/// Masks in `bytes` what `given` (secret values) and `keyed` (values of secret keys) name and what `known` does not
/// name already, and adds the spans to `known`. Where both say so, the given value's variable is the one recorded.
/// False, with nothing changed, if all is known.
bool mask_found(std::string& bytes,
                std::vector<Found> given,
                const std::vector<Found>& keyed,
                std::vector<session::RedactSpan>& known);

}  // namespace whydrop::capture
