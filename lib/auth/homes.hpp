#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::auth {

/// Where a person has used which secret: of each value a keyed hash (HMAC-SHA256, RFC 2104) and the origins that it was
/// taken to by command lines of the person's own. No value stands in it. One file, mode 0600, replaced as a whole.
class Homes {
 public:
  /// So many values at most; the one that was added first goes.
  static constexpr std::size_t kMostValues = 2000;
  /// So many origins of one value at most; the one that was added first goes.
  static constexpr std::size_t kMostOrigins = 32;

  /// A missing file is an empty record, whose key is drawn from `random`. Errors: local, as those of PrivateFile, and
  /// for what is no such record.
  static Result<Homes> open(const std::string& path, const std::function<std::uint32_t()>& random);

  /// The origins of a value, "wss://host:port"; empty where it was never used.
  std::vector<std::string> of(std::string_view value) const;
  /// False where it is on record already.
  bool add(std::string_view value, const std::string& origin);
  /// Errors: local.
  Result<void> save() const;

 private:
  struct Row {
    std::string digest;  ///< of the value, 32 hex digits
    std::vector<std::string> origins;
  };
  std::string digest_of(std::string_view value) const;

  std::string path_, key_;  ///< key_: 32 bytes
  std::vector<Row> rows_;   ///< the oldest first
};

}  // namespace whydrop::auth
