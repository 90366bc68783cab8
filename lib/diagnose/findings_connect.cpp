#include "diagnose/findings.hpp"

namespace whydrop::diagnose {

const std::vector<FindingRow>& connect_findings() {
  static const std::vector<FindingRow> rows = {};
  return rows;
}

}  // namespace whydrop::diagnose
