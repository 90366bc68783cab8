// Internal: for modules that read JSON with RapidJSON themselves.
#pragma once

#include "json/json.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

namespace whydrop::json {

/// Passes a parser's events on to `Target` until they nest deeper than kMaxDepth: RapidJSON's own functions recurse
/// over what they are given.
template <typename Target>
class DepthLimit {
 public:
  explicit DepthLimit(Target& target) : target_(target) {}
  bool too_deep() const { return depth_ > kMaxDepth; }

  bool Null() { return target_.Null(); }
  bool Bool(bool value) { return target_.Bool(value); }
  bool Int(int value) { return target_.Int(value); }
  bool Uint(unsigned value) { return target_.Uint(value); }
  bool Int64(int64_t value) { return target_.Int64(value); }
  bool Uint64(uint64_t value) { return target_.Uint64(value); }
  bool Double(double value) { return target_.Double(value); }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool copy) { return target_.RawNumber(text, size, copy); }
  bool String(const char* text, rapidjson::SizeType size, bool copy) { return target_.String(text, size, copy); }
  bool Key(const char* text, rapidjson::SizeType size, bool copy) { return target_.Key(text, size, copy); }
  bool StartObject() { return ++depth_ <= kMaxDepth && target_.StartObject(); }
  bool EndObject(rapidjson::SizeType members) {
    --depth_;
    return target_.EndObject(members);
  }
  bool StartArray() { return ++depth_ <= kMaxDepth && target_.StartArray(); }
  bool EndArray(rapidjson::SizeType items) {
    --depth_;
    return target_.EndArray(items);
  }

 private:
  Target& target_;
  std::size_t depth_ = 0;
};

// Full precision: a fraction that is written again must not drift.
inline constexpr unsigned kParseFlags =
    rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag | rapidjson::kParseFullPrecisionFlag;

/// True if a comma stands right before the bracket or brace at `offset`, which is where a parser gives up.
inline bool after_comma(std::string_view text, std::size_t offset) {
  if (offset >= text.size() || (text[offset] != '}' && text[offset] != ']')) {
    return false;
  }
  const std::size_t before = text.substr(0, offset).find_last_not_of(" \t\r\n");
  return before != std::string_view::npos && text[before] == ',';
}

/// What went wrong in `text`, in the parser's words but for what is typed wrong most often.
inline Fault fault_of(const rapidjson::ParseResult& result, std::string_view text, bool too_deep) {
  if (!too_deep && after_comma(text, result.Offset())) {
    return {result.Offset(), std::string("a comma stands before this ") + text[result.Offset()]};
  }
  Fault fault{result.Offset(), too_deep ? "too deep" : rapidjson::GetParseError_En(result.Code())};
  if (fault.why.back() == '.') {
    fault.why.pop_back();
  }
  return fault;
}

/// True for an error at something that JSON allows and a parser cannot hold: half of a surrogate pair, or a number that
/// no double holds. RFC 8259 sections 6 and 8.2.
inline bool is_loss(const rapidjson::ParseResult& result) {
  return result.Code() == rapidjson::kParseErrorStringUnicodeSurrogateInvalid ||
         result.Code() == rapidjson::kParseErrorNumberTooBig;
}
/// Where the second half of a surrogate pair stands alone in `json`, which is well formed but for that; npos if none
/// does. RapidJSON takes it for a character, and writes what is not UTF-8.
std::size_t find_lone_surrogate(std::string_view json);

/// `text`, as long as before, with what no parser can hold replaced by the nearest that can be held: "\ufffd" for half
/// of a surrogate pair, 1e308 for a number beyond that. Linear; well-formed JSON stays well formed.
struct Holdable {
  std::string text;
  std::vector<Fault> losses;  ///< at most kMostLosses
};
Holdable holdable(std::string_view text);

/// Parses `text` into `tree`: iteratively, encoding checked, depth limited; as Json::parse() what cannot be held.
inline Fault parse_tree(std::string_view text, rapidjson::Document& tree) {
  Fault fault;
  const auto generate = [&](rapidjson::Document& target, std::string_view given) {
    rapidjson::MemoryStream bytes(given.data(), given.size());
    rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream> stream(bytes);
    DepthLimit<rapidjson::Document> limit(target);
    rapidjson::Reader reader;
    const auto result = reader.Parse<kParseFlags>(stream, limit);
    fault = result.IsError() ? fault_of(result, given, limit.too_deep()) : Fault();
    return result;
  };
  bool lost = false;
  auto as_given = [&](rapidjson::Document& target) {
    const auto result = generate(target, text);
    lost = is_loss(result) || (!result.IsError() && find_lone_surrogate(text) != std::string_view::npos);
    return !result.IsError() && !lost;
  };
  tree.Populate(as_given);
  if (lost) {
    const Holdable held = holdable(text);
    auto as_held = [&](rapidjson::Document& target) { return !generate(target, held.text).IsError(); };
    tree.Populate(as_held);
  }
  return fault;
}

}  // namespace whydrop::json
