// Internal: a set of names that is built once and asked for every member of every message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::schema {

/// Names to small numbers. A name's first and last bytes, which are all of a short one, are hashed and compared.
class KeyTable {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  /// The number of `name` is its index.
  void build(std::vector<std::string> names);

  std::uint32_t find(std::string_view name) const {
    if (slots_.empty()) {
      return kNone;
    }
    const Ends ends = ends_of(name);
    for (std::size_t at = place_of(ends);; at = (at + 1) & mask_) {
      const Slot& slot = slots_[at];
      if (slot.index == kNone || (slot.ends == ends && (ends.size <= kShort || names_[slot.index] == name))) {
        return slot.index;
      }
    }
  }

  const std::vector<std::string>& names() const { return names_; }

 private:
  static constexpr std::size_t kShort = 16;
  /// Size, first and last bytes of a name: up to kShort no other name has the same.
  struct Ends {
    std::size_t size = 0;
    std::uint64_t first = 0, last = 0;
    bool operator==(const Ends& other) const {
      return size == other.size && first == other.first && last == other.last;
    }
  };
  struct Slot {
    Ends ends;
    std::uint32_t index = kNone;
  };

  template <typename T>
  static std::uint64_t load(const char* from) {
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
  }

  static Ends ends_of(std::string_view name) {
    const char* const p = name.data();
    const std::size_t n = name.size();
    if (n >= 8) {
      return {n, load<std::uint64_t>(p), load<std::uint64_t>(p + n - 8)};
    }
    if (n >= 4) {
      return {n, load<std::uint32_t>(p), load<std::uint32_t>(p + n - 4)};
    }
    return n == 0 ? Ends()
                  : Ends{n, load<std::uint8_t>(p) | load<std::uint8_t>(p + n / 2) << 8U, load<std::uint8_t>(p + n - 1)};
  }

  std::size_t place_of(const Ends& ends) const {
    std::uint64_t mixed = (ends.first ^ (ends.last << 29U | ends.last >> 35U) ^ ends.size) * 0x9E3779B97F4A7C15ULL;
    mixed = (mixed ^ mixed >> 32U ^ seed_) * 0xD6E8FEB86659FD93ULL;
    return mixed >> 32U & mask_;
  }

  bool place_all(std::size_t longest_chain);

  std::vector<std::string> names_;
  std::vector<Slot> slots_;
  std::size_t mask_ = 0;
  std::uint64_t seed_ = 0;
};

}  // namespace whydrop::schema
