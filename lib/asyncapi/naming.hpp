// Internal: what things are called, and said of them.
#pragma once

#include "base/text.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace whydrop::asyncapi {

/// The first line of what is said of something, for people.
inline std::string first_line(std::string_view text, std::string_view fallback) {
  constexpr std::size_t kMostColumns = 200;
  const std::string_view line = trim(text.substr(0, text.find('\n')));
  return elide(line.empty() ? fallback : line, kMostColumns);
}

/// `base`, or with the first number from 2 on behind `separator` that makes it none of `taken`, where it stands then.
inline std::string take_name(std::set<std::string>& taken, const std::string& base, std::string_view separator) {
  std::string name = base;
  for (std::size_t number = 2; !taken.insert(name).second; ++number) {
    name = fmt::format("{}{}{}", base, separator, number);
  }
  return name;
}

}  // namespace whydrop::asyncapi
