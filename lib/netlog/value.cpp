#include "netlog/value.hpp"

#include <charconv>

namespace whydrop::netlog {

std::string text_of(json::Value object, std::string_view name) {
  const auto found = object.find(name);
  return found ? std::string(found->string()) : "";
}

std::optional<std::int64_t> number_of(json::Value object, std::string_view name) {
  const auto found = object.find(name);
  if (!found) {
    return std::nullopt;
  }
  if (found->is_integer()) {
    return found->integer();
  }
  const std::string_view text = found->string();
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && !text.empty() ? std::optional(number)
                                                                                   : std::nullopt;
}

bool flag_of(json::Value object, std::string_view name) {
  const auto found = object.find(name);
  return found && found->boolean();
}

std::vector<std::string> texts_of(json::Value object, std::string_view name) {
  std::vector<std::string> texts;
  const auto list = object.find(name);
  for (std::size_t i = 0; list && list->is(json::Type::array) && i < list->size(); ++i) {
    texts.emplace_back(list->item(i).string());
  }
  return texts;
}

}  // namespace whydrop::netlog
