#include "json/json.hpp"
#include "json/pointer.hpp"
#include "json/scanner.hpp"

#include <algorithm>

namespace whydrop::json {
namespace {

/// Where a child of the value at `from` begins, and its key.
struct Child {
  std::size_t key, value;
};

bool is_key(std::string_view raw, std::string_view step) {
  if (raw.find('\\') == std::string_view::npos) {
    return raw.substr(1, raw.size() - 2) == step;
  }
  Json key;
  return !key.parse(raw) && key.root().string() == step;
}

/// The last of equal keys, as Value::find has it.
std::optional<Child> find_member(std::string_view text, std::size_t from, std::string_view step) {
  Scanner scan(text, from);
  std::optional<Child> found;
  scan.take();
  while (scan.peek() == '"') {
    const std::size_t key = scan.at();
    const std::string_view raw = scan.string();
    scan.take();
    if (is_key(raw, step)) {
      found = Child{key, scan.at()};
    }
    scan.value();
    if (scan.peek() == ',') {
      scan.take();
    }
  }
  return found;
}

std::optional<Child> find_item(std::string_view text, std::size_t from, std::size_t index) {
  Scanner scan(text, from);
  scan.take();
  for (std::size_t i = 0; scan.peek() != ']' && scan.peek() != '\0'; ++i) {
    if (i == index) {
      return Child{scan.at(), scan.at()};
    }
    scan.value();
    if (scan.peek() == ',') {
      scan.take();
    }
  }
  return std::nullopt;
}

std::optional<Child> find_child(std::string_view text, std::size_t from, const Steps& steps) {
  const char opens = from < text.size() ? text[from] : '\0';
  if (opens == '{') {
    return find_member(text, from, steps.step());
  }
  const auto index = steps.index();
  return opens == '[' && index ? find_item(text, from, *index) : std::nullopt;
}

}  // namespace

Place place_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const std::size_t line_end = before.rfind('\n');
  const std::string_view line = line_end == std::string_view::npos ? before : before.substr(line_end + 1);
  const auto begins_code_point = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  Place place;
  place.line += static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
  place.column += static_cast<std::size_t>(std::count_if(line.begin(), line.end(), begins_code_point));
  return place;
}

std::optional<Place> locate(std::string_view text, std::string_view pointer, bool key) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  const std::size_t begin = text.substr(0, kByteOrderMark.size()) == kByteOrderMark ? kByteOrderMark.size() : 0;
  const std::size_t root = Scanner(text, begin).at();
  std::optional<Child> here = Child{root, root};
  Steps steps(pointer);
  while (here && steps.next()) {
    here = find_child(text, here->value, steps);
  }
  if (!here || !steps.well_formed()) {
    return std::nullopt;
  }
  return place_of(text, key ? here->key : here->value);
}

}  // namespace whydrop::json
