// Invariant: any bytes are JSON or refused at a place inside them, and what is read by an index is what RapidJSON reads
// by itself; what is JSON comes back from its own text the same, each of its values is found by its pointer and located
// in the text, and an edit leads to JSON that holds what was set.
#include "base/utf8.hpp"
#include "fuzz/require.hpp"
#include "json/json.hpp"
#include "json/node.hpp"
#include "json/tree.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace whydrop;
using fuzz::require;

/// Pointers of some values below the root, the first ones at each level.
std::vector<std::string> pointers_of(json::Value root) {
  constexpr std::size_t kMost = 50, kWide = 4;
  std::vector<std::pair<json::Value, std::string>> left{{root, ""}};
  for (std::size_t i = 0; i < left.size() && left.size() < kMost; ++i) {
    const auto [value, pointer] = left[i];
    for (std::size_t n = 0; n < value.size() && n < kWide; ++n) {
      if (value.is(json::Type::array)) {
        left.emplace_back(value.item(n), pointer + "/" + std::to_string(n));
      } else {
        const auto key = value.member(n).first;
        left.emplace_back(*value.find(key), pointer + "/" + json::escape_step(key));
      }
    }
  }
  std::vector<std::string> pointers;
  for (auto& row : left) {
    pointers.push_back(std::move(row.second));
  }
  return pointers;
}

void require_readable(std::string_view text, json::Value expected, const char* what) {
  json::Json again;
  require(!again.parse(text) && json::equal(again.root(), expected), what);
}

void use(std::string_view text, json::Value root) {
  require(json::equal(root, root), "a value is equal to itself");
  require_readable(root.text(), root, "the text of a value is that value");
  require_readable(json::pretty(root), root, "the pretty text of a value is that value");
  require(json::is_compact(root.text()), "a value's text is compact");
  for (const std::string& pointer : pointers_of(root)) {
    require(root.at(pointer).has_value(), "a value is found by its pointer");
    require(json::locate(text, pointer).has_value(), "a value has a place in its text");
    if (const auto edited = json::with(text, pointer, "[17]")) {
      json::Json parsed;
      require(!parsed.parse(*edited), "an edit leads to JSON");
      const auto there = parsed.root().at(pointer);
      require(there && there->text() == "[17]", "what was set is there");
    }
  }
}

/// For RapidJSON a zero byte ends a text, and half a byte order mark may stand before it.
void require_as_rapidjson(std::string_view text, bool is_json, json::Value root) {
  rapidjson::Document theirs;
  const bool is_theirs = json::parse_tree(text, theirs).why.empty();
  const bool is_text = is_utf8(text) && text.find('\0') == std::string_view::npos;
  require(is_json == (is_theirs && is_text), "JSON is what RapidJSON takes for it");
  require(!is_json || root.text() == json::value_of(theirs).text(), "a value is what RapidJSON reads");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static json::Json parsed;  // again and again: what is kept of one text must not show in the next
  const auto fault = parsed.parse(text);
  require_as_rapidjson(text, !fault, parsed.root());
  if (fault) {
    require(fault->offset <= size && !fault->why.empty(), "a fault has a place and words");
    const json::Place place = json::place_of(text, fault->offset);
    require(place.line >= 1 && place.column >= 1, "a place counts from 1");
  } else {
    use(text, parsed.root());
  }
  (void)json::value_or_string(text);
  (void)json::is_compact(text);
  return 0;
}
