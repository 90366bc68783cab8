// Internal: what takes another value's place in a message.
#pragma once

#include "base/result.hpp"
#include "session/event.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::replay {

/// `text` stands where `length` bytes stood at `at` of the recorded payload.
struct Change {
  std::size_t at = 0, length = 0;
  std::string text;
};

/// `value` as it has to be written where `at` stands in `payload`: where that is JSON, escaped inside a string, and
/// where a number stood as one, if it is one; as it is in anything else.
std::string written_at(std::string_view payload, std::size_t at, std::string_view value, bool is_json);

/// Sorted by place; one that overlaps an earlier one is dropped.
void sort_changes(std::vector<Change>& changes);
std::string with_changes(std::string_view payload, const std::vector<Change>& changes);
/// Where byte `at` of the recorded payload stands in the changed one; inside a change as far in as there is room.
std::size_t moved(std::size_t at, const std::vector<Change>& changes);

}  // namespace whydrop::replay
