#include "asyncapi/schemas.hpp"

#include "asyncapi/naming.hpp"
#include "base/text.hpp"
#include "json/object_text.hpp"
#include "schema/below.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace whydrop::asyncapi {
namespace {

using json::Type;

constexpr std::size_t kMostDefinitions = 2'000;

/// True for a keyword that says nothing in a profile: what a $ref needs becomes a definition of the profile's own,
/// which a base URI would lead away from.
bool is_left_out(std::string_view keyword) {
  constexpr std::string_view kKeywords[] = {
      "definitions", "$defs", "$id", "id", "$schema", "discriminator", "externalDocs", "examples", "example"};
  return starts_with(keyword, "x-") ||
         std::find(std::begin(kKeywords), std::end(kKeywords), keyword) != std::end(kKeywords);
}

bool is_scalar(const json::Value& value) {
  return !value.is(Type::object) && !value.is(Type::array);
}

}  // namespace

std::optional<Site> schema_of(Sources& sources,
                              const Site& payload,
                              const std::string& format,
                              const std::string& what) {
  const auto own_format = Sources::own(payload, "schemaFormat");
  const std::string named = own_format ? std::string(own_format->value.string()) : format;
  const std::string type = lower_case(named.substr(0, named.find(';')));
  const bool json_schema =
      type.empty() || starts_with(type, "application/vnd.aai.asyncapi") || starts_with(type, "application/schema+");
  if (!json_schema) {
    sources.note(payload, fmt::format("{} is not carried over: {} is not read, only JSON Schema", what, named));
    return std::nullopt;
  }
  return own_format ? sources.member(payload, "schema") : std::optional(payload);
}

std::string SchemaWriter::schema_at(const Site& site) {
  if (!site.value.is(Type::object)) {
    return site.value.is(Type::boolean) ? site.value.text() : "true";
  }
  if (const auto found = site.value.find("$ref"); found && found->is(Type::string)) {
    return reference(site);
  }
  json::ObjectText out;
  for (std::size_t i = 0; i < site.value.size(); ++i) {
    const auto [keyword, value] = site.value.member(i);
    const Site at = child(site, keyword, value);
    if (is_left_out(keyword)) {
      if (keyword == "discriminator") {
        sources_.note(at, "a discriminator is not carried over: JSON Schema has none");
      }
      continue;
    }
    const schema::Below kind = schema::below(keyword);
    const bool list = kind == schema::Below::list || (kind == schema::Below::schema_or_list && value.is(Type::array));
    out.raw(keyword,
            kind == schema::Below::nothing ? value.text()
            : kind == schema::Below::map   ? map_of_schemas(at)
            : list                         ? list_of_schemas(at)
                                           : schema_at(at));
  }
  return out.str();
}

std::string SchemaWriter::list_of_schemas(const Site& site) {
  std::vector<std::string> all;
  for (std::size_t i = 0; site.value.is(Type::array) && i < site.value.size(); ++i) {
    all.push_back(schema_at(child(site, std::to_string(i), site.value.item(i))));
  }
  return site.value.is(Type::array) ? json::list_text(all) : site.value.text();
}

std::string SchemaWriter::map_of_schemas(const Site& site) {
  json::ObjectText out;
  for (std::size_t i = 0; site.value.is(Type::object) && i < site.value.size(); ++i) {
    const auto [name, value] = site.value.member(i);
    // A dependency may be a list of names.
    out.raw(name, value.is(Type::array) ? value.text() : schema_at(child(site, name, value)));
  }
  return site.value.is(Type::object) ? out.str() : site.value.text();
}

std::string SchemaWriter::reference(const Site& site) {
  const auto target = sources_.follow(site);
  const auto language = target ? schema_of(sources_, *target, "", "what $ref leads to") : std::nullopt;
  if (!language) {
    return "true";
  }
  if (names_.size() == kMostDefinitions && names_.count({language->file, language->pointer}) == 0) {
    sources_.note(
        site,
        fmt::format("schemas behind the first {} are not carried over: anything is taken for one", kMostDefinitions));
    return "true";
  }
  return json::ObjectText().text("$ref", "#/definitions/" + json::escape_step(define(*language))).str();
}

std::string SchemaWriter::define(const Site& target) {
  const auto [known, fresh] = names_.try_emplace({target.file, target.pointer});
  if (fresh) {
    std::string base = name_of(target);
    // The format keeps "comment" for people, and '%' would have to be escaped in a $ref.
    std::replace(base.begin(), base.end(), '%', '_');
    base = base.empty() || base == "comment" || is_digit(base.front()) ? "schema-" + base : base;
    known->second = take_name(taken_, base, "-");
    open_.emplace_back(known->second, target);
  }
  return known->second;
}

std::string SchemaWriter::definitions() {
  while (!open_.empty()) {
    const auto [name, site] = std::move(open_.front());
    open_.pop_front();
    written_.emplace_back(name, schema_at(site));
  }
  json::ObjectText out;
  for (const auto& [name, text] : written_) {
    out.raw(name, text);
  }
  return out.empty() ? "" : out.str();
}

