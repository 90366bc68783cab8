// Internal: the fast way through a program.
#pragma once

#include "schema/program.hpp"

#include <cstdint>

namespace whydrop::schema {

// What neither message nor schema can exceed; the answer is then "not valid", never a crash. The stack is what the
// first protects, time the second: schemas can be written that take for ever on any value.
inline constexpr std::uint32_t kMostLevels = 6'000;
inline constexpr std::uint64_t kMostWork = 100'000'000;

/// Judges one value by one program.
class Judgement {
 public:
  explicit Judgement(const Program& program) : program_(program) {}

  bool valid(RuleId id, const Node& value, std::uint32_t level = 0);
  /// True once one of the limits was met.
  bool exceeded() const { return exceeded_; }
  /// Counts one step; false if that is too much.
  bool step(std::uint32_t level) {
    exceeded_ = exceeded_ || level > kMostLevels || ++work_ > kMostWork;
    return !exceeded_;
  }

  bool valid_in_place(const Rule& rule, const Node& value, std::uint32_t level);

 private:
  bool valid_array(const ArrayRules& rules, const Node& value, std::uint32_t level);
  bool valid_object(const ObjectRules& rules, const Node& value, std::uint32_t level);
  bool valid_unknown(const ObjectRules& rules, std::string_view name, const Node& value, std::uint32_t level);
  bool valid_late(const ObjectRules& rules, const Node& value, std::uint32_t level);

  const Program& program_;
  std::uint64_t work_ = 0;
  bool exceeded_ = false;
};

bool within(const Bound& bound, const Node& number);
bool is_multiple(const Node& number, const Node& of);
bool is_among(const ChoiceRules& rules, const Node& value);
/// The indexes of two items that are the same, or null.
std::optional<std::pair<std::size_t, std::size_t>> repeated_items(const Node& array);

inline bool has_member(const Node& object, std::string_view name) {
  return json::value_of(object).find(name).has_value();
}

}  // namespace whydrop::schema
