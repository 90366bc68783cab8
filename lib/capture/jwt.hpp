#pragma once

#include "json/json.hpp"
#include "session/event.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::capture {

/// A token that is longer is none: nobody's header takes it.
inline constexpr std::size_t kMaxToken = 64U << 10;

/// What a JWT's claims say of when it holds and what for.
struct TokenClaims {
  std::optional<std::int64_t> exp, nbf, iat;  ///< seconds since 1970. RFC 7519 section 4.1
  std::vector<std::string> scopes;  ///< of scope, scp, scopes: words of a string, or items. RFC 8693 section 4.2
};
/// `claims`: the JSON object. What has another type counts for nothing.
TokenClaims read_claims(json::Value claims);

/// What a JWT says of itself: three base64url parts whose first is a JSON object with "alg". Its signature is not
/// checked. Null for anything else. RFC 7519 section 3.
std::optional<session::Token> read_jwt(const std::string& variable, std::string_view text);

}  // namespace whydrop::capture
