// Eight bytes of a text as one number, the first of them the lowest, on every machine.
#pragma once

#include <cstdint>
#include <cstring>

namespace whydrop {

constexpr std::uint64_t little_endian(std::uint64_t word) {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  return __builtin_bswap64(word);
#else
  return word;
#endif
}

/// Reads eight bytes; `at` needs no alignment.
inline std::uint64_t load_little_endian(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return little_endian(word);
}

/// Writes eight bytes; `to` needs no alignment.
inline void store_little_endian(char* to, std::uint64_t word) {
  const std::uint64_t stored = little_endian(word);
  std::memcpy(to, &stored, sizeof stored);
}

}  // namespace whydrop
