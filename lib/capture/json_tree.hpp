#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

namespace whydrop::capture {

/// RapidJSON's own functions recurse over what they are given; nothing deeper is let in.
inline constexpr std::size_t kMaxDepth = 1000;

/// Passes a parser's events on to `Target` until they nest too deep.
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

/// What became of a parse.
struct JsonFault {
  std::size_t offset = 0;
  std::string why;  ///< empty if it is well formed
};

// Full precision: a fraction that is written again must not drift.
inline constexpr unsigned kParseFlags =
    rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag | rapidjson::kParseFullPrecisionFlag;

/// Parses `text` into `tree`: iteratively, encoding checked, depth limited.
inline JsonFault parse_tree(std::string_view text, rapidjson::Document& tree) {
  rapidjson::MemoryStream bytes(text.data(), text.size());
  rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream> stream(bytes);
  JsonFault fault;
  auto generate = [&](rapidjson::Document& target) {
    DepthLimit<rapidjson::Document> limit(target);
    rapidjson::Reader reader;
    const auto result = reader.Parse<kParseFlags>(stream, limit);
    if (result.IsError()) {
      fault = {result.Offset(), limit.too_deep() ? "too deep" : rapidjson::GetParseError_En(result.Code())};
      if (fault.why.back() == '.') {
        fault.why.pop_back();
      }
    }
    return !result.IsError();
  };
  tree.Populate(generate);
  return fault;
}

}  // namespace whydrop::capture
