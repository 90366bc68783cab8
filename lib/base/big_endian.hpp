#pragma once

#include <cstdint>
#include <string_view>

namespace whydrop {

/// A number of at most eight bytes, the most significant first.
constexpr std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) {
    value = value << 8U | static_cast<unsigned char>(c);
  }
  return value;
}

}  // namespace whydrop
