// Internal: what a schema is compiled into.
#pragma once

#include "json/node.hpp"
#include "schema/content.hpp"
#include "schema/format.hpp"
#include "schema/keys.hpp"
#include "schema/pattern.hpp"
#include "schema/places.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::schema {

using json::Node;

/// A rule's number; kAnything where any value will do.
using RuleId = std::uint32_t;
inline constexpr RuleId kAnything = UINT32_MAX;

/// What `type` allows: one bit each.
namespace types {
inline constexpr std::uint8_t kNull = 1, kBoolean = 2, kObject = 4, kArray = 8, kString = 16, kNumber = 32,
                              kInteger = 64, kAll = 127;
}
/// The bit of a value; an integer has that of a number.
inline std::uint8_t type_bit(const Node& value) {
  // In the order of rapidjson::Type.
  constexpr std::uint8_t kBits[] = {
      types::kNull, types::kBoolean, types::kBoolean, types::kObject, types::kArray, types::kString, types::kNumber};
  return kBits[value.GetType()];
}
inline bool has_type(const Node& value, std::uint8_t allowed) {
  return (allowed & type_bit(value)) != 0 ||
         ((allowed & types::kInteger) != 0 && (value.IsInt64() || json::is_whole(value)));
}

struct Bound {
  enum class Op : std::uint8_t { at_least, more_than, at_most, less_than };
  Op op;
  Node number;
};

struct NumberRules {
  std::vector<Bound> bounds;
  std::unique_ptr<Node> multiple_of;
};

struct StringRules {
  std::size_t least = 0, most = SIZE_MAX;  ///< code points
  std::optional<Pattern> pattern;
  const Format* format = nullptr;
  const ContentEncoding* encoding = nullptr;
  const ContentMedia* media = nullptr;
};

/// Which keyword of a string's content does not hold: "contentEncoding", "contentMediaType", or null.
const char* content_fault(const StringRules& rules, std::string_view text);

struct ArrayRules {
  std::vector<RuleId> first;  ///< of the first items, one each
  RuleId rest = kAnything;    ///< of all others
  bool list = false;          ///< `rest` is that of additionalItems
  std::optional<RuleId> contains;
  std::size_t least = 0, most = SIZE_MAX;
  bool unique = false;
};

struct Property {
  RuleId rule = kAnything;
  std::vector<RuleId> more;  ///< of patternProperties
  std::uint64_t bit = 0;     ///< in ObjectRules::required, of the first 64 that are required
  bool declared = false;     ///< in `properties`
};

struct Dependency {
  std::string key;
  std::vector<std::string> names;
  RuleId rule = kAnything;
};

struct ObjectRules {
  KeyTable keys;  ///< of all that is declared or required; numbers are those of `properties`
  std::vector<Property> properties;
  std::vector<std::pair<std::string, Property>> declared;  ///< until it is compiled
  std::vector<std::pair<Pattern, RuleId>> patterns;
  RuleId rest = kAnything;  ///< additionalProperties
  RuleId names = kAnything;
  std::vector<std::string> required_names;
  std::uint64_t required = 0;
  std::vector<Dependency> dependencies;
  std::size_t least = 0, most = SIZE_MAX;
};

struct ChoiceRules {
  std::optional<std::vector<Node>> values, constant;  ///< enum, const
  KeyTable strings;                                   ///< those of `values`
  std::vector<RuleId> all, any, one;
  std::optional<RuleId> negated, condition;
  RuleId then = kAnything, otherwise = kAnything;
};

/// One schema.
struct Rule {
  std::uint8_t types = types::kAll;
  bool never = false;
  std::unique_ptr<NumberRules> numbers;
  std::unique_ptr<StringRules> strings;
  std::unique_ptr<ArrayRules> arrays;
  std::unique_ptr<ObjectRules> objects;
  std::unique_ptr<ChoiceRules> choices;
  std::uint32_t place = 0;
};

struct Program {
  std::vector<Rule> rules;
  RuleId entry = kAnything;
  rapidjson::MemoryPoolAllocator<> pool;  ///< of values that rules compare with
  std::shared_ptr<const Places> places;
  std::vector<std::string> unchecked;  ///< as Schema::unchecked()
};

}  // namespace whydrop::schema
