// Internal: from documents to a program.
#pragma once

#include "schema/documents.hpp"
#include "schema/program.hpp"

#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace whydrop::schema {

/// Compiles what `entry` leads to, and all that it refers to. The first mistake ends it.
class Compiler {
 public:
  Compiler(Documents& documents, bool check_formats) : documents_(documents), check_formats_(check_formats) {}

  Result<std::unique_ptr<Program>> compile(const Site& entry);

  // What keywords.cpp needs.

  /// The keyword that is being read.
  struct Keyword {
    const Site& schema;
    std::string_view name;
    const Node& value;
    Site site() const { return {&value, holder}; }
    std::uint32_t holder;  ///< place of `value`
  };
  void mistake(const Keyword& keyword, const std::string& why, std::string hint = {});
  RuleId rule_of(const Site& site);
  Site child(const Keyword& keyword, std::string_view step, const Node& node) {
    return documents_.child(keyword.site(), step, node);
  }
  /// A value that outlives the document.
  Node kept(const Node& value);
  bool check_formats() const { return check_formats_; }
  /// Remembers what a keyword names and nothing here can check.
  void not_checked(const Keyword& keyword, std::string_view named);
  std::optional<Pattern> pattern_of(const Keyword& keyword, std::string_view text);

 private:
  void fill(RuleId id, const Site& site);
  std::optional<Site> follow(Site site);
  void check_loops();

  Documents& documents_;
  bool check_formats_;
  std::unique_ptr<Program> program_ = std::make_unique<Program>();
  std::unordered_map<const Node*, RuleId> rules_;
  std::unordered_map<const Node*, Site> targets_;  ///< where a $ref leads in the end
  std::deque<std::pair<RuleId, Site>> open_;
  std::optional<Error> error_;
};

/// Reads one keyword of a schema into its rule.
void read_keyword(Compiler& compiler, const Compiler::Keyword& keyword, Draft draft, Rule& rule);
/// Puts together what keywords that concern each other have left.
void finish(Rule& rule);
/// The rules that see the same value as `rule` does.
std::vector<RuleId> in_place(const Rule& rule);

}  // namespace whydrop::schema
