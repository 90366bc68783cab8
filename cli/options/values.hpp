#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::cli {

/// A whole number in decimal digits within the limits; null if it is none.
std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t least, std::uint64_t most);
std::vector<std::string> split(std::string_view text, char separator);

}  // namespace whydrop::cli
