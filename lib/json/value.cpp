#include "json/node.hpp"
#include "json/pointer.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace whydrop::json {
namespace {

constexpr double kTwo63 = 9223372036854775808.0, kTwo64 = 18446744073709551616.0;

int sign(bool less, bool greater) {
  return less ? -1 : greater ? 1 : 0;
}

/// A double against an integer of 64 bits, exactly: the integer is never rounded.
int compare_mixed(double real, const Node& integer) {
  if (!(real < kTwo64) || real < -kTwo63) {
    return real < 0 ? -1 : 1;
  }
  const double floor = std::floor(real);
  const bool fraction = real > floor;
  if (integer.IsInt64()) {
    const std::int64_t right = integer.GetInt64();
    if (floor >= kTwo63) {
      return 1;
    }
    const auto left = static_cast<std::int64_t>(floor);
    return sign(left<right, left> right || fraction);
  }
  if (floor < 0) {
    return -1;
  }
  const auto left = static_cast<std::uint64_t>(floor);
  return sign(left<integer.GetUint64(), left> integer.GetUint64() || fraction);
}

const Node* find_last(const Node& object, std::string_view key) {
  for (auto member = object.MemberEnd(); member != object.MemberBegin();) {
    --member;
    if (text_of(member->name) == key) {
      return &member->value;
    }
  }
  return nullptr;
}

using Members = std::vector<std::pair<std::string_view, const Node*>>;

/// By key; of equal keys the last.
Members sorted(const Node& object) {
  Members members;
  members.reserve(object.MemberCount());
  for (auto member = object.MemberEnd(); member != object.MemberBegin();) {
    --member;
    members.emplace_back(text_of(member->name), &member->value);
  }
  const auto by_key = [](const auto& x, const auto& y) { return x.first < y.first; };
  const auto same_key = [](const auto& x, const auto& y) { return x.first == y.first; };
  std::stable_sort(members.begin(), members.end(), by_key);
  members.erase(std::unique(members.begin(), members.end(), same_key), members.end());
  return members;
}

int compare_objects(const Node& a, const Node& b) {
  const Members left = sorted(a), right = sorted(b);
  if (left.size() != right.size()) {
    return sign(left.size() < right.size(), true);
  }
  for (std::size_t i = 0; i < left.size(); ++i) {
    const int names = left[i].first.compare(right[i].first);
    if (const int order = names != 0 ? names : compare(*left[i].second, *right[i].second); order != 0) {
      return order;
    }
  }
  return 0;
}

int compare_arrays(const Node& a, const Node& b) {
  if (a.Size() != b.Size()) {
    return sign(a.Size() < b.Size(), true);
  }
  for (rapidjson::SizeType i = 0; i < a.Size(); ++i) {
    if (const int order = compare(a[i], b[i]); order != 0) {
      return order;
    }
  }
  return 0;
}

}  // namespace

std::string_view name(Type type) {
  constexpr std::array<std::string_view, 6> kNames = {"null", "boolean", "number", "string", "array", "object"};
  return kNames[static_cast<std::size_t>(type)];
}

bool is_whole(const Node& node) {
  if (!node.IsDouble()) {
    return node.IsNumber();
  }
  return std::floor(node.GetDouble()) == node.GetDouble();
}

int compare_numbers(const Node& a, const Node& b) {
  if (a.IsDouble() || b.IsDouble()) {
    if (a.IsDouble() && b.IsDouble()) {
      return sign(a.GetDouble() < b.GetDouble(), a.GetDouble() > b.GetDouble());
    }
    return a.IsDouble() ? compare_mixed(a.GetDouble(), b) : -compare_mixed(b.GetDouble(), a);
  }
  if (a.IsInt64() && b.IsInt64()) {
    return sign(a.GetInt64() < b.GetInt64(), a.GetInt64() > b.GetInt64());
  }
  if (a.IsUint64() && b.IsUint64()) {
    return sign(a.GetUint64() < b.GetUint64(), a.GetUint64() > b.GetUint64());
  }
  return a.IsInt64() ? -1 : 1;
}

int compare(const Node& a, const Node& b) {
  if (a.GetType() != b.GetType()) {
    return sign(a.GetType() < b.GetType(), true);
  }
  switch (a.GetType()) {
  case rapidjson::kNumberType:
    return compare_numbers(a, b);
  case rapidjson::kStringType:
    return text_of(a).compare(text_of(b));
  case rapidjson::kArrayType:
    return compare_arrays(a, b);
  case rapidjson::kObjectType:
    return compare_objects(a, b);
  case rapidjson::kNullType:
  case rapidjson::kFalseType:
  case rapidjson::kTrueType:
    break;
  }
  return 0;
}

Type Value::type() const {
  // In the order of rapidjson::Type.
  constexpr std::array<Type, 7> kTypes = {
      Type::null, Type::boolean, Type::boolean, Type::object, Type::array, Type::string, Type::number};
  return kTypes[node_of(*this).GetType()];
}

bool Value::is_integer() const {
  return is_whole(node_of(*this));
}

bool Value::boolean() const {
  return node_of(*this).IsTrue();
}

double Value::number() const {
  return node_of(*this).IsNumber() ? node_of(*this).GetDouble() : 0;
}

std::int64_t Value::integer() const {
  const Node& node = node_of(*this);
  if (!is_whole(node)) {
    return 0;
  }
  if (node.IsInt64()) {
    return node.GetInt64();
  }
  using Limits = std::numeric_limits<std::int64_t>;
  const double real = node.GetDouble();
  return real >= kTwo63 ? Limits::max() : real < -kTwo63 ? Limits::min() : static_cast<std::int64_t>(real);
}

std::string_view Value::string() const {
  return node_of(*this).IsString() ? text_of(node_of(*this)) : std::string_view();
}

std::size_t Value::size() const {
  const Node& node = node_of(*this);
  return node.IsArray() ? node.Size() : node.IsObject() ? node.MemberCount() : 0;
}

Value Value::item(std::size_t index) const {
  return value_of(node_of(*this)[static_cast<rapidjson::SizeType>(index)]);
}

std::pair<std::string_view, Value> Value::member(std::size_t index) const {
  const auto member = node_of(*this).MemberBegin() + static_cast<std::ptrdiff_t>(index);
  return {text_of(member->name), value_of(member->value)};
}

std::optional<Value> Value::find(std::string_view key) const {
  const Node& node = node_of(*this);
  const Node* found = node.IsObject() ? find_last(node, key) : nullptr;
  return found ? std::optional<Value>(value_of(*found)) : std::nullopt;
}

std::optional<Value> Value::at(std::string_view pointer) const {
  std::optional<Value> here = *this;
  Steps steps(pointer);
  while (here && steps.next()) {
    if (here->is(Type::array)) {
      const auto index = steps.index();
      here = index && *index < here->size() ? std::optional<Value>(here->item(*index)) : std::nullopt;
    } else {
      here = here->find(steps.step());
    }
  }
  return steps.well_formed() ? here : std::nullopt;
}

bool equal(Value a, Value b) {
  return compare(node_of(a), node_of(b)) == 0;
}

}  // namespace whydrop::json
