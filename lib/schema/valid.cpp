#include "schema/valid.hpp"

#include <algorithm>

namespace whydrop::schema {
namespace {

bool valid_number(const NumberRules& rules, const Node& value) {
  for (const Bound& bound : rules.bounds) {
    if (!within(bound, value)) {
      return false;
    }
  }
  return !rules.multiple_of || is_multiple(value, *rules.multiple_of);
}

bool has_length(const StringRules& rules, std::string_view text) {
  // A code point takes up to four bytes: most texts need no counting.
  const bool surely = text.size() / 4 >= rules.least && text.size() <= rules.most;
  if (surely || (rules.least == 0 && text.size() <= rules.most)) {
    return true;
  }
  const std::size_t count = count_code_points(text);
  return count >= rules.least && count <= rules.most;
}

bool valid_string(const StringRules& rules, std::string_view text) {
  return has_length(rules, text) && (!rules.pattern || rules.pattern->matches(text)) &&
         (!rules.format || rules.format->holds(text)) && content_fault(rules, text) == nullptr;
}

}  // namespace

const char* content_fault(const StringRules& rules, std::string_view text) {
  if (!rules.encoding) {
    return rules.media && !rules.media->holds(text) ? "contentMediaType" : nullptr;
  }
  const auto content = rules.encoding->decode(text);
  return !content ? "contentEncoding" : rules.media && !rules.media->holds(*content) ? "contentMediaType" : nullptr;
}

bool Judgement::valid(RuleId id, const Node& value, std::uint32_t level) {
  if (id == kAnything) {
    return true;
  }
  if (!step(level)) {
    return false;
  }
  const Rule& rule = program_.rules[id];
  const std::uint8_t bit = type_bit(value);
  if (rule.never || ((rule.types & bit) == 0 && !has_type(value, rule.types))) {
    return false;
  }
  if (rule.choices && !valid_in_place(rule, value, level)) {
    return false;
  }
  switch (bit) {
  case types::kString:
    return !rule.strings || valid_string(*rule.strings, json::text_of(value));
  case types::kNumber:
    return !rule.numbers || valid_number(*rule.numbers, value);
  case types::kArray:
    return !rule.arrays || valid_array(*rule.arrays, value, level);
  case types::kObject:
    return !rule.objects || valid_object(*rule.objects, value, level);
  default:
    return true;
  }
}

bool Judgement::valid_in_place(const Rule& rule, const Node& value, std::uint32_t level) {
  const ChoiceRules& rules = *rule.choices;
  const auto fits = [&](RuleId id) { return valid(id, value, level + 1); };
  if ((rules.values || rules.constant) && !is_among(rules, value)) {
    return false;
  }
  if (!std::all_of(rules.all.begin(), rules.all.end(), fits) ||
      (!rules.any.empty() && !std::any_of(rules.any.begin(), rules.any.end(), fits))) {
    return false;
  }
  if (!rules.one.empty() && std::count_if(rules.one.begin(), rules.one.end(), fits) != 1) {
    return false;
  }
  if (rules.negated && fits(*rules.negated)) {
    return false;
  }
  return (!rules.condition || fits(fits(*rules.condition) ? rules.then : rules.otherwise)) && !exceeded_;
}

bool Judgement::valid_array(const ArrayRules& rules, const Node& value, std::uint32_t level) {
  if (value.Size() < rules.least || value.Size() > rules.most) {
    return false;
  }
  const auto size = static_cast<std::size_t>(value.Size());
  const Node* const items = value.Begin();
  for (std::size_t i = 0; i < std::min(size, rules.first.size()); ++i) {
    if (!valid(rules.first[i], items[i], level + 1)) {
      return false;
    }
  }
  for (std::size_t i = rules.first.size(); rules.rest != kAnything && i < size; ++i) {
    if (!valid(rules.rest, items[i], level + 1)) {
      return false;
    }
  }
  const auto contained = [&](const Node& item) { return valid(*rules.contains, item, level + 1); };
  if (rules.contains && !std::any_of(value.Begin(), value.End(), contained)) {
    return false;
  }
  return !rules.unique || !repeated_items(value);
}

bool Judgement::valid_unknown(const ObjectRules& rules, std::string_view name, const Node& value, std::uint32_t level) {
  bool known = false;
  for (const auto& [pattern, rule] : rules.patterns) {
    if (pattern.matches(name)) {
      known = true;
      if (!valid(rule, value, level + 1)) {
        return false;
      }
    }
  }
  return known || valid(rules.rest, value, level + 1);
}

bool Judgement::valid_object(const ObjectRules& rules, const Node& value, std::uint32_t level) {
  if (value.MemberCount() < rules.least || value.MemberCount() > rules.most) {
    return false;
  }
  std::uint64_t missing = rules.required;
  for (auto member = value.MemberBegin(); member != value.MemberEnd(); ++member) {
    const std::string_view name = json::text_of(member->name);
    const std::uint32_t number = rules.keys.find(name);
    if (number == KeyTable::kNone) {
      if (!valid_unknown(rules, name, member->value, level)) {
        return false;
      }
      continue;
    }
    const Property& property = rules.properties[number];
    missing &= ~property.bit;
    if (!valid(property.rule, member->value, level + 1)) {
      return false;
    }
    for (const RuleId rule : property.more) {
      if (!valid(rule, member->value, level + 1)) {
        return false;
      }
    }
  }
  return missing == 0 && valid_late(rules, value, level);
}

/// What few schemas ask for.
bool Judgement::valid_late(const ObjectRules& rules, const Node& value, std::uint32_t level) {
  constexpr std::size_t kBits = 64;
  if (rules.required_names.size() > kBits) {
    std::vector<bool> seen(rules.properties.size());
    for (const auto& member : value.GetObject()) {
      if (const auto number = rules.keys.find(json::text_of(member.name)); number != KeyTable::kNone) {
        seen[number] = true;
      }
    }
    const auto is_there = [&](const std::string& name) { return seen[rules.keys.find(name)]; };
    if (!std::all_of(rules.required_names.begin() + kBits, rules.required_names.end(), is_there)) {
      return false;
    }
  }
  const auto named_well = [&](const auto& member) { return valid(rules.names, member.name, level + 1); };
  if (rules.names != kAnything && !std::all_of(value.MemberBegin(), value.MemberEnd(), named_well)) {
    return false;
  }
  return std::all_of(rules.dependencies.begin(), rules.dependencies.end(), [&](const Dependency& dependency) {
    const auto is_there = [&](const std::string& name) { return has_member(value, name); };
    return !is_there(dependency.key) || (std::all_of(dependency.names.begin(), dependency.names.end(), is_there) &&
                                         valid(dependency.rule, value, level + 1));
  });
}

}  // namespace whydrop::schema
