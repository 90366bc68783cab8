// Internal: two JSON values, member by member.
#pragma once

#include "compare/compare.hpp"
#include "compare/renaming.hpp"
#include "json/json.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace whydrop::compare {

/// JSON Pointers in which "*" stands for any step.
class Ignored {
 public:
  explicit Ignored(const std::vector<std::string>& patterns);
  /// True if `pointer` fits one of them. A pattern covers what stands below it, since that is never looked at.
  bool has(std::string_view pointer) const;
  bool any() const { return !patterns_.empty(); }

 private:
  std::vector<std::vector<std::string>> patterns_;
};

/// Where the values stand.
struct Context {
  session::Side from = session::Side::client;
  std::string title;  ///< "client startChat"
  bool redacted = false;
};

/// One difference of two values.
struct ValueDifference {
  std::string pointer;
  std::optional<std::string> a, b;  ///< JSON; null: not there
  std::optional<Renaming::Broken> broken;
};

class Values {
 public:
  Values(const Options& options, const Ignored& ignored) : options_(options), ignored_(ignored) {}
  using Tell = std::function<void(ValueDifference&&)>;

  void compare(json::Value a, json::Value b, const Context& context, const Tell& tell);
  /// The same of texts that are no JSON: header values, parameters. True if they are equal.
  bool same_text(std::string_view a, std::string_view b, std::string_view name, const Context& context);
  /// What only one of the sessions was told: its ids may be sent back.
  void give(json::Value value, const Context& context, bool in_b);
  /// Values that were equal only by their forms.
  std::uint64_t by_form() const { return by_form_; }

 private:
  void compare_at(json::Value a, json::Value b, std::string_view name);
  void compare_objects(json::Value a, json::Value b);
  void compare_arrays(json::Value a, json::Value b, std::string_view name);
  void compare_leaves(json::Value a, json::Value b, std::string_view name);
  void give_at(json::Value value, std::string_view name, bool in_b);
  std::string where() const;
  bool meet(std::string_view a, std::string_view b, std::string_view name);
  void told(std::optional<json::Value> a, std::optional<json::Value> b);

  const Options& options_;
  const Ignored& ignored_;
  Renaming renaming_;
  std::optional<Renaming::Broken> broken_;
  std::uint64_t by_form_ = 0;
  // Of the comparison that is going on.
  const Context* context_ = nullptr;
  const Tell* tell_ = nullptr;
  std::string pointer_;
};

}  // namespace whydrop::compare
