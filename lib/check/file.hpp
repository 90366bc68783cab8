// A check file while it is read: what mistakes_of() and load() share. Internal to check/.
#pragma once

#include "check/check.hpp"
#include "json/json.hpp"
#include "json/places.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::check {

/// A repeat in a repeat in a repeat in a repeat, and no further.
inline constexpr unsigned kMostNested = 4;

/// A value of a file and where it stands in it.
struct At {
  json::Value value;
  std::string pointer;
};

/// One check of a file, with what stands beside `checks` and holds for all.
struct Part {
  At own;
  std::optional<At> common;

  /// The check's own member, else the common one.
  std::optional<At> find(std::string_view member) const;
  /// The same of its target.
  std::optional<At> target(std::string_view member) const;
  /// Members of two objects of the target, the common ones first, of equal names the check's own.
  std::vector<std::pair<std::string, At>> target_members(std::string_view member) const;
};

/// One value that a file gives to a variable.
struct Given {
  std::string name;
  At at;
  std::optional<std::string> value, env;
  std::string about;
  bool secret = false;
};

/// The members that say what a step does, in the order of Step::Kind.
const std::vector<std::string_view>& step_names();
/// What a step does: the first of its members that says so. Null: none does.
std::optional<std::pair<Step::Kind, At>> act_of(const At& step);
/// A step's number from that of the repeat that it is in (empty: none) and its index.
std::string number_of(std::string_view outer, std::size_t index);

/// The dialect of a check without one: nothing but what variables it has.
const profile::Profile& no_profile();

class File {
 public:
  File(std::string_view text, const Sources& sources) : text_(text), sources_(sources), fault_(document_.parse(text)) {}

  const std::optional<json::Fault>& fault() const { return fault_; }
  std::string_view text() const { return text_; }
  json::Value root() const { return document_.root(); }
  std::vector<Part> parts() const;
  std::optional<json::Place> place(const std::string& pointer);
  /// A profile by name or path; each is asked for once.
  Result<std::shared_ptr<const profile::Profile>> profile(const std::string& given);
  /// The schema that a predicate names or holds; `profile` may be null.
  Result<std::shared_ptr<const schema::Schema>> schema(json::Value given, const profile::Profile* profile) const;

 private:
  Result<std::shared_ptr<const schema::Schema>> schema_of_message(std::string_view given,
                                                                  const profile::Profile* profile) const;
  Result<std::shared_ptr<const schema::Schema>> schema_of_value(json::Value given) const;
  Result<std::shared_ptr<const schema::Schema>> schema_of_text(std::string_view text,
                                                               const std::string& name,
                                                               std::string_view entry) const;

  std::string_view text_;
  const Sources& sources_;
  json::Json document_;
  std::optional<json::Places> places_;  ///< once one is asked for
  std::optional<json::Fault> fault_;
  std::map<std::string, Result<std::shared_ptr<const profile::Profile>>> profiles_;
};

/// Names of the messages of one side of a profile.
schema::Names types_of(const profile::Profile& profile, wire::Side side);
/// The variables that a check gives values to, in order.
std::vector<Given> given_of(const Part& part);
/// What the takes of a check's steps bind: the variable, and where it comes from ("step 3 takes it from /id").
std::vector<std::pair<std::string, std::string>> taken_by(const Part& part);
/// The operators of a predicate: of a value that is none, only what it is equal to.
std::vector<std::pair<Predicate::Op, At>> operators_of(const At& condition);

/// All mistakes of a file, in the order of its text.
std::vector<schema::Mistake> mistakes_in(File& file);
/// The checks of a file without mistakes.
std::vector<Check> build(File& file, const std::string& path);

}  // namespace whydrop::check
