// Internal: walks through a text.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace whydrop::json {

/// Walks through a text that is well-formed JSON, without building anything.
class Scanner {
 public:
  Scanner(std::string_view text, std::size_t at) : text_(text), at_(at) { skip_space(); }

  std::size_t at() const { return at_; }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  /// Goes behind one character and the space after it.
  void take() {
    ++at_;
    skip_space();
  }

  /// Goes behind the string that begins here; its raw text with quotes.
  std::string_view string() {
    const std::size_t begin = at_;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      at_ += text_[at_] == '\\' ? 1 : 0;
    }
    const std::size_t end = std::min(at_ + 1, text_.size());
    take();
    return text_.substr(begin, end - begin);
  }

  /// Goes behind the value that begins here.
  void value() {
    std::size_t depth = 0;
    do {
      const char c = peek();
      if (c == '"') {
        string();
      } else {
        depth += c == '{' || c == '[' ? 1 : 0;
        depth -= c == '}' || c == ']' ? 1 : 0;
        if (c == '{' || c == '[' || c == '}' || c == ']' || c == ',' || c == ':') {
          take();
        } else {
          at_ = std::min(text_.find_first_of(",]} \t\r\n", at_), text_.size());
          skip_space();
        }
      }
    } while (depth > 0 && at_ < text_.size());
  }

 private:
  void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

  std::string_view text_;
  std::size_t at_;
};

}  // namespace whydrop::json
