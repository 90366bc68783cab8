#include "base/text.hpp"
#include "schema/compile.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <set>

namespace whydrop::schema {
namespace {

using Keyword = Compiler::Keyword;

template <typename Block>
Block& make(std::unique_ptr<Block>& block) {
  if (!block) {
    block = std::make_unique<Block>();
  }
  return *block;
}

/// What a keyword's value must be.
bool need(Compiler& compiler, const Keyword& keyword, bool holds, const char* what) {
  if (!holds) {
    compiler.mistake(keyword, std::string(what) + " belongs here");
  }
  return holds;
}

std::size_t count_of(Compiler& compiler, const Keyword& keyword) {
  const Node& value = keyword.value;
  const bool fits = json::is_whole(value) && value.GetDouble() >= 0;
  if (!need(compiler, keyword, fits, "a whole number, 0 or more,")) {
    return 0;
  }
  constexpr auto kMost = static_cast<double>(std::numeric_limits<std::uint32_t>::max());
  return value.GetDouble() >= kMost ? SIZE_MAX : static_cast<std::size_t>(value.GetDouble());
}

std::vector<std::string> names_of(Compiler& compiler, const Keyword& keyword, const Node& value) {
  std::vector<std::string> names;
  std::set<std::string_view> seen;
  const auto is_text = [](const Node& item) { return item.IsString(); };
  const bool fits = value.IsArray() && std::all_of(value.Begin(), value.End(), is_text);
  if (need(compiler, keyword, fits, "a list of names")) {
    for (const Node& item : value.GetArray()) {
      const std::string_view name = json::text_of(item);
      if (seen.insert(name).second) {
        names.emplace_back(name);
      }
    }
  }
  return names;
}

constexpr std::array<std::pair<std::string_view, std::uint8_t>, 7> kTypeNames{{{"null", types::kNull},
                                                                               {"boolean", types::kBoolean},
                                                                               {"object", types::kObject},
                                                                               {"array", types::kArray},
                                                                               {"string", types::kString},
                                                                               {"number", types::kNumber},
                                                                               {"integer", types::kInteger}}};

std::uint8_t type_named(Compiler& compiler, const Keyword& keyword, const Node& value) {
  if (!need(compiler, keyword, value.IsString(), "the name of a type, or a list of them,")) {
    return 0;
  }
  const std::string_view name = json::text_of(value);
  std::vector<std::string_view> names;
  for (const auto& [known, bit] : kTypeNames) {
    if (known == name) {
      return bit;
    }
    names.push_back(known);
  }
  const auto near = nearest(name, names);
  compiler.mistake(keyword,
                   "'" + escape_for_terminal(name) + "' is no type",
                   near ? "did you mean " + std::string(*near) + "?"
                        : "types are null, boolean, object, array, string, number, integer");
  return 0;
}

void read_type(Compiler& compiler, const Keyword& keyword, Rule& rule) {
  rule.types = 0;
  if (!keyword.value.IsArray()) {
    rule.types = type_named(compiler, keyword, keyword.value);
    return;
  }
  for (const Node& item : keyword.value.GetArray()) {
    rule.types = static_cast<std::uint8_t>(rule.types | type_named(compiler, keyword, item));
  }
}

void read_enum(Compiler& compiler, const Keyword& keyword, Rule& rule) {
  if (!need(compiler, keyword, keyword.value.IsArray(), "a list of values")) {
    return;
  }
  ChoiceRules& choices = make(rule.choices);
  std::vector<std::string> strings;
  choices.values.emplace();
  for (const Node& item : keyword.value.GetArray()) {
    choices.values->push_back(compiler.kept(item));
    if (item.IsString()) {
      strings.emplace_back(json::text_of(item));
    }
  }
  choices.strings.build(std::move(strings));
}

void read_const(Compiler& compiler, const Keyword& keyword, Rule& rule) {
  make(rule.choices).constant.emplace().push_back(compiler.kept(keyword.value));
}

void read_multiple(Compiler& compiler, const Keyword& keyword, Rule& rule) {
  const bool fits = keyword.value.IsNumber() && keyword.value.GetDouble() > 0;
  if (need(compiler, keyword, fits, "a number over 0")) {
    make(rule.numbers).multiple_of = std::make_unique<Node>(compiler.kept(keyword.value));
  }
}

/// True for draft-04's form: a sibling that says that the bound itself does not count.
bool excludes(const Keyword& keyword, const char* sibling) {
  const auto found = json::value_of(*keyword.schema.node).find(sibling);
  return found && found->boolean();
}

void read_bound(Compiler& compiler, const Keyword& keyword, Rule& rule) {
  if (keyword.value.IsBool() && keyword.name.substr(0, 9) == "exclusive") {
    return;  // Read with the bound that it is about.
  }
  if (!need(compiler, keyword, keyword.value.IsNumber(), "a number")) {
    return;
  }
  using Op = Bound::Op;
  Op op = Op::at_least;
  if (keyword.name == "minimum") {
    op = excludes(keyword, "exclusiveMinimum") ? Op::more_than : Op::at_least;
  } else if (keyword.name == "maximum") {
    op = excludes(keyword, "exclusiveMaximum") ? Op::less_than : Op::at_most;
  } else {
    op = keyword.name == "exclusiveMinimum" ? Op::more_than : Op::less_than;
  }
  make(rule.numbers).bounds.push_back({op, compiler.kept(keyword.value)});
}

void read_length(Compiler& compiler, const Keyword& keyword, Rule& rule) {
  StringRules& strings = make(rule.strings);
  (keyword.name == "minLength" ? strings.least : strings.most) = count_of(compiler, keyword);
}

void read_pattern(Compiler& compiler, const Keyword& keyword, Rule& rule) {
  if (need(compiler, keyword, keyword.value.IsString(), "a regular expression")) {
    make(rule.strings).pattern = compiler.pattern_of(keyword, json::text_of(keyword.value));
  }
}

/// Finds what a keyword names, where such names are asserted.
template <typename Named>
void read_named(Compiler& compiler,
                const Keyword& keyword,
                const char* what,
                const Named* (*find)(std::string_view name),
                Rule& rule,
                const Named* StringRules::*member) {
  if (!need(compiler, keyword, keyword.value.IsString(), what) || !compiler.check_formats()) {
    return;
  }
  const std::string_view name = json::text_of(keyword.value);
  if (const Named* const found = find(name)) {
    make(rule.strings).*member = found;
  } else {
    compiler.not_checked(keyword, name);
  }
}

void read_format(Compiler& compiler, const Keyword& keyword, Rule& rule) {
  read_named(compiler, keyword, "a format's name", find_format, rule, &StringRules::format);
}

void read_encoding(Compiler& compiler, const Keyword& keyword, Rule& rule) {
  read_named(compiler, keyword, "an encoding's name", find_content_encoding, rule, &StringRules::encoding);
}

/// What cannot be decoded cannot be looked into.
void read_media(Compiler& compiler, const Keyword& keyword, Rule& rule) {
  const auto encoding = json::value_of(*keyword.schema.node).find("contentEncoding");
  if (!encoding || find_content_encoding(encoding->string()) != nullptr) {
    read_named(compiler, keyword, "a media type", find_content_media, rule, &StringRules::media);
  }
}

void read_items(Compiler& compiler, const Keyword& keyword, Rule& rule) {
  ArrayRules& arrays = make(rule.arrays);
  if (!keyword.value.IsArray()) {
    arrays.rest = compiler.rule_of(keyword.site());
    return;
  }
  arrays.list = true;
  for (rapidjson::SizeType i = 0; i < keyword.value.Size(); ++i) {
    arrays.first.push_back(compiler.rule_of(compiler.child(keyword, std::to_string(i), keyword.value[i])));
  }
}

/// Concerns only what a list of `items` leaves over.
void read_additional_items(Compiler& compiler, const Keyword& keyword, Rule& rule) {
  const auto items = json::value_of(*keyword.schema.node).find("items");
  if (items && items->is(json::Type::array)) {
    make(rule.arrays).rest = compiler.rule_of(keyword.site());
  }
}

void read_contains(Compiler& compiler, const Keyword& keyword, Rule& rule) {
  make(rule.arrays).contains = compiler.rule_of(keyword.site());
}

void read_item_count(Compiler& compiler, const Keyword& keyword, Rule& rule) {
  ArrayRules& arrays = make(rule.arrays);
  (keyword.name == "minItems" ? arrays.least : arrays.most) = count_of(compiler, keyword);
}

void read_unique(Compiler& compiler, const Keyword& keyword, Rule& rule) {
  if (need(compiler, keyword, keyword.value.IsBool(), "true or false")) {
    make(rule.arrays).unique = keyword.value.IsTrue();
  }
}

void read_properties(Compiler& compiler, const Keyword& keyword, Rule& rule) {
  if (!need(compiler, keyword, keyword.value.IsObject(), "an object of schemas")) {
    return;
  }
  ObjectRules& objects = make(rule.objects);
  for (const auto& entry : keyword.value.GetObject()) {
    const std::string_view name = json::text_of(entry.name);
    Property property;
    property.rule = compiler.rule_of(compiler.child(keyword, name, entry.value));
    property.declared = true;
    objects.declared.emplace_back(name, std::move(property));
  }
}

void read_pattern_properties(Compiler& compiler, const Keyword& keyword, Rule& rule) {
  if (!need(compiler, keyword, keyword.value.IsObject(), "an object of schemas")) {
    return;
  }
  ObjectRules& objects = make(rule.objects);
  for (const auto& entry : keyword.value.GetObject()) {
    const std::string_view text = json::text_of(entry.name);
    auto pattern = compiler.pattern_of(keyword, text);
    if (!pattern) {
      return;
    }
    objects.patterns.emplace_back(std::move(*pattern), compiler.rule_of(compiler.child(keyword, text, entry.value)));
  }
}

void read_additional_properties(Compiler& compiler, const Keyword& keyword, Rule& rule) {
  make(rule.objects).rest = compiler.rule_of(keyword.site());
}

void read_names(Compiler& compiler, const Keyword& keyword, Rule& rule) {
  make(rule.objects).names = compiler.rule_of(keyword.site());
}

void read_required(Compiler& compiler, const Keyword& keyword, Rule& rule) {
  if (keyword.value.IsBool()) {
    compiler.mistake(keyword,
                     "a list of names belongs here",
                     "that is draft-03's form: name the member in the list of the object around it");
    return;
  }
  make(rule.objects).required_names = names_of(compiler, keyword, keyword.value);
}

void read_member_count(Compiler& compiler, const Keyword& keyword, Rule& rule) {
  ObjectRules& objects = make(rule.objects);
  (keyword.name == "minProperties" ? objects.least : objects.most) = count_of(compiler, keyword);
}

void read_dependencies(Compiler& compiler, const Keyword& keyword, Rule& rule) {
  if (!need(compiler, keyword, keyword.value.IsObject(), "an object of schemas or lists of names")) {
    return;
  }
  for (const auto& entry : keyword.value.GetObject()) {
    Dependency dependency;
    dependency.key = json::text_of(entry.name);
    if (entry.value.IsArray()) {
      dependency.names = names_of(compiler, keyword, entry.value);
    } else {
      dependency.rule = compiler.rule_of(compiler.child(keyword, dependency.key, entry.value));
    }
    make(rule.objects).dependencies.push_back(std::move(dependency));
  }
}

void read_branches(Compiler& compiler, const Keyword& keyword, Rule& rule) {
  const bool fits = keyword.value.IsArray() && !keyword.value.Empty();
  if (!need(compiler, keyword, fits, "a list of schemas")) {
    return;
  }
  ChoiceRules& choices = make(rule.choices);
  std::vector<RuleId>& branches = keyword.name == "allOf"   ? choices.all
                                  : keyword.name == "anyOf" ? choices.any
                                                            : choices.one;
  for (rapidjson::SizeType i = 0; i < keyword.value.Size(); ++i) {
    branches.push_back(compiler.rule_of(compiler.child(keyword, std::to_string(i), keyword.value[i])));
  }
}

void read_not(Compiler& compiler, const Keyword& keyword, Rule& rule) {
  make(rule.choices).negated = compiler.rule_of(keyword.site());
}

void read_condition(Compiler& compiler, const Keyword& keyword, Rule& rule) {
  if (!json::value_of(*keyword.schema.node).find("if")) {
    return;
  }
  ChoiceRules& choices = make(rule.choices);
  const RuleId id = compiler.rule_of(keyword.site());
  if (keyword.name == "if") {
    choices.condition = id;
  } else {
    (keyword.name == "then" ? choices.then : choices.otherwise) = id;
  }
}

struct Reader {
  std::string_view keyword;
  void (*read)(Compiler&, const Keyword&, Rule&);
  Draft since = Draft::draft4;
};

constexpr std::array<Reader, 35> kReaders{{
    {"type", read_type},
    {"enum", read_enum},
    {"const", read_const, Draft::draft7},
    {"multipleOf", read_multiple},
    {"minimum", read_bound},
    {"maximum", read_bound},
    {"exclusiveMinimum", read_bound},
    {"exclusiveMaximum", read_bound},
    {"minLength", read_length},
    {"maxLength", read_length},
    {"pattern", read_pattern},
    {"format", read_format},
    {"contentEncoding", read_encoding, Draft::draft7},
    {"contentMediaType", read_media, Draft::draft7},
    {"items", read_items},
    {"additionalItems", read_additional_items},
    {"contains", read_contains, Draft::draft7},
    {"minItems", read_item_count},
    {"maxItems", read_item_count},
    {"uniqueItems", read_unique},
    {"properties", read_properties},
    {"patternProperties", read_pattern_properties},
    {"additionalProperties", read_additional_properties},
    {"propertyNames", read_names, Draft::draft7},
    {"required", read_required},
    {"minProperties", read_member_count},
    {"maxProperties", read_member_count},
    {"dependencies", read_dependencies},
    {"allOf", read_branches},
    {"anyOf", read_branches},
    {"oneOf", read_branches},
    {"not", read_not},
    {"if", read_condition, Draft::draft7},
    {"then", read_condition, Draft::draft7},
    {"else", read_condition, Draft::draft7},
}};

/// The table of names, and what each member must be.
void finish_objects(ObjectRules& objects) {
  constexpr std::size_t kMostBits = 64;
  std::vector<std::string> names;
  std::map<std::string_view, std::size_t> numbers;
  for (auto& [name, property] : objects.declared) {
    if (numbers.emplace(name, names.size()).second) {
      names.push_back(name);
      objects.properties.push_back(std::move(property));
    }
  }
  for (std::size_t i = 0; i < objects.required_names.size(); ++i) {
    const std::string& name = objects.required_names[i];
    const auto [number, fresh] = numbers.emplace(name, names.size());
    if (fresh) {
      names.push_back(name);
      objects.properties.emplace_back();
    }
    if (i < kMostBits) {
      objects.properties[number->second].bit = 1ULL << i;
      objects.required |= 1ULL << i;
    }
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    Property& property = objects.properties[i];
    for (const auto& [pattern, rule] : objects.patterns) {
      if (pattern.matches(names[i])) {
        property.more.push_back(rule);
      }
    }
    if (!property.declared && property.more.empty()) {
      property.rule = objects.rest;
    }
  }
  objects.keys.build(std::move(names));
  objects.declared.clear();
}

}  // namespace

void read_keyword(Compiler& compiler, const Keyword& keyword, Draft draft, Rule& rule) {
  for (const Reader& reader : kReaders) {
    if (reader.keyword == keyword.name && (reader.since == Draft::draft4 || draft == Draft::draft7)) {
      reader.read(compiler, keyword, rule);
    }
  }
}

void finish(Rule& rule) {
  if (rule.objects) {
    finish_objects(*rule.objects);
  }
}

std::vector<RuleId> in_place(const Rule& rule) {
  std::vector<RuleId> out;
  const auto add = [&](RuleId id) {
    if (id != kAnything) {
      out.push_back(id);
    }
  };
  if (rule.choices) {
    for (const auto* branches : {&rule.choices->all, &rule.choices->any, &rule.choices->one}) {
      std::for_each(branches->begin(), branches->end(), add);
    }
    add(rule.choices->negated.value_or(kAnything));
    add(rule.choices->condition.value_or(kAnything));
    add(rule.choices->then);
    add(rule.choices->otherwise);
  }
  if (rule.objects) {
    for (const Dependency& dependency : rule.objects->dependencies) {
      add(dependency.rule);
    }
  }
  return out;
}

}  // namespace whydrop::schema
