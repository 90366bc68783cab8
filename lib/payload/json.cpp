#include "payload/json.hpp"

#include <algorithm>
#include <cstddef>

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

namespace whydrop::payload {
namespace {

constexpr std::string_view kTooDeep = "not JSON: too deep";

/// Accepts any value, but only so deep.
class DepthGuard : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, DepthGuard> {
 public:
  bool Default() { return true; }
  bool StartObject() { return enter(); }
  bool StartArray() { return enter(); }
  bool EndObject(rapidjson::SizeType) { return leave(); }
  bool EndArray(rapidjson::SizeType) { return leave(); }

 private:
  bool enter() { return ++depth_ <= kMaxJsonDepth; }
  bool leave() {
    --depth_;
    return true;
  }
  unsigned depth_ = 0;
};

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// One past the end of the string that opens at `at`; the end of `text` if it is cut.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return text.size();
}

bool is_scalar(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '+' || c == '.';
}

std::size_t end_of_scalar(std::string_view text, std::size_t at) {
  while (at < text.size() && is_scalar(text[at])) {
    ++at;
  }
  return at;
}

bool colon_follows(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) {
    ++at;
  }
  return at < text.size() && text[at] == ':';
}

Ink ink_of_scalar(char first) {
  return (first >= '0' && first <= '9') || first == '-' ? Ink::yellow : Ink::magenta;
}

}  // namespace

std::string json_fault(std::string_view text) {
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::Reader reader;
  DepthGuard guard;
  constexpr unsigned kFlags =
      rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag | rapidjson::kParseNumbersAsStringsFlag;
  const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, guard);
  if (!result.IsError()) {
    return {};
  }
  if (result.Code() == rapidjson::kParseErrorTermination) {
    return std::string(kTooDeep);
  }
  std::string why = rapidjson::GetParseError_En(result.Code());
  if (!why.empty() && why.back() == '.') {
    why.pop_back();
  }
  return "not JSON: " + why + " at byte " + std::to_string(result.Offset());
}

bool is_too_deep(std::string_view text) {
  const auto opens = [](char c) { return c == '[' || c == '{'; };
  // Counting is cheap, and hardly any message passes it.
  return looks_like_json(text) && std::count_if(text.begin(), text.end(), opens) > std::ptrdiff_t{kMaxJsonDepth} &&
         json_fault(text) == kTooDeep;
}

bool looks_like_json(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size() && is_space(text[i])) {
    ++i;
  }
  return i < text.size() && (text[i] == '{' || text[i] == '[');
}

void append_json(std::string& out, std::string_view text, const Brush& brush) {
  if (!brush.color()) {
    out += text;
    return;
  }
  std::size_t i = 0;
  while (i < text.size()) {
    if (text[i] == '"') {
      const std::size_t end = end_of_string(text, i);
      brush.paint(out, colon_follows(text, end) ? Ink::blue : Ink::green, text.substr(i, end - i));
      i = end;
    } else if (is_scalar(text[i])) {
      const std::size_t end = end_of_scalar(text, i);
      brush.paint(out, ink_of_scalar(text[i]), text.substr(i, end - i));
      i = end;
    } else {
      out += text[i++];
    }
  }
}

std::string pretty_json(std::string_view text) {
  const std::string compact = compact_json(text);
  std::string out;
  out.reserve(compact.size() * 2);
  std::size_t level = 0;
  const auto new_line = [&] {
    out += '\n';
    out.append(2 * level, ' ');
  };
  for (std::size_t i = 0; i < compact.size();) {
    const char c = compact[i];
    const std::size_t end = c == '"' ? end_of_string(compact, i) : i + 1;
    const bool closes = c == '}' || c == ']';
    const bool opened = i > 0 && (compact[i - 1] == '{' || compact[i - 1] == '[');
    if (closes) {
      level -= level > 0 ? 1 : 0;
    }
    if (closes != opened || (i > 0 && compact[i - 1] == ',')) {
      new_line();
    }
    out.append(compact, i, end - i);
    out += c == ':' ? " " : "";
    level += c == '{' || c == '[' ? 1 : 0;
    i = end;
  }
  return out;
}

std::string compact_json(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = text[i] == '"' ? end_of_string(text, i) : i + 1;
    if (!is_space(text[i])) {
      out += text.substr(i, end - i);
    }
    i = end;
  }
  return out;
}

}  // namespace whydrop::payload
