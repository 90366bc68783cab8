// Reads members of files that people write. Total: what is missing or of another type gives what is empty; a check of
// the file says what is wrong.
#pragma once

#include "json/json.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace whydrop::json::read {

/// The members of an object but its comment, in order. None for anything else.
std::vector<std::pair<std::string_view, Value>> members(const std::optional<Value>& object);
/// The items of an array. None for anything else.
std::vector<Value> items(const std::optional<Value>& array);

std::string text(Value object, std::string_view key, std::string_view fallback = {});
bool flag(Value object, std::string_view key);
/// A number, or a size such as "32k".
std::uint64_t amount(Value object, std::string_view key);
std::chrono::nanoseconds duration(Value object, std::string_view key);
std::vector<std::string> texts(Value object, std::string_view key);
/// Whole numbers that fit a Number.
template <typename Number>
std::vector<Number> numbers(Value object, std::string_view key) {
  std::vector<Number> found;
  for (const Value& item : items(object.find(key))) {
    found.push_back(static_cast<Number>(item.integer()));
  }
  return found;
}
/// The member as compact JSON; empty if it is not there.
std::string json_text(Value object, std::string_view key);

}  // namespace whydrop::json::read
