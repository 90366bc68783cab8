#include "diagnose/explain.hpp"

#include "diagnose/findings.hpp"

namespace whydrop::diagnose {

const std::vector<Explanation>& explanations() {
  static const std::vector<Explanation> all = [] {
    std::vector<Explanation> list;
    for (const FindingRow& row : known_findings()) {
      list.push_back({std::string(row.id),
                      "finding",
                      std::string(row.title),
                      std::string(row.text),
                      std::string(row.fix),
                      std::string(row.citation)});
    }
    return list;
  }();
  return all;
}

std::vector<const Explanation*> explain(std::string_view key) {
  std::vector<const Explanation*> found;
  for (const Explanation& entry : explanations()) {
    if (entry.key == key) {
      found.push_back(&entry);
    }
  }
  return found;
}

}  // namespace whydrop::diagnose
