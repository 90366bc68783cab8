#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::auth {

/// What a token says of itself. No signature is looked at. RFC 7519, RFC 7515.
struct TokenView {
  bool opaque = false;         ///< not three base64url parts: nothing can be read
  std::string header, claims;  ///< JSON texts
  std::string alg, typ, kid;
  std::optional<std::int64_t> exp, nbf, iat;  ///< seconds since 1970
  std::vector<std::string> scopes;            ///< of scope, scp, scopes
  std::vector<std::string> warnings;          ///< "alg is none: anyone can make such a token" …
};
/// The token that `text` holds as people have it: in quotes, as a header line, in the reply of a token call, wrapped
/// over lines. `text` itself, trimmed, where no JWT is found in it.
std::string token_in(std::string_view text);
/// What a token's payload has to be.
enum class Payload : std::uint8_t {
  claims,  ///< a JSON object. RFC 7519
  any,     ///< whatever was signed: no claims are read where it is no JSON object. RFC 7515
};
/// Errors: usage, what makes it no token that a server could take: bad base64url, not JSON, longer than 64 KiB.
Result<TokenView> inspect_token(std::string_view token, Payload payload = Payload::claims);

/// A key as given: a secret's bytes, PEM, a JWK or a JWK set.
struct Verification {
  bool good = false;
  std::string says;                   ///< "the signature is good: RS256, key kid-1", "the signature does not match …"
  std::vector<std::string> warnings;  ///< of one that is good: why that says little
};
/// HS, RS, PS and ES 256 to 512. A public key never verifies HS*; a key that proves nothing verifies nothing; nor does
/// a set in which it is not certain which key is meant. Errors: usage, for a key that cannot be read.
Result<Verification> verify_token(std::string_view token, std::string_view key);

/// A signed token, compact form. `key`: secret bytes for HS*, PEM for the others.
Result<std::string> sign_token(std::string_view alg, std::string_view claims_json, std::string_view key);

}  // namespace whydrop::auth
