// Internal: a map that forgets its oldest entries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>

namespace whydrop::replay {

/// At most `most` entries; past that the one that was put in first goes.
template <typename Key, typename Value, typename Hash = std::hash<Key>>
class BoundedMap {
 public:
  explicit BoundedMap(std::size_t most) : most_(most) {}

  void put(const Key& key, Value value) {
    if (!map_.insert_or_assign(key, std::move(value)).second) {
      return;
    }
    order_.push_back(key);
    while (map_.size() > most_ || order_.size() > 2 * most_) {
      dropped_ += map_.erase(order_.front());
      order_.pop_front();
    }
  }
  Value* find(const Key& key) {
    const auto found = map_.find(key);
    return found == map_.end() ? nullptr : &found->second;
  }
  std::optional<Value> take(const Key& key) {
    const auto found = map_.find(key);
    if (found == map_.end()) {
      return std::nullopt;
    }
    std::optional<Value> value(std::move(found->second));
    map_.erase(found);
    return value;
  }
  /// How many were forgotten.
  std::uint64_t dropped() const { return dropped_; }

 private:
  std::size_t most_;
  std::unordered_map<Key, Value, Hash> map_;
  std::deque<Key> order_;
  std::uint64_t dropped_ = 0;
};

}  // namespace whydrop::replay
