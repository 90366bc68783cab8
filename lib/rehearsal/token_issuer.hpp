// Internal to rehearsal/.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::rehearsal {

/// Signs the tokens of a rehearsal with keys of this run alone, and knows its own again.
class TokenIssuer {
 public:
  TokenIssuer();

  /// Errors: internal, for an `alg` that it cannot sign with.
  Result<std::string> sign(std::string_view alg, std::string_view claims);
  /// What a server would refuse `token` for: "token-invalid", "token-expired", "token-scope"; empty: it is good.
  std::string fault(std::string_view token, const std::vector<std::string>& scopes, std::int64_t now_ns) const;

 private:
  bool is_ours(std::string_view token) const;

  std::string secret_;
  std::string private_pem_, public_pem_;  // made when first needed: an RSA key takes its time
};

}  // namespace whydrop::rehearsal
