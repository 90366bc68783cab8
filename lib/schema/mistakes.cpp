#include "schema/mistakes.hpp"

#include "base/text.hpp"
#include "base/units.hpp"
#include "json/read.hpp"
#include "json/yaml.hpp"
#include "schema/schema.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include <fmt/format.h>

namespace whydrop::schema {

namespace {

// A text with more mistakes than this is of another kind altogether.
constexpr std::size_t kMost = 200;

/// The schema's own words for what a value must be, where they say it better than a pattern does.
std::string description_of(json::Value schema, const Fault& fault) {
  if (fault.keyword != "pattern" && fault.keyword != "propertyNames" && fault.keyword != "not") {
    return {};
  }
  // Inside of the keyword, or beside it, or beside the condition that it belongs to.
  std::string pointer = fault.schema;
  for (int level = 0; level < 3; ++level) {
    auto at = schema.at(pointer);
    if (at && at->find("$ref")) {
      at = schema.at(at->find("$ref")->string().substr(1));
    }
    const auto words = at ? at->find("description") : std::nullopt;
    if (words && words->is(json::Type::string)) {
      return std::string(words->string());
    }
    if (pointer.empty()) {
      break;
    }
    pointer.resize(pointer.rfind('/'));
  }
  return {};
}

/// A schema and the document that it was compiled from.
struct Compiled {
  explicit Compiled(std::string_view text) : schema(compile(text)) {}
  Result<Schema> compile(std::string_view text) {
    (void)document.parse(text);
    return Schema::compile(document, text, "schema", {});
  }
  json::Json document;
  Result<Schema> schema;
};

/// Each schema once: there are few, and thousands of files are held against one.
const Compiled& compiled(std::string_view text) {
  static std::mutex mutex;
  static std::map<std::string, std::unique_ptr<const Compiled>, std::less<>> known;
  const std::lock_guard<std::mutex> lock(mutex);
  auto found = known.find(text);
  if (found == known.end()) {
    found = known.emplace(text, nullptr).first;
    found->second = std::make_unique<const Compiled>(found->first);
  }
  return *found->second;
}

}  // namespace

std::vector<Mistake> read_document(std::string_view text, json::Json& document) {
  if (text.size() > json::kMostOfFile) {
    return {{json::Place(), "it is larger than " + format_size(json::kMostOfFile)}};
  }
  const auto fault = document.parse(text);
  if (!fault) {
    return {};
  }
  const bool yaml = json::looks_like_yaml(text);
  return {{json::place_of(text, fault->offset), yaml ? "it is YAML, not JSON" : "not JSON: " + fault->why}};
}

bool is_one_of(std::string_view name, const Names& known) {
  return std::find(known.begin(), known.end(), name) != known.end();
}

std::string did_you_mean(std::string_view name, const Names& known) {
  const auto near = nearest(name, known);
  return near ? fmt::format("; did you mean {}?", *near) : std::string();
}

Error first_of(const std::vector<Mistake>& mistakes, const std::string& path, std::string_view shown_by) {
  const Mistake& first = mistakes.front();
  const std::size_t more = mistakes.size() - 1;
  const std::string others = shown_by.empty() ? fmt::format("{} more in it", more)
                                              : fmt::format("{} more: {} {} shows all", more, shown_by, path);
  return {ErrorKind::usage,
          fmt::format("{}:{}:{}: {}", path, first.place.line, first.place.column, first.says),
          more == 0 ? std::string() : others};
}

void MistakeList::say(const std::string& pointer, std::string_view says, bool key) {
  if (mistakes_.size() >= kMost) {
    return;
  }
  std::string at = pointer;
  std::optional<json::Place> place = json::locate(text_, at, key);
  // What is missing is told at what should hold it.
  while (!place && !at.empty()) {
    at.resize(at.rfind('/'));
    place = json::locate(text_, at);
  }
  mistakes_.push_back({place.value_or(json::Place{}),
                       escape_for_terminal(fmt::format("{} {}", pointer.empty() ? "the document" : pointer, says))});
}

void MistakeList::name(const std::string& pointer, std::string_view name, const Names& known, std::string_view what) {
  if (!is_one_of(name, known)) {
    say(pointer, fmt::format("names no {}: {}{}", what, name, did_you_mean(name, known)));
  }
}

void MistakeList::key(const std::string& pointer, std::string_view name, const Names& known, std::string_view what) {
  if (!is_one_of(name, known)) {
    say(pointer, fmt::format("names no {}{}", what, did_you_mean(name, known)), true);
  }
}

void MistakeList::name_at(const std::string& pointer, const Names& known, std::string_view what) {
  const auto value = root_.at(pointer);
  if (value && value->is(json::Type::string)) {
    name(pointer, value->string(), known, what);
  }
}

void MistakeList::names_at(const std::string& pointer, const Names& known, std::string_view what) {
  const auto items = json::read::items(root_.at(pointer));
  for (std::size_t i = 0; i < items.size(); ++i) {
    name_at(under(pointer, i), known, what);
  }
}

void MistakeList::check_schema(std::string_view schema_text) {
  const auto& [document, schema] = compiled(schema_text);
  if (!schema) {
    say("", schema.error().message);
    return;
  }
  for (Fault& fault : schema->check(root_, kMost)) {
    if (fault.schema.find("/anyOf") != std::string::npos || fault.schema.find("/oneOf") != std::string::npos) {
      continue;  // what has one of several kinds is told by name
    }
    const bool of_key = fault.keyword == "additionalProperties" || fault.keyword == "propertyNames";
    if (const std::string words = description_of(document.root(), fault); !words.empty()) {
      fault.expected = words;
    }
    const std::string says = fault.says() + (fault.hint.empty() ? "" : "; " + fault.hint);
    const std::string_view subject = fault.instance.empty() ? "the value" : std::string_view(fault.instance);
    say(fault.instance, std::string_view(says).substr(std::min(subject.size() + 1, says.size())), of_key);
  }
}

void MistakeList::say_of_schema(const std::string& pointer, const Error& error) {
  // "<name>:line:column: why", of the keyword that does not compile.
  std::size_t line = 0, column = 0, why = 0;
  const std::string& message = error.message;
  const std::size_t number = message.find(':') + 1;
  const char* const begin = message.data();
  const char* const end = begin + message.size();
  const auto [colon, bad_line] = std::from_chars(begin + number, end, line);
  if (bad_line == std::errc() && colon != end && *colon == ':') {
    const auto [space, bad_column] = std::from_chars(colon + 1, end, column);
    why = bad_column == std::errc() ? static_cast<std::size_t>(space - begin) + 2 : 0;
  }
  if (why == 0 || why >= message.size()) {
    say(pointer, "does not compile: " + message);
  } else if (mistakes_.size() < kMost) {
    mistakes_.push_back({{line, column}, escape_for_terminal(std::string_view(message).substr(why))});
  }
}

void MistakeList::check_twice() {
  std::vector<std::pair<json::Value, std::string>> left{{root_, ""}};
  while (!left.empty()) {
    const auto [value, pointer] = std::move(left.back());
    left.pop_back();
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (value.is(json::Type::array)) {
        left.emplace_back(value.item(i), under(pointer, i));
        continue;
      }
      const auto [name, member] = value.member(i);
      const std::string below = under(pointer, name);
      if (!seen.insert(name).second) {
        say(below, "stands twice", true);
      }
      left.emplace_back(member, below);
    }
  }
}

std::vector<Mistake> MistakeList::all() {
  std::stable_sort(mistakes_.begin(), mistakes_.end(), [](const Mistake& a, const Mistake& b) {
    return std::pair(a.place.line, a.place.column) < std::pair(b.place.line, b.place.column);
  });
  return std::move(mistakes_);
}

std::string under(const std::string& pointer, std::string_view step) {
  return pointer + "/" + json::escape_step(step);
}

std::string under(const std::string& pointer, std::size_t index) {
  return pointer + "/" + std::to_string(index);
}

Names names_under(json::Value root, const std::string& pointer) {
  Names names;
  for (const auto& member : json::read::members(root.at(pointer))) {
    names.push_back(member.first);
  }
  return names;
}

}  // namespace whydrop::schema
