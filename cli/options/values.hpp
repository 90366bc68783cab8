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
std::string_view trim(std::string_view text);
/// ASCII only, as in host names and header names.
std::string lower(std::string_view text);

}  // namespace whydrop::cli
