#include "os/file_names.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>

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
  constexpr std::string_view kSuffixes[] = {".json", ".yml", ".yaml"};
  return !name.empty() && name.front() != '.' && name.find('/') == std::string_view::npos &&
         std::none_of(std::begin(kSuffixes), std::end(kSuffixes), [name](std::string_view suffix) {
           return name.size() >= suffix.size() && name.substr(name.size() - suffix.size()) == suffix;
         });
}

}  // namespace whydrop::os
