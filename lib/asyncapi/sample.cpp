#include "asyncapi/sample.hpp"

#include "json/object_text.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace whydrop::asyncapi {
namespace {

using json::Type;

constexpr const char* kAnything = "null";
constexpr std::size_t kDeepest = 12, kMostParts = 1'000, kMostItems = 10, kLongest = 1'000;

/// What a schema says of one value, its allOf and the first of its choices included.
struct Outline {
  std::optional<std::string> value;  ///< given by const, enum, an example or a default; JSON
  std::string type, format;
  std::vector<std::pair<std::string, Site>> members;
  std::set<std::string> required;
  std::optional<Site> items;
  std::size_t least_items = 0, least_length = 0;
  double least = 0;
};

class Sampler {
 public:
  explicit Sampler(Sources& sources) : sources_(sources) {}

  std::string value(const Site& schema, std::size_t depth) {
    Outline outline;
    outline_of(schema, depth, outline);
    if (outline.value) {
      return *outline.value;
    }
    if (outline.type == "object" || (outline.type.empty() && !outline.members.empty())) {
      return object(outline, depth);
    }
    if (outline.type == "array") {
      return array(outline, depth);
    }
    if (outline.type == "integer" || outline.type == "number") {
      return std::to_string(static_cast<std::int64_t>(outline.least));
    }
    return outline.type == "boolean" ? "false" : outline.type == "string" ? text(outline) : kAnything;
  }

 private:
  void outline_of(const Site& given, std::size_t depth, Outline& outline) {
    const auto site = depth > kDeepest || ++parts_ > kMostParts ? std::nullopt : sources_.follow(given);
    if (!site || !site->value.is(Type::object)) {
      return;
    }
    const json::Value schema = site->value;
    take_value(schema, outline);
    if (const auto type = schema.find("type")) {
      const bool list = type->is(Type::array) && type->size() > 0;
      outline.type = std::string(list ? type->item(0).string() : type->string());
    }
    if (const auto format = schema.find("format")) {
      outline.format = std::string(format->string());
    }
    take_bounds(schema, outline);
    if (const auto members = Sources::own(*site, "properties")) {
      for (std::size_t i = 0; members->value.is(Type::object) && i < members->value.size(); ++i) {
        const auto [name, member] = members->value.member(i);
        outline.members.emplace_back(name, child(*members, name, member));
      }
    }
    outline.items = outline.items ? outline.items : Sources::own(*site, "items");
    take_branches(*site, depth, outline);
  }

  static void take_value(json::Value schema, Outline& outline) {
    for (const char* keyword : {"const", "enum", "examples", "default"}) {
      const auto found = outline.value ? std::nullopt : schema.find(keyword);
      const bool list = std::string_view(keyword) == "enum" || std::string_view(keyword) == "examples";
      if (found && !list) {
        outline.value = found->text();
      } else if (found && found->is(Type::array) && found->size() > 0) {
        outline.value = found->item(0).text();
      }
    }
  }

  static void take_bounds(json::Value schema, Outline& outline) {
    const auto required = schema.find("required");
    for (std::size_t i = 0; required && required->is(Type::array) && i < required->size(); ++i) {
      outline.required.emplace(required->item(i).string());
    }
    const auto number = [&](const char* keyword, double fallback) {
      const auto found = schema.find(keyword);
      return found && found->is(Type::number) ? found->number() : fallback;
    };
    const auto count = [&](const char* keyword, std::size_t most) {
      return static_cast<std::size_t>(std::clamp(number(keyword, 0), 0.0, static_cast<double>(most)));
    };
    constexpr double kMostNumber = 1e15;
    outline.least_items = std::max(outline.least_items, count("minItems", kMostItems));
    outline.least_length = std::max(outline.least_length, count("minLength", kLongest));
    outline.least =
        std::clamp(std::max(number("minimum", outline.least), number("exclusiveMinimum", outline.least - 1) + 1),
                   -kMostNumber,
                   kMostNumber);
  }

  void take_branches(const Site& site, std::size_t depth, Outline& outline) {
    for (const char* keyword : {"allOf", "oneOf", "anyOf"}) {
      const auto list = Sources::own(site, keyword);
      const std::size_t count = !list || !list->value.is(Type::array)  ? 0
                                : std::string_view(keyword) == "allOf" ? list->value.size()
                                                                       : std::min<std::size_t>(list->value.size(), 1);
      for (std::size_t i = 0; i < count; ++i) {
        outline_of(child(*list, std::to_string(i), list->value.item(i)), depth + 1, outline);
      }
    }
  }

  std::string object(const Outline& outline, std::size_t depth) {
    json::ObjectText out;
    std::set<std::string> written;
    for (const auto& [name, member] : outline.members) {
      const auto constant = Sources::own(member, "const");
      if ((constant || outline.required.count(name) > 0) && written.insert(name).second) {
        out.raw(name, constant ? constant->value.text() : value(member, depth + 1));
      }
    }
    for (const std::string& name : outline.required) {
      if (written.insert(name).second) {
        out.raw(name, kAnything);
      }
    }
    return out.str();
  }

  std::string array(const Outline& outline, std::size_t depth) {
    std::vector<std::string> items;
    for (std::size_t i = 0; i < outline.least_items; ++i) {
      items.push_back(outline.items && outline.items->value.is(Type::object) ? value(*outline.items, depth + 1)
                                                                             : kAnything);
    }
    return json::list_text(items);
  }

  static std::string text(const Outline& outline) {
    constexpr std::pair<std::string_view, std::string_view> kOfFormat[] = {
        {"date-time", "2026-01-01T00:00:00Z"},
        {"date", "2026-01-01"},
        {"time", "00:00:00Z"},
        {"uuid", "00000000-0000-4000-8000-000000000000"},
        {"uri", "https://example.org/"},
        {"email", "somebody@example.org"},
        {"ipv4", "192.0.2.1"},
        {"ipv6", "2001:db8::1"},
        {"hostname", "example.org"},
    };
    const auto* const row = std::find_if(
        std::begin(kOfFormat), std::end(kOfFormat), [&](const auto& each) { return each.first == outline.format; });
    std::string made(row == std::end(kOfFormat) ? std::string_view("text") : row->second);
    made.resize(std::max(made.size(), outline.least_length), 'x');
    return json::quote(made);
  }

  Sources& sources_;
  std::size_t parts_ = 0;
};

}  // namespace

std::string sample_of(Sources& sources, const Site& schema) {
  return Sampler(sources).value(schema, 0);
}

}  // namespace whydrop::asyncapi
