// Near misses, and what to do about each.
#include "base/text.hpp"
#include "schema/faults.hpp"
#include "schema/words.hpp"

#include <algorithm>
#include <cctype>
#include <deque>

#include <fmt/format.h>

namespace whydrop::schema {
namespace {

constexpr std::size_t kMostSearched = 10'000, kLongestShown = 60;

/// In small letters, without what people put between words.
std::string plain(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c != '_' && c != '-' && c != ' ' && c != '.') {
      out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  return out;
}

/// One letter more, less, other, or two changed places.
bool one_letter_apart(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) {
    std::swap(a, b);
  }
  const auto differs = std::mismatch(a.begin(), a.end(), b.begin()).first - a.begin();
  a.remove_prefix(static_cast<std::size_t>(differs));
  b.remove_prefix(static_cast<std::size_t>(differs));
  if (a.size() + 1 == b.size()) {
    return a == b.substr(1);
  }
  const bool swapped =
      a.size() == b.size() && a.size() >= 2 && a[0] == b[1] && a[1] == b[0] && a.substr(2) == b.substr(2);
  return a.size() == b.size() && !a.empty() && (swapped || a.substr(1) == b.substr(1));
}

bool near_names(std::string_view a, std::string_view b) {
  constexpr std::size_t kShort = 3, kLong = 64;
  if (a == b || a.size() > kLong || b.size() > kLong) {
    return false;
  }
  const std::string left = plain(a), right = plain(b);
  return left == right || (left.size() > kShort && right.size() > kShort && one_letter_apart(left, right));
}

std::string shown(std::string_view pointer) {
  return pointer.empty() ? "the top" : escape_for_terminal(pointer);
}

/// The pointer to the object that a member is of.
std::string parent_of(const std::string& pointer) {
  return pointer.substr(0, pointer.rfind('/'));
}

struct Hinter {
  const Found& found;
  const Program& program;
  const Node& instance;
  const std::unordered_set<const Node*>& declared;

  std::string own_pointer() const { return found.fault.instance; }

  /// A member beside the missing one whose name is nearly its own.
  std::string misspelt() const {
    for (const auto& member : found.value->GetObject()) {
      const std::string_view name = json::text_of(member.name);
      if (declared.count(&member.value) == 0 && near_names(name, found.name)) {
        return fmt::format("{}/{}: is it meant to be {}?",
                           escape_for_terminal(parent_of(own_pointer())),
                           escape_for_terminal(json::escape_step(name)),
                           escape_for_terminal(found.name));
      }
    }
    return {};
  }

  /// Where a member named `name` that no schema names there stands; empty if nowhere.
  std::string elsewhere(const std::string& name, RuleId wanted) const {
    std::deque<std::pair<std::string, const Node*>> open{{"", &instance}};
    for (std::size_t seen = 0; !open.empty() && seen < kMostSearched; ++seen) {
      const auto [pointer, here] = open.front();
      open.pop_front();
      if (here->IsObject()) {
        for (const auto& member : here->GetObject()) {
          const std::string_view key = json::text_of(member.name);
          const std::string place = pointer + "/" + json::escape_step(key);
          if (key == name && here != found.value && declared.count(&member.value) == 0 && fits(wanted, member.value)) {
            return place;
          }
          enter(open, place, member.value);
        }
      } else {
        for (rapidjson::SizeType i = 0; i < std::min<rapidjson::SizeType>(here->Size(), kMostSearched); ++i) {
          enter(open, pointer + "/" + std::to_string(i), (*here)[i]);
        }
      }
    }
    return {};
  }

  static void enter(std::deque<std::pair<std::string, const Node*>>& open, std::string pointer, const Node& value) {
    if ((value.IsObject() || value.IsArray()) && open.size() < kMostSearched) {
      open.emplace_back(std::move(pointer), &value);
    }
  }

  bool fits(RuleId id, const Node& value) const { return Judgement(program).valid(id, value); }

  static std::string move_words(const std::string& from, const std::string& to) {
    return fmt::format("found at {}: move it {}", shown(from), to.empty() ? "to the top" : "under " + shown(to));
  }

