// Internal: a set of names that is built once and asked for every member of every message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::schema {

/// Names to small numbers. Hashes length, first and last bytes; a lookup compares at most a few.
class KeyTable {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  /// The number of `name` is its index.
  void build(std::vector<std::string> names);

  std::uint32_t find(std::string_view name) const {
    if (slots_.empty()) {
      return kNone;
    }
    const std::uint32_t hash = hash_of(name);
    for (std::size_t at = hash & mask_;; at = (at + 1) & mask_) {
      const Slot& slot = slots_[at];
      if (slot.index == kNone ||
          (slot.hash == hash && slot.size == name.size() && std::memcmp(slot.text, name.data(), name.size()) == 0)) {
        return slot.index;
      }
    }
  }

  const std::vector<std::string>& names() const { return names_; }

 private:
  struct Slot {
    const char* text = nullptr;
    std::uint32_t size = 0, hash = 0, index = kNone;
  };

  template <typename T>
  static std::uint64_t load(const char* from) {
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
  }

  std::uint32_t hash_of(std::string_view name) const {
    const char* const p = name.data();
    const std::size_t n = name.size();
    std::uint64_t a = 0, b = 0;
    if (n >= 8) {
      a = load<std::uint64_t>(p);
      b = load<std::uint64_t>(p + n - 8);
    } else if (n >= 4) {
      a = load<std::uint32_t>(p);
      b = load<std::uint32_t>(p + n - 4);
    } else if (n > 0) {
      a = static_cast<unsigned char>(p[0]) | static_cast<std::uint64_t>(static_cast<unsigned char>(p[n / 2])) << 8U;
      b = static_cast<unsigned char>(p[n - 1]);
    }
    std::uint64_t mixed = (a ^ (b << 29U | b >> 35U) ^ n) * 0x9E3779B97F4A7C15ULL;
    mixed = (mixed ^ mixed >> 32U ^ seed_) * 0xD6E8FEB86659FD93ULL;
    return static_cast<std::uint32_t>(mixed >> 32U);
  }

  bool place_all(std::size_t longest_chain);

  std::vector<std::string> names_;
  std::vector<Slot> slots_;
  std::size_t mask_ = 0;
  std::uint64_t seed_ = 0;
};

}  // namespace whydrop::schema
