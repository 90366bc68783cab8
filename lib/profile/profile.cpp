#include "profile/profile.hpp"

#include <algorithm>

namespace whydrop::profile {

namespace {

/// True if `text`, compact JSON, is `value`. Reads it anew only where its letters cannot decide.
bool same(const std::string& text, json::Value value) {
  switch (value.type()) {
  case json::Type::string: {
    const std::string_view found = value.string();
    const bool quoted = text.size() >= 2 && text.front() == '"';
    if (!quoted || text.find('\\') == std::string::npos) {
      return quoted && std::string_view(text).substr(1, text.size() - 2) == found;
    }
    break;
  }
  case json::Type::boolean:
    return text == (value.boolean() ? "true" : "false");
  case json::Type::null:
    return text == "null";
  case json::Type::number:
  case json::Type::array:
  case json::Type::object:
    break;
  }
  json::Json wanted;
  return !wanted.parse(text) && json::equal(wanted.root(), value);
}

bool holds(const Where& condition, const std::optional<json::Value>& found) {
  if (condition.op == Where::Op::absent || !found) {
    return condition.op == Where::Op::absent && !found;
  }
  const auto is_found = [&](const std::string& wanted) { return same(wanted, *found); };
  switch (condition.op) {
  case Where::Op::is:
  case Where::Op::in:
    return std::any_of(condition.values.begin(), condition.values.end(), is_found);
  case Where::Op::has:
    return found->is(json::Type::string) && found->string().find(condition.values.front()) != std::string_view::npos;
  case Where::Op::exists:
    return true;
  case Where::Op::at_least:
    return found->is(json::Type::number) && found->number() >= condition.bound;
  case Where::Op::at_most:
    return found->is(json::Type::number) && found->number() <= condition.bound;
  case Where::Op::absent:
    break;
  }
  return false;
}

template <typename Row>
const Row* find_named(const std::vector<Row>& rows, std::string_view name) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.name == name; });
  return found == rows.end() ? nullptr : &*found;
}

}  // namespace

bool holds(const std::vector<Where>& conditions, json::Value value) {
  return std::all_of(
      conditions.begin(), conditions.end(), [&](const Where& row) { return holds(row, value.at(row.pointer)); });
}

const Variable* Profile::variable(std::string_view wanted) const {
  return find_named(variables, wanted);
}

const Call* Profile::call(std::string_view wanted) const {
  return find_named(calls, wanted);
}

const MessageType* Profile::message(Side side, std::string_view wanted) const {
  const auto found = std::find_if(
      messages.begin(), messages.end(), [&](const MessageType& row) { return row.side == side && row.name == wanted; });
  return found == messages.end() ? nullptr : &*found;
}

}  // namespace whydrop::profile