  std::string missing() const {
    if (std::string hint = misspelt(); !hint.empty()) {
      return hint;
    }
    if (const std::string place = elsewhere(found.name, found.wanted); !place.empty()) {
      return move_words(place, parent_of(own_pointer()));
    }
    // The whole object may be missing because what belongs in it stands outside.
    const Rule* rule = found.wanted == kAnything ? nullptr : &program.rules[found.wanted];
    if (!rule || !rule->objects) {
      return {};
    }
    for (const std::string& name : rule->objects->required_names) {
      const RuleId wanted = rule->objects->properties[rule->objects->keys.find(name)].rule;
      if (const auto place = beside(name, wanted); !place.empty()) {
        return move_words(place, own_pointer());
      }
    }
    return {};
  }

  /// A member of the object itself that no schema names.
  std::string beside(const std::string& name, RuleId wanted) const {
    for (const auto& member : found.value->GetObject()) {
      if (json::text_of(member.name) == name && declared.count(&member.value) == 0 && fits(wanted, member.value)) {
        return parent_of(own_pointer()) + "/" + json::escape_step(name);
      }
    }
    return {};
  }

  /// A name that is not known here, but nearly is.
  std::string unknown() const {
    for (const std::string& name : found.rule->objects->keys.names()) {
      if (near_names(name, found.name)) {
        return fmt::format("did you mean {}?", escape_for_terminal(name));
      }
    }
    return {};
  }

  std::string type() const {
    const std::uint8_t wanted = found.rule->types;
    const Node& value = *found.value;
    if (value.IsString() && json::text_of(value).size() <= kLongestShown) {
      json::Json inner;
      const bool is_json = !inner.parse(json::text_of(value));
      if (is_json && has_type(json::node_of(inner.root()), wanted)) {
        const bool plain_value = !inner.root().is(json::Type::object) && !inner.root().is(json::Type::array);
        return plain_value ? "send it without quotes: " + escape_for_terminal(json::text_of(value))
                           : "it is JSON inside a string: send it as it is";
      }
    }
    if ((wanted & types::kString) != 0 && (value.IsNumber() || value.IsBool())) {
      return "put it in quotes: " + json::quote(json::value_of(value).text());
    }
    if ((wanted & types::kArray) != 0 && !value.IsNull()) {
      return "put it in brackets: " + (value.IsObject() ? "[{…}]" : "[" + short_text(value) + "]");
    }
    return value.IsNull() ? "leave the member out where there is no value" : "";
  }

  std::string choice() const {
    const ChoiceRules& rules = *found.rule->choices;
    if (!found.value->IsString()) {
      return {};
    }
    const std::string_view given = json::text_of(*found.value);
    std::vector<std::string_view> allowed;
    for (const auto* values : {&rules.constant, &rules.values}) {
      for (std::size_t i = 0; *values && i < (*values)->size(); ++i) {
        if ((**values)[i].IsString()) {
          allowed.push_back(json::text_of((**values)[i]));
        }
      }
    }
    const auto same =
        std::find_if(allowed.begin(), allowed.end(), [&](auto value) { return near_names(value, given); });
    const auto near = same != allowed.end() ? std::optional(*same) : nearest(given, allowed);
    return near ? "did you mean " + escape_for_terminal(json::quote(*near)) + "?" : "";
  }

  std::string space() const {
    const std::string_view text = json::text_of(*found.value);
    const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
    const bool outer = !text.empty() && (is_space(text.front()) || is_space(text.back()));
    return outer ? "take the white space at its ends away" : "";
  }
};

}  // namespace

std::string hint_for(const Found& found,
                     const Program& program,
                     const Node& instance,
                     const std::unordered_set<const Node*>& declared) {
  using Hint = std::string (Hinter::*)() const;
  static constexpr std::pair<std::string_view, Hint> kHints[] = {
      {"required", &Hinter::missing},
      {"dependencies", &Hinter::missing},
      {"additionalProperties", &Hinter::unknown},
      {"type", &Hinter::type},
      {"const", &Hinter::choice},
      {"enum", &Hinter::choice},
      {"pattern", &Hinter::space},
      {"format", &Hinter::space},
  };
  const Hinter hinter{found, program, instance, declared};
  for (const auto& [keyword, hint] : kHints) {
    if (keyword == found.fault.keyword) {
      return (hinter.*hint)();
    }
  }
  return {};
}

}  // namespace whydrop::schema
