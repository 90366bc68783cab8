// Internal: edits made.
#pragma once

#include "replay/plan.hpp"

namespace whydrop::replay {

/// Edits by seq.
class Edits {
 public:
  explicit Edits(const std::vector<Edit>& edits) : edits_(edits) {}
  bool empty() const { return edits_.empty(); }
  bool skips(std::uint64_t seq) const;
  /// True if the whole payload is given anew.
  bool replaces(std::uint64_t seq) const;
  /// True if `payload` was changed. Errors: usage.
  Result<bool> apply(std::uint64_t seq, std::string& payload) const;

 private:
  const std::vector<Edit>& edits_;
};

}  // namespace whydrop::replay
