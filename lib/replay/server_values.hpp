// Values that a server made, and how they are known again. For replay/ and check/.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace whydrop::replay {

/// True for what nobody writes by hand and no two servers make alike: ids, tokens, times, large numbers. `number`: it
/// stands as a JSON number.
bool looks_generated(std::string_view text, bool number);

/// Values by hash, the latest 65,536 of them; each has an id that counts up from 0.
class ValueIndex {
 public:
  /// Where a value stands in a longer text.
  struct Hit {
    std::size_t at = 0, length = 0;
    std::uint64_t id = 0;
  };

  /// The value must not be known yet.
  std::uint64_t add(std::string_view value);
  std::optional<std::uint64_t> find(std::string_view value) const;
  /// Values of 16 bytes or more that stand in `text` between other things, from left to right.
  std::vector<Hit> find_inside(std::string_view text) const;
  bool empty() const { return ids_.empty(); }
  /// Ids below this are forgotten.
  std::uint64_t oldest() const { return oldest_; }

 private:
  struct Value {
    std::uint64_t hash = 0, front = 0;  ///< front: of its first 16 bytes; 0: it is shorter
    std::size_t length = 0;
  };
  std::optional<Hit> hit_at(std::string_view text, std::size_t at) const;
  void forget();

  std::unordered_map<std::uint64_t, std::uint64_t> ids_;  ///< by hash
  std::unordered_map<std::uint64_t, std::vector<std::uint64_t>> fronts_;
  std::deque<Value> values_;  ///< of the ids from oldest_ on
  std::uint64_t oldest_ = 0;
};

/// Which values were sent, in constant memory: it may take one that was not for one that was, and never the reverse.
class BloomFilter {
 public:
  BloomFilter();
  void add(std::string_view value);
  bool has(std::string_view value) const;

 private:
  std::vector<std::uint64_t> bits_;
};

}  // namespace whydrop::replay
