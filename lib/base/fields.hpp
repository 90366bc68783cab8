#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop {

/// A whole number in decimal digits within the limits; null if it is none.
std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t least, std::uint64_t most);
/// What stands between the separators; a text without one is a field itself.
std::vector<std::string> split(std::string_view text, char separator);

}  // namespace whydrop
