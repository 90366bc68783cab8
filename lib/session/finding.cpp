#include "session/finding.hpp"

#include <tuple>

namespace whydrop::session {

std::optional<Finding> make_finding(std::string id, std::vector<std::uint64_t> evidence) {
  if (evidence.empty()) {
    return std::nullopt;
  }
  Finding finding(std::move(id), evidence.front());
  finding.evidence = std::move(evidence);
  return finding;
}

bool ranks_before(const Finding& a, const Finding& b) {
  return std::tie(a.basis, a.severity, a.confidence) < std::tie(b.basis, b.severity, b.confidence);
}

}  // namespace whydrop::session
