// Internal: small words of this module.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace whydrop::replay {

/// A number with its thousands apart: "1,048,576".
std::string grouped(std::uint64_t number);
/// "1 message", "2 messages", "1,000 messages"; `many`: the plural where it is not `one` and an s.
std::string counted(std::uint64_t number, std::string_view one, std::string_view many = {});

/// "1st", "2nd", "11th".
std::string ordinal(std::uint64_t number);

}  // namespace whydrop::replay
