#include "schema/faults.hpp"

#include "base/text.hpp"
#include "schema/words.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include <fmt/format.h>

namespace whydrop::schema {
namespace {

constexpr std::size_t kMostOfABranch = 20;

/// True if a branch was most likely not the one that was meant: the value is of another kind altogether.
bool is_another_kind(const std::vector<Found>& faults, const std::string& pointer) {
  return std::any_of(faults.begin(), faults.end(), [&](const Found& found) {
    const std::string& keyword = found.fault.keyword;
    const bool here = found.fault.instance == pointer;
    return (here && (keyword == "type" || keyword == "false")) || keyword == "const";
  });
}

/// How far a value is from a branch. A branch that asks for the one value of a member that tells branches apart, or for
/// members that are not there, or forbids some that are, was less likely meant than one that only dislikes a value.
unsigned distance(const std::vector<Found>& faults) {
  constexpr unsigned kTellsApart = 8, kMember = 2;
  return std::accumulate(faults.begin(), faults.end(), 0U, [](unsigned sum, const Found& found) {
    const std::string& keyword = found.fault.keyword;
    const bool one_value = keyword == "enum" && found.fault.expected.rfind("one of ", 0) != 0;
    const bool member = keyword == "required" || keyword == "additionalProperties";
    return sum + (one_value ? kTellsApart : member ? kMember : 1);
  });
}

}  // namespace

Found& FaultFinder::add(
    const Rule& rule, std::string_view keyword, const Node& value, std::string expected, std::string found) {
  Found out;
  out.fault.instance = pointer_;
  out.fault.schema = program_.places->pointer(rule.place);
  out.fault.schema += keyword == "false" ? "" : "/" + std::string(keyword);
  out.fault.keyword = keyword;
  out.fault.expected = std::move(expected);
  out.fault.found = std::move(found);
  out.value = &value;
  out.rule = &rule;
  out.at = at_;
  return found_.emplace_back(std::move(out));
}

Found& FaultFinder::add_missing(const Rule& rule, std::string_view keyword, const Node& object, std::string_view name) {
  Found& out = add(rule, keyword, object, "a value", "");
  out.fault.instance += "/" + json::escape_step(name);
  out.name = name;
  return out;
}

void FaultFinder::below(std::string_view step, std::uint32_t index, RuleId id, const Node& value, std::uint32_t level) {
  if (id == kAnything || full()) {
    return;
  }
  const std::size_t size = pointer_.size();
  pointer_ += "/" + json::escape_step(step);
  at_.push_back(index);
  find(id, value, level + 1);
  at_.pop_back();
  pointer_.resize(size);
}

void FaultFinder::find(RuleId id, const Node& value, std::uint32_t level) {
  if (id == kAnything || full() || !judgement_.step(level)) {
    return;
  }
  const Rule& rule = program_.rules[id];
  if (rule.never) {
    add(rule, "false", value, "nothing", found_words(value));
    return;
  }
  if (!has_type(value, rule.types)) {
    add(rule, "type", value, type_words(rule.types), found_words(value));
    return;
  }
  if (rule.choices) {
    find_in_place(rule, value, level);
  }
  if (rule.numbers && value.IsNumber()) {
    find_number(rule, value);
  }
  if (rule.strings && value.IsString()) {
    find_string(rule, value);
  }
  if (rule.arrays && value.IsArray()) {
    find_array(rule, value, level);
  }
  if (rule.objects && value.IsObject()) {
    find_object(rule, value, level);
  }
}

void FaultFinder::find_in_place(const Rule& rule, const Node& value, std::uint32_t level) {
  const ChoiceRules& rules = *rule.choices;
  if (!is_among(rules, value)) {
    const bool constant = rules.constant && json::compare(rules.constant->front(), value) != 0;
    const auto& values = constant ? *rules.constant : *rules.values;
    add(rule, constant ? "const" : "enum", value, values_words(values), found_words(value));
  }
  for (const RuleId id : rules.all) {
    find(id, value, level + 1);
  }
  find_branches(rule, value, level);
  if (rules.negated && fits(*rules.negated, value, level + 1)) {
    add(rule, "not", value, "another value", found_words(value));
  }
  if (rules.condition) {
    find(fits(*rules.condition, value, level + 1) ? rules.then : rules.otherwise, value, level + 1);
  }
}

std::vector<Found> FaultFinder::apart(RuleId id, const Node& value, std::uint32_t level) {
  std::vector<Found> outer = std::exchange(found_, {});
  const std::size_t most = std::exchange(most_, kMostOfABranch);
  find(id, value, level + 1);
  most_ = most;
  return std::exchange(found_, std::move(outer));
}

/// Where no branch fits, tells what the nearest one lacks; where none is near, what each asks for.
void FaultFinder::find_branches(const Rule& rule, const Node& value, std::uint32_t level) {
  for (const auto* branches : {&rule.choices->any, &rule.choices->one}) {
    const bool exactly_one = branches == &rule.choices->one;
    std::vector<std::size_t> fitting;
    for (std::size_t i = 0; i < branches->size(); ++i) {
      if (fits((*branches)[i], value, level + 1)) {
        fitting.push_back(i);
      }
    }
    const char* const keyword = exactly_one ? "oneOf" : "anyOf";
    if (exactly_one && fitting.size() > 1) {
      add(rule,
          keyword,
          value,
          "exactly one of them",
          fmt::format("what forms {} and {} of {} both allow", fitting[0], fitting[1], branches->size()));
    }
    if (branches->empty() || !fitting.empty()) {
      continue;
    }
    std::vector<Found> nearest;
    std::vector<std::string> expected;
    bool all_here = true;
    for (const RuleId id : *branches) {
      std::vector<Found> faults = apart(id, value, level);
      if (faults.empty()) {
        continue;  // A limit was met.
      }
      all_here = all_here && faults.size() == 1 && faults[0].fault.instance == pointer_;
      expected.push_back(faults[0].fault.expected);
      if (!is_another_kind(faults, pointer_) && (nearest.empty() || distance(faults) < distance(nearest))) {
        nearest = std::move(faults);
      }
    }
    if (nearest.empty() || all_here) {
      const std::string forms = "one of " + counted(branches->size(), "form");
      add(rule, keyword, value, all_here ? joined_or(expected) : forms, found_words(value));
    }
    for (Found& fault : nearest) {
      if (!all_here && !full()) {
        found_.push_back(std::move(fault));
      }
    }
  }
}

void FaultFinder::find_number(const Rule& rule, const Node& value) {
  constexpr const char* kKeywords[2][2] = {{"minimum", "exclusiveMinimum"}, {"maximum", "exclusiveMaximum"}};
  for (const Bound& bound : rule.numbers->bounds) {
    const bool upper = bound.op == Bound::Op::at_most || bound.op == Bound::Op::less_than;
    const bool exclusive = bound.op == Bound::Op::more_than || bound.op == Bound::Op::less_than;
    if (!within(bound, value)) {
      add(rule, kKeywords[upper ? 1 : 0][exclusive ? 1 : 0], value, bound_words(bound), found_words(value));
    }
  }
  const auto& multiple = rule.numbers->multiple_of;
  if (multiple && !is_multiple(value, *multiple)) {
    add(rule, "multipleOf", value, "a multiple of " + short_text(*multiple), found_words(value));
  }
}

void FaultFinder::find_string(const Rule& rule, const Node& value) {
  const StringRules& rules = *rule.strings;
  const std::string_view text = json::text_of(value);
  const std::size_t length = count_code_points(text);
  const auto characters = [](std::size_t count) { return counted(count, "character"); };
  if (length < rules.least || length > rules.most) {
    const bool few = length < rules.least;
    add(rule,
        few ? "minLength" : "maxLength",
        value,
        few ? "at least " + characters(rules.least) : "at most " + characters(rules.most),
        "a string of " + characters(length));
  }
  if (rules.pattern && !rules.pattern->matches(text)) {
    add(rule,
        "pattern",
        value,
        "text that matches " + escape_for_terminal(rules.pattern->source()),
        found_words(value));
  }
  if (rules.format && !rules.format->holds(text)) {
    add(rule, "format", value, std::string(rules.format->expected), found_words(value));
  }
  if (const char* const keyword = content_fault(rules, text)) {
    const bool encoding = std::string_view(keyword) == "contentEncoding";
    add(rule,
        keyword,
        value,
        std::string(encoding ? rules.encoding->expected : rules.media->expected),
        found_words(value));
  }
}

void FaultFinder::find_array(const Rule& rule, const Node& value, std::uint32_t level) {
  const ArrayRules& rules = *rule.arrays;
  const auto items = [](std::size_t count) { return counted(count, "item"); };
  if (value.Size() < rules.least || value.Size() > rules.most) {
    const bool few = value.Size() < rules.least;
    add(rule,
        few ? "minItems" : "maxItems",
        value,
        few ? "at least " + items(rules.least) : "at most " + items(rules.most),
        found_words(value));
  }
  if (const auto repeated = rules.unique ? repeated_items(value) : std::nullopt) {
    add(rule,
        "uniqueItems",
        value,
        "items that all differ",
        fmt::format("an array whose items {} and {} are the same", repeated->first, repeated->second));
  }
  const auto contained = [&](const Node& item) { return fits(*rules.contains, item, level + 1); };
  if (rules.contains && !std::any_of(value.Begin(), value.End(), contained)) {
    add(rule, "contains", value, "at least one item that fits", found_words(value));
  }
  for (std::uint32_t i = 0; i < value.Size() && !full(); ++i) {
    const bool has_own = i < rules.first.size();
    const RuleId id = has_own ? rules.first[i] : rules.rest;
    const bool forbidden = !has_own && rules.list && id != kAnything && program_.rules[id].never;
    below(std::to_string(i), i, id, value[i], level);
    if (forbidden && !full() && !found_.empty()) {
      found_.back().fault.keyword = "additionalItems";
      found_.back().fault.expected = "at most " + items(rules.first.size());
    }
  }
}

void FaultFinder::find_missing(const Rule& rule, const Node& value) {
  const ObjectRules& rules = *rule.objects;
  std::vector<bool> seen(rules.properties.size());
  for (const auto& member : value.GetObject()) {
    if (const auto number = rules.keys.find(json::text_of(member.name)); number != KeyTable::kNone) {
      seen[number] = true;
      if (rules.properties[number].declared) {
        declared_.insert(&member.value);
      }
    }
  }
  for (const std::string& name : rules.required_names) {
    const std::uint32_t number = rules.keys.find(name);
    if (!seen[number] && !full()) {
      Found& found = add_missing(rule, "required", value, name);
      found.wanted = rules.properties[number].rule;
      if (found.wanted != kAnything && program_.rules[found.wanted].types != types::kAll) {
        found.fault.expected = type_words(program_.rules[found.wanted].types);
      }
    }
  }
}

void FaultFinder::find_member(const Rule& rule, std::string_view name, const Node& value, std::uint32_t level) {
  const ObjectRules& rules = *rule.objects;
  const auto index = at_.back();
  bool known = false;
  const auto look = [&](RuleId id) {
    known = true;
    below(name, index, id, value, level);
  };
  const std::uint32_t number = rules.keys.find(name);
  if (number != KeyTable::kNone) {
    const Property& property = rules.properties[number];
    if (property.declared) {
      look(property.rule);
    }
    std::for_each(property.more.begin(), property.more.end(), look);
  } else {
    for (const auto& [pattern, id] : rules.patterns) {
      if (pattern.matches(name)) {
        look(id);
      }
    }
  }
  if (known || rules.rest == kAnything || full()) {
    return;
  }
  const Rule& rest = program_.rules[rules.rest];
  if (!rest.never) {
    look(rules.rest);
    return;
  }
  Found& found = add(rest, "false", value, "no such member", found_words(value));
  found.fault.instance += "/" + json::escape_step(name);
  found.fault.keyword = "additionalProperties";
  found.name = name;
  found.rule = &rule;
}

void FaultFinder::find_name(const Rule& rule, const Node& name, std::uint32_t level) {
  for (const Found& inner : apart(rule.objects->names, name, level)) {
    Found& found = add(
        rule, "propertyNames", name, "a name that is " + inner.fault.expected, "a member named " + short_text(name));
    found.fault.instance += "/" + json::escape_step(json::text_of(name));
    return;
  }
}

void FaultFinder::find_dependencies(const Rule& rule, const Node& value, std::uint32_t level) {
  for (const Dependency& dependency : rule.objects->dependencies) {
    if (!has_member(value, dependency.key)) {
      continue;
    }
    for (const std::string& name : dependency.names) {
      if (!has_member(value, name) && !full()) {
        Found& found = add_missing(rule, "dependencies", value, name);
        found.fault.schema += "/" + json::escape_step(dependency.key);
        found.fault.expected =
            "a value beside " + escape_for_terminal(pointer_ + "/" + json::escape_step(dependency.key));
      }
    }
    find(dependency.rule, value, level + 1);
  }
}

void FaultFinder::find_object(const Rule& rule, const Node& value, std::uint32_t level) {
  const ObjectRules& rules = *rule.objects;
  const auto members = [](std::size_t count) { return counted(count, "member"); };
  if (value.MemberCount() < rules.least || value.MemberCount() > rules.most) {
    const bool few = value.MemberCount() < rules.least;
    add(rule,
        few ? "minProperties" : "maxProperties",
        value,
        few ? "at least " + members(rules.least) : "at most " + members(rules.most),
        found_words(value));
  }
  find_missing(rule, value);
  find_dependencies(rule, value, level);
  std::uint32_t index = 0;
  for (const auto& member : value.GetObject()) {
    at_.push_back(index++);
    if (rules.names != kAnything && !fits(rules.names, member.name, level + 1) && !full()) {
      find_name(rule, member.name, level);
    }
    find_member(rule, json::text_of(member.name), member.value, level);
    at_.pop_back();
    if (full()) {
      return;
    }
  }
}

std::vector<Fault> FaultFinder::run(const Node& instance) {
  if (fits(program_.entry, instance, 0)) {
    return {};
  }
  find(program_.entry, instance, 0);
  if (judgement_.exceeded()) {
    found_.clear();
    Fault limit;
    limit.keyword = "limit";
    limit.expected = "one that can be judged";
    limit.found = "too deep or too much for its schema";
    return {limit};
  }
  std::stable_sort(found_.begin(), found_.end(), [](const Found& a, const Found& b) { return a.at < b.at; });
  std::vector<Fault> out;
  for (Found& found : found_) {
    const auto same = [&](const Fault& other) {
      return other.instance == found.fault.instance && other.keyword == found.fault.keyword &&
             other.expected == found.fault.expected;
    };
    if (std::none_of(out.begin(), out.end(), same)) {
      found.fault.hint = hint_for(found, program_, instance, declared_);
      out.push_back(std::move(found.fault));
    }
  }
  return out;
}

}  // namespace whydrop::schema
