#pragma once

#include "capture/item.hpp"

#include <array>
#include <deque>
#include <optional>
#include <string>

namespace whydrop::capture {

/// Items that wait to be asked for. It keeps a copy of what their views show.
class ItemQueue {
 public:
  void push(Item item);
  /// The next, whose views are valid until the next call of pop(); null: none waits.
  std::optional<Item> pop();
  bool empty() const { return waiting_.empty(); }

 private:
  struct Kept {
    Item item;
    std::array<std::string, 2> bytes;  ///< that its views show
  };
  std::deque<Kept> waiting_;
  Kept given_;
};

}  // namespace whydrop::capture
