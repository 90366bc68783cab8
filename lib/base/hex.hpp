#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace whydrop {

/// What a hex digit of either case counts; negative for any other character.
int hex_digit(char c);
/// Appends two lower-case hex digits for each byte.
void append_hex(std::string& out, std::string_view bytes);
/// The bytes as lower-case hex digits, without separators.
std::string hex_encode(std::string_view bytes);
/// Reads hex digits of either case; white space between bytes is skipped. Null if anything else is found.
std::optional<std::string> hex_decode(std::string_view text);

}  // namespace whydrop