Traits either(Traits a, const Traits& b) {
  for (auto it = a.fixed.begin(); it != a.fixed.end();) {
    const auto found = b.fixed.find(it->first);
    if (found == b.fixed.end()) {
      it = a.fixed.erase(it);
      continue;
    }
    for (const std::string& value : found->second) {
      if (std::find(it->second.begin(), it->second.end(), value) == it->second.end()) {
        it->second.push_back(value);
      }
    }
    ++it;
  }
  std::set<std::string> required;
  std::set_intersection(a.required.begin(),
                        a.required.end(),
                        b.required.begin(),
                        b.required.end(),
                        std::inserter(required, required.end()));
  a.required = std::move(required);
  if (a.allowed && b.allowed) {
    a.allowed->insert(b.allowed->begin(), b.allowed->end());
  } else {
    a.allowed.reset();
  }
  return a;
}

namespace {

constexpr std::size_t kDeepestTrait = 4, kMostValues = 32, kMostSteps = 2'000;

/// Walks a schema for what it fixes. Total: what is too deep or too much fixes nothing.
class TraitFinder {
 public:
  explicit TraitFinder(Sources& sources) : sources_(sources) {}

  Traits find(const Site& given, const std::string& at, std::size_t depth) {
    Traits traits;
    const auto site = ++steps_ > kMostSteps || depth > kDeepestTrait * 4 ? std::nullopt : sources_.follow(given);
    if (!site || !site->value.is(Type::object)) {
      return traits;
    }
    find_values(*site, at, traits);
    if (at.empty()) {
      find_names(*site, traits);
    }
    if (std::count(at.begin(), at.end(), '/') < std::ptrdiff_t{kDeepestTrait}) {
      find_members(*site, at, depth, traits);
    }
    if (const auto all = Sources::own(*site, "allOf")) {
      for_each_branch(*all, [&](const Site& branch) { both(traits, find(branch, at, depth + 1)); });
    }
    for (const char* keyword : {"oneOf", "anyOf"}) {
      if (const auto any = Sources::own(*site, keyword)) {
        both(traits, either_of(*any, at, depth));
      }
    }
    return traits;
  }

 private:
  template <typename Each>
  void for_each_branch(const Site& list, const Each& each) {
    for (std::size_t i = 0; list.value.is(Type::array) && i < list.value.size(); ++i) {
      each(child(list, std::to_string(i), list.value.item(i)));
    }
  }

  static void find_values(const Site& site, const std::string& at, Traits& traits) {
    std::vector<std::string> values;
    if (const auto constant = site.value.find("const"); constant && is_scalar(*constant)) {
      values.push_back(constant->text());
    } else if (const auto choices = site.value.find("enum"); choices && choices->is(Type::array)) {
      for (std::size_t i = 0; i < choices->size() && values.size() <= kMostValues; ++i) {
        if (!is_scalar(choices->item(i))) {
          return;
        }
        values.push_back(choices->item(i).text());
      }
    }
    if (!values.empty() && values.size() <= kMostValues) {
      traits.fixed[at] = std::move(values);
    }
  }

  static void find_names(const Site& site, Traits& traits) {
    const auto required = site.value.find("required");
    for (std::size_t i = 0; required && required->is(Type::array) && i < required->size(); ++i) {
      traits.required.emplace(required->item(i).string());
    }
    const auto rest = site.value.find("additionalProperties");
    const auto members = site.value.find("properties");
    if (rest && rest->is(Type::boolean) && !rest->boolean() && !site.value.find("patternProperties")) {
      traits.allowed.emplace();
      for (std::size_t i = 0; members && members->is(Type::object) && i < members->size(); ++i) {
        traits.allowed->emplace(members->member(i).first);
      }
    }
  }

  void find_members(const Site& site, const std::string& at, std::size_t depth, Traits& traits) {
    for (const char* keyword : {"properties", "items"}) {
      const auto parts = Sources::own(site, keyword);
      const bool list = parts && parts->value.is(Type::array);
      if (!parts || (!list && std::string_view(keyword) == "items")) {
        continue;
      }
      for (std::size_t i = 0; i < parts->value.size(); ++i) {
        const auto part = list ? std::make_pair(std::string_view(), parts->value.item(i)) : parts->value.member(i);
        const std::string step = list ? std::to_string(i) : std::string(part.first);
        both(traits, find(child(*parts, step, part.second), at + '/' + json::escape_step(step), depth + 1));
      }
    }
  }

  /// What holds whichever of the branches does.
  Traits either_of(const Site& list, const std::string& at, std::size_t depth) {
    std::optional<Traits> common;
    for_each_branch(list, [&](const Site& branch) {
      Traits one = find(branch, at, depth + 1);
      common = common ? either(std::move(*common), one) : std::move(one);
    });
    return common.value_or(Traits());
  }

  /// Adds what holds besides.
  static void both(Traits& traits, Traits more) {
    for (auto& [pointer, values] : more.fixed) {
      const auto [known, fresh] = traits.fixed.try_emplace(pointer, values);
      if (!fresh) {
        const auto gone = [&values = values](const std::string& value) {
          return std::find(values.begin(), values.end(), value) == values.end();
        };
        auto& kept = known->second;
        kept.erase(std::remove_if(kept.begin(), kept.end(), gone), kept.end());
        if (kept.empty()) {
          traits.fixed.erase(known);  // Nothing satisfies both: no message can be told by it.
        }
      }
    }
    traits.required.merge(more.required);
    traits.allowed = traits.allowed ? std::move(traits.allowed) : std::move(more.allowed);
  }

  Sources& sources_;
  std::size_t steps_ = 0;
};

}  // namespace

Traits traits_of(Sources& sources, const Site& schema) {
  return TraitFinder(sources).find(schema, "", 0);
}

}  // namespace whydrop::asyncapi
