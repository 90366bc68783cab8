// Internal: edits made.
#pragma once

#include "replay/plan.hpp"

namespace whydrop::replay {

/// Edits by seq.
class Edits {
 public:
  explicit Edits(const std::vector<Edit>& edits) : edits_(edits) {}
  bool empty() const { return edits_.empty(); }
  /// True if one of them is of this kind.
  bool has(std::uint64_t seq, Edit::Kind kind) const;
  bool skips(std::uint64_t seq) const { return has(seq, Edit::Kind::skip); }
  /// True if the whole payload is given anew.
  bool replaces(std::uint64_t seq) const { return has(seq, Edit::Kind::whole); }
  /// True if `payload` was changed. Errors: usage.
  Result<bool> apply(std::uint64_t seq, std::string& payload) const;

 private:
  const std::vector<Edit>& edits_;
};

}  // namespace whydrop::replay
