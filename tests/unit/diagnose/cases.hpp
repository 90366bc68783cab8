// Verdicts compared as a whole with what is written down. WHYDROP_UPDATE_GOLDEN=1 rewrites that.
#pragma once

#include "script.hpp"
#include "support/source_tree.hpp"

#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace whydrop::diagnose::test {

struct Case {
  const char* name;
  session::Verdict (*verdict)();
};

inline std::map<std::string, std::string> read_golden(const std::string& path) {
  std::map<std::string, std::string> sections;
  std::ifstream file(path);
  std::string line, name;
  while (std::getline(file, line)) {
    if (line.rfind("== ", 0) == 0) {
      name = line.substr(3);
    } else if (!line.empty()) {
      sections[name] += line + "\n";
    }
  }
  return sections;
}

inline std::string whole(const session::Verdict& verdict) {
  std::string out = text(verdict);
  for (const auto& finding : verdict.findings) {
    out += "finding: " + finding.id + " " + std::string(session::name(finding.severity)) + " " +
           std::string(session::name(finding.basis)) + " " + std::string(session::name(finding.confidence)) + " " +
           std::string(session::name(finding.at_fault)) + " #";
    for (const auto seq : finding.evidence) {
      out += " " + std::to_string(seq);
    }
    out += ": " + finding.says + "\n";
  }
  return out;
}

/// `file`: beside this one.
inline void expect_as_written(const std::string& file_name, const std::vector<Case>& cases) {
  const std::string path = whydrop::test::in_source_tree("tests/unit/diagnose/" + file_name);
  if (std::getenv("WHYDROP_UPDATE_GOLDEN") != nullptr) {
    std::ofstream file(path);
    for (const Case& test : cases) {
      file << "== " << test.name << "\n" << whole(test.verdict()) << "\n";
    }
  }
  const auto golden = read_golden(path);
  EXPECT_EQ(golden.size(), cases.size());
  for (const Case& test : cases) {
    const auto expected = golden.find(test.name);
    ASSERT_NE(expected, golden.end()) << test.name;
    EXPECT_EQ(whole(test.verdict()), expected->second) << test.name;
  }
}

}  // namespace whydrop::diagnose::test
