// Internal: everything that is wrong with a value.
#pragma once

#include "schema/program.hpp"
#include "schema/schema.hpp"
#include "schema/valid.hpp"

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace whydrop::schema {

/// A fault, and what a hint to it can be told from.
struct Found {
  Fault fault;
  const Node* value = nullptr;    ///< that is wrong; of a missing member the object
  std::string name;               ///< of the member that is missing or not allowed
  const Rule* rule = nullptr;     ///< that is broken
  RuleId wanted = kAnything;      ///< of the missing member
  std::vector<std::uint32_t> at;  ///< indexes on the way to it: the instance's order
};

/// Walks a value and its schema side by side.
class FaultFinder {
 public:
  FaultFinder(const Program& program, std::size_t most) : program_(program), judgement_(program), most_(most) {}

  std::vector<Fault> run(const Node& instance);

 private:
  void find(RuleId id, const Node& value, std::uint32_t level);
  void find_in_place(const Rule& rule, const Node& value, std::uint32_t level);
  void find_branches(const Rule& rule, const Node& value, std::uint32_t level);
  void find_number(const Rule& rule, const Node& value);
  void find_string(const Rule& rule, const Node& value);
  void find_array(const Rule& rule, const Node& value, std::uint32_t level);
  void find_object(const Rule& rule, const Node& value, std::uint32_t level);
  void find_missing(const Rule& rule, const Node& value);
  void find_member(const Rule& rule, std::string_view name, const Node& value, std::uint32_t level);
  void find_name(const Rule& rule, const Node& name, std::uint32_t level);
  void find_dependencies(const Rule& rule, const Node& value, std::uint32_t level);
  void below(std::string_view step, std::uint32_t index, RuleId id, const Node& value, std::uint32_t level);
  /// The faults of one branch, apart from all others.
  std::vector<Found> apart(RuleId id, const Node& value, std::uint32_t level);

  Found& add(const Rule& rule, std::string_view keyword, const Node& value, std::string expected, std::string found);
  Found& add_missing(const Rule& rule, std::string_view keyword, const Node& object, std::string_view name);
  bool full() const { return found_.size() >= most_; }
  bool fits(RuleId id, const Node& value, std::uint32_t level) { return judgement_.valid(id, value, level); }

  const Program& program_;
  Judgement judgement_;
  std::size_t most_;
  std::string pointer_;
  std::vector<std::uint32_t> at_;
  std::vector<Found> found_;
  std::unordered_set<const Node*> declared_;  ///< members that a schema names
};

/// One action where `found` is a near miss; empty where it is none.
std::string hint_for(const Found& found,
                     const Program& program,
                     const Node& instance,
                     const std::unordered_set<const Node*>& declared);

}  // namespace whydrop::schema
