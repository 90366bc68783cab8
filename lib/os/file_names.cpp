#include "os/file_names.hpp"

#include <filesystem>

#include <glob.h>

namespace whydrop::os {

std::vector<std::string> expanded(const std::string& given) {
  std::error_code error;
  if (given == "-" || given.find_first_of("*?[") == std::string::npos || std::filesystem::exists(given, error)) {
    return {given};
  }
  glob_t found{};
  std::vector<std::string> names;
  if (::glob(given.c_str(), 0, nullptr, &found) == 0) {
    names.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  }
  ::globfree(&found);
  return names.empty() ? std::vector<std::string>{given} : names;
}

bool is_plain_name(std::string_view name) {
  return !name.empty() && name.find_first_of("/.") == std::string_view::npos;
}

}  // namespace whydrop::os
