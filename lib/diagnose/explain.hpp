#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::diagnose {

/// One thing that `whydrop explain` knows: a close code, a finding's id, an ending, an exit code, a kind of record.
struct Explanation {
  std::string key;    ///< "1006", "mask-from-server", "fin_mid_frame", "exit 6"
  std::string group;  ///< "close code", "ending", "finding", "rule", "exit code", "record"
  std::string title;
  std::string text;  ///< a few sentences
  std::string fix;
  std::string citation;
};
const std::vector<Explanation>& explanations();
/// Every entry for `key` (an exit code and a close code cannot collide: exit codes are asked for as "exit 6" or "6").
std::vector<const Explanation*> explain(std::string_view key);

}  // namespace whydrop::diagnose
