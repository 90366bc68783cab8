#pragma once

#include "auth/jwt.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::auth {

/// A span of seconds as people say it: "40 seconds", "3 minutes", "2 hours 5 minutes", "12 days".
std::string span_words(std::int64_t seconds);

/// What a token means at a given time, in seconds since 1970.
struct TokenState {
  bool expired = false, early = false;  ///< exp is over; nbf is still to come
  std::vector<std::string> missing;     ///< required scopes that it does not have
  std::vector<std::string> times;       ///< one sentence each: issued, holds from, expires
  bool usable() const { return !expired && !early && missing.empty(); }
};
TokenState judge_token(const TokenView& view, std::int64_t now, const std::vector<std::string>& required_scopes);

/// For people, over several lines; says that no signature was checked.
std::string token_text(const TokenView& view, const TokenState& state);
/// For programs: one JSON object, one line.
std::string token_json(const TokenView& view, const TokenState& state);

/// What a look at a signature says: warnings lead. For people.
std::string verification_text(const Verification& verification, const TokenState& state);
/// For programs: one JSON object, one line.
std::string verification_json(const Verification& verification, const TokenState& state);

}  // namespace whydrop::auth
