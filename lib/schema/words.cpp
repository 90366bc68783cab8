#include "schema/words.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace whydrop::schema {
namespace {

constexpr std::size_t kMostShown = 48;

}  // namespace

std::string short_text(const Node& value) {
  if (value.IsString()) {
    // No more of a long text is read than can be shown.
    const std::string shown = elide(json::text_of(value), kMostShown);
    return escape_for_terminal(json::quote(shown));
  }
  if (value.IsObject() || value.IsArray()) {
    const bool few = value.IsArray() ? value.Size() <= 4 : value.MemberCount() <= 2;
    const bool flat = few && json::value_of(value).text().size() <= kMostShown;
    return flat ? escape_for_terminal(json::value_of(value).text()) : value.IsArray() ? "[…]" : "{…}";
  }
  return json::value_of(value).text();
}

std::string found_words(const Node& value) {
  if (value.IsArray()) {
    return "an array of " + counted(value.Size(), "item");
  }
  if (value.IsObject()) {
    return "an object of " + counted(value.MemberCount(), "member");
  }
  const std::string_view type = json::name(json::value_of(value).type());
  return value.IsNull() ? "null" : fmt::format("a {}, {}", type, short_text(value));
}

std::string joined_or(const std::vector<std::string>& words) {
  std::vector<std::string> once;
  for (const std::string& word : words) {
    if (std::find(once.begin(), once.end(), word) == once.end()) {
      once.push_back(word);
    }
  }
  std::string out;
  for (std::size_t i = 0; i < once.size(); ++i) {
    out += i == 0 ? "" : i + 1 == once.size() ? " or " : ", ";
    out += once[i];
  }
  return out;
}

std::string type_words(std::uint8_t allowed) {
  constexpr std::array<std::pair<std::uint8_t, std::string_view>, 7> kWords{{{types::kString, "a string"},
                                                                             {types::kNumber, "a number"},
                                                                             {types::kInteger, "a whole number"},
                                                                             {types::kBoolean, "true or false"},
                                                                             {types::kObject, "an object"},
                                                                             {types::kArray, "an array"},
                                                                             {types::kNull, "null"}}};
  std::vector<std::string> words;
  for (const auto& [bit, word] : kWords) {
    const bool covered = bit == types::kInteger && (allowed & types::kNumber) != 0;
    if ((allowed & bit) != 0 && !covered) {
      words.emplace_back(word);
    }
  }
  return words.empty() ? "nothing" : joined_or(words);
}

std::string values_words(const std::vector<Node>& values) {
  constexpr std::size_t kMostValues = 12;
  std::string out;
  for (std::size_t i = 0; i < std::min(values.size(), kMostValues); ++i) {
    out += (i == 0 ? "" : ", ") + short_text(values[i]);
  }
  if (values.size() > kMostValues) {
    out += fmt::format(" … ({} more)", values.size() - kMostValues);
  }
  return values.empty() ? "nothing" : values.size() == 1 ? out : "one of " + out;
}

std::string bound_words(const Bound& bound) {
  constexpr std::array<std::string_view, 4> kWords = {"at least ", "more than ", "at most ", "less than "};
  return std::string(kWords[static_cast<std::size_t>(bound.op)]) + short_text(bound.number);
}

}  // namespace whydrop::schema
