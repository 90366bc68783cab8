// Internal: what is behind a Value. For json/ and schema/ only.
#pragma once

#include "json/json.hpp"

#include <rapidjson/document.h>

namespace whydrop::json {

using Node = rapidjson::Value;

inline const Node& node_of(Value value) {
  return *static_cast<const Node*>(value.node());
}
inline Value value_of(const Node& node) {
  return Value(&node);
}
inline std::string_view text_of(const Node& string) {
  return {string.GetString(), string.GetStringLength()};
}

/// True for a number without fraction, however it is written.
bool is_whole(const Node& node);
/// Numbers by value, without loss; both must be numbers. Negative, 0 or positive, as a < b, a == b, a > b.
int compare_numbers(const Node& a, const Node& b);
/// An order of all values, in which equal ones (as equal() has it) are 0. Objects' members have no order.
int compare(const Node& a, const Node& b);

}  // namespace whydrop::json
