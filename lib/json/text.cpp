#include "base/text.hpp"

#include "json/node.hpp"
#include "json/tree.hpp"

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace whydrop::json {

std::string Value::text() const {
  rapidjson::StringBuffer out;
  rapidjson::Writer<rapidjson::StringBuffer> writer(out);
  node_of(*this).Accept(writer);
  return {out.GetString(), out.GetSize()};
}

std::string plain_text(Value value) {
  return value.is(Type::string) ? std::string(value.string()) : value.text();
}

bool is_json_media_type(std::string_view name) {
  constexpr std::string_view kSuffix = "+json";
  const std::string type = lower_case(trim(name.substr(0, name.find(';'))));
  const bool suffixed =
      type.size() > kSuffix.size() && std::string_view(type).substr(type.size() - kSuffix.size()) == kSuffix;
  return type == "application/json" || type == "text/json" || suffixed;
}

std::string pretty(Value value) {
  rapidjson::StringBuffer out;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(out);
  writer.SetIndent(' ', 2);
  node_of(value).Accept(writer);
  return {out.GetString(), out.GetSize()};
}

std::string quote(std::string_view text) {
  rapidjson::StringBuffer out;
  rapidjson::Writer<rapidjson::StringBuffer> writer(out);
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  return {out.GetString(), out.GetSize()};
}

std::string value_or_string(std::string_view given) {
  Json json;
  return json.parse(given) ? quote(given) : std::string(given);
}

bool is_compact(std::string_view text) {
  bool inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      inside = !inside;
    } else if (inside && c == '\\') {
      ++i;
    } else if (!inside && (c == ' ' || c == '\t' || c == '\r' || c == '\n')) {
      return false;
    }
  }
  return true;
}

}  // namespace whydrop::json
