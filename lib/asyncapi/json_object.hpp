// Internal: JSON objects, written member by member.
#pragma once

#include "json/json.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace whydrop::asyncapi {

class JsonObject {
 public:
  JsonObject& raw(std::string_view key, std::string_view json) {
    out_ += (out_.empty() ? "" : ",") + json::quote(key) + ":";
    out_ += json;
    return *this;
  }
  JsonObject& text(std::string_view key, std::string_view value) { return raw(key, json::quote(value)); }
  bool empty() const { return out_.empty(); }
  std::string str() const { return "{" + out_ + "}"; }

 private:
  std::string out_;
};

/// `[a,b]` of values that are JSON.
inline std::string json_list(const std::vector<std::string>& values) {
  std::string out;
  for (const std::string& value : values) {
    out += (out.empty() ? "" : ",") + value;
  }
  return "[" + out + "]";
}

}  // namespace whydrop::asyncapi
