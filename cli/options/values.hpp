#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::cli {

/// "250ms", "30s", "1.5m", "2h", or bare seconds "30"; null if it is none.
std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text);
/// "4096", "64k", "1M", "2G" (powers of 1024); null if it is none.
std::optional<std::uint64_t> parse_size(std::string_view text);
/// A whole number in decimal digits within the limits; null if it is none.
std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t least, std::uint64_t most);
std::vector<std::string> split(std::string_view text, char separator);
std::string_view trim(std::string_view text);
/// ASCII only, as in host names and header names.
std::string lower(std::string_view text);
bool valid_utf8(std::string_view text);

}  // namespace whydrop::cli
