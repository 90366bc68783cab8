#include "json/read.hpp"

#include "base/units.hpp"

namespace whydrop::json::read {

std::vector<std::pair<std::string_view, Value>> members(const std::optional<Value>& object) {
  std::vector<std::pair<std::string_view, Value>> found;
  if (object && object->is(json::Type::object)) {
    for (std::size_t i = 0; i < object->size(); ++i) {
      const auto member = object->member(i);
      if (member.first != "comment") {
        found.push_back(member);
      }
    }
  }
  return found;
}

std::vector<Value> items(const std::optional<Value>& array) {
  std::vector<Value> found;
  if (array && array->is(json::Type::array)) {
    for (std::size_t i = 0; i < array->size(); ++i) {
      found.push_back(array->item(i));
    }
  }
  return found;
}

std::string text(Value object, std::string_view key, std::string_view fallback) {
  const auto found = object.find(key);
  return std::string(found && found->is(json::Type::string) ? found->string() : fallback);
}

bool flag(Value object, std::string_view key) {
  const auto found = object.find(key);
  return found && found->boolean();
}

std::uint64_t amount(Value object, std::string_view key) {
  const auto found = object.find(key);
  if (!found) {
    return 0;
  }
  if (found->is(json::Type::string)) {
    return parse_size(found->string()).value_or(0);
  }
  return found->integer() > 0 ? static_cast<std::uint64_t>(found->integer()) : 0;
}

std::chrono::nanoseconds duration(Value object, std::string_view key) {
  return parse_duration(text(object, key)).value_or(std::chrono::nanoseconds{0});
}

std::vector<std::string> texts(Value object, std::string_view key) {
  std::vector<std::string> found;
  for (const Value& item : items(object.find(key))) {
    found.emplace_back(item.string());
  }
  return found;
}

std::string json_text(Value object, std::string_view key) {
  const auto found = object.find(key);
  return found ? found->text() : std::string();
}

}  // namespace whydrop::json::read
