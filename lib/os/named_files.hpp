#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::os {

/// The files that a file names may be read as far as they belong to it: plain ones, at most so large, below its own
/// folder or one that a person allows. A link is as good as what it leads to.
class NamedFiles {
 public:
  static constexpr std::size_t kMostBytes = 16U << 20;

  /// `folder`: of the file that names them; "" is the current one. `allowed`: folders and files besides.
  NamedFiles(std::string folder, std::vector<std::string> allowed);

  /// The text of one; null where there is none. `given`: as the file has it, seen from the folder. Errors: local, "file
  /// X: why", with a hint to --allow-path.
  Result<std::optional<std::string>> read(const std::string& given) const;

 private:
  bool is_allowed(const std::string& path) const;

  std::string folder_;
  std::vector<std::string> allowed_;
};

}  // namespace whydrop::os
