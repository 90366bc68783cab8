#include "check/layout.hpp"

#include "base/text.hpp"

namespace whydrop::check {

namespace {

constexpr std::size_t kWidth = 118, kStep = 2;

bool is_open(json::Value value) {
  return (value.is(json::Type::object) || value.is(json::Type::array)) && value.size() > 0;
}

/// A member or an item on one line.
std::string front_of(json::Value value, std::size_t index) {
  return value.is(json::Type::object) ? json::quote(value.member(index).first) + ": " : std::string();
}
json::Value child_of(json::Value value, std::size_t index) {
  return value.is(json::Type::object) ? value.member(index).second : value.item(index);
}

std::string on_one_line(json::Value value) {
  if (!is_open(value)) {
    return value.text();
  }
  const bool object = value.is(json::Type::object);
  std::string out(object ? "{" : "[");
  for (std::size_t i = 0; i < value.size(); ++i) {
    out += (i == 0 ? "" : ", ") + front_of(value, i) + on_one_line(child_of(value, i));
  }
  return out + (object ? "}" : "]");
}

}  // namespace

std::string laid_out(json::Value value, std::size_t indent) {
  const std::string line = on_one_line(value);
  if (!is_open(value) || display_width(line) + indent <= kWidth) {
    return line;
  }
  const bool object = value.is(json::Type::object);
  std::string out(object ? "{" : "[");
  for (std::size_t i = 0; i < value.size(); ++i) {
    out += (i == 0 ? "\n" : ",\n") + std::string(indent + kStep, ' ') + front_of(value, i);
    out += laid_out(child_of(value, i), indent + kStep);
  }
  return out + "\n" + std::string(indent, ' ') + (object ? "}" : "]");
}

}  // namespace whydrop::check
