#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace whydrop::capture {

// Eight bytes at a time. A mask has the high bit set in each byte that is looked for; behind a true hit there may be
// false ones, so only the first counts, and only as a place to look at.

inline constexpr std::size_t kWord = 8;
inline constexpr std::uint64_t kOnes = 0x0101010101010101U;
inline constexpr std::uint64_t kHighs = 0x8080808080808080U;

inline std::uint64_t load_word(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, kWord);
  return word;
}

/// Bytes of `word` that equal `byte`.
constexpr std::uint64_t bytes_equal(std::uint64_t word, unsigned char byte) {
  const std::uint64_t differs = word ^ (kOnes * byte);
  return (differs - kOnes) & ~differs & kHighs;
}

inline constexpr bool kLittleEndian = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;

/// Index in memory of the first byte that `mask`, which is not 0, marks.
inline std::size_t first_byte(std::uint64_t mask) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  return static_cast<std::size_t>(__builtin_ctzll(mask)) / 8;
#else
  return static_cast<std::size_t>(__builtin_clzll(mask)) / 8;
#endif
}

/// Bytes behind the text that may be read, and bytes behind what is put that may be written over.
inline constexpr std::size_t kPad = 64;
inline constexpr std::size_t kHalfPad = kPad / 2;

/// `size` bytes, at most kPad; reads and writes kHalfPad or kPad of them whatever it is.
inline char* put_plain(char* to, const char* from, std::size_t size) {
  std::memcpy(to, from, kHalfPad);
  if (size > kHalfPad) {
    std::memcpy(to + kHalfPad, from + kHalfPad, kHalfPad);
  }
  return to + size;
}

}  // namespace whydrop::capture
