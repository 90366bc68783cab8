#include "json/yaml.hpp"

#include <algorithm>
#include <cctype>

namespace whydrop::json {
namespace {

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.' || c == '$';
  });
}

}  // namespace

bool looks_like_yaml(std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
    const std::size_t colon = line.find(':');
    const bool blank =
        line.find_first_not_of(" \t") == std::string_view::npos || line.front() == '#' || line.front() == '%';
    if (!blank) {
      return line.substr(0, 3) == "---" || (colon != std::string_view::npos && is_name(line.substr(0, colon)) &&
                                            (colon + 1 == line.size() || line[colon + 1] == ' '));
    }
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return false;
}

}  // namespace whydrop::json
