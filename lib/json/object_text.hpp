// JSON objects, written member by member.
#pragma once

#include "json/json.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::json {

class ObjectText {
 public:
  /// `json`: a JSON text.
  ObjectText& raw(std::string_view key, std::string_view json) {
    text_ += (text_.empty() ? "" : ",") + quote(key) + ":";
    text_ += json;
    ++size_;
    return *this;
  }
  ObjectText& text(std::string_view key, std::string_view value) { return raw(key, quote(value)); }
  bool empty() const { return size_ == 0; }
  /// How many members it has.
  std::size_t size() const { return size_; }
  std::string str() const { return "{" + text_ + "}"; }

 private:
  std::string text_;
  std::size_t size_ = 0;
};

/// `[a,b]` of values that are JSON.
inline std::string list_text(const std::vector<std::string>& values) {
  std::string out;
  for (const std::string& value : values) {
    out += (out.empty() ? "" : ",") + value;
  }
  return "[" + out + "]";
}

}  // namespace whydrop::json
