#pragma once

#include "session/event.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace whydrop::capture {

/// What a JWT says of itself: three base64url parts whose first is a JSON object with "alg". Its signature is not
/// checked. Null for anything else. RFC 7519 section 3.
std::optional<session::Token> read_jwt(const std::string& variable, std::string_view text);

}  // namespace whydrop::capture
