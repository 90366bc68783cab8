#include "replay/scalars.hpp"

#include "capture/json_text.hpp"
#include "json/json.hpp"

#include <algorithm>

namespace whydrop::replay {

/// Behind the closing quote of the string that begins at `from`.
std::size_t Scalars::end_of_string(std::size_t from) const {
  std::size_t at = from + 1;
  for (; at < text_.size() && text_[at] != '"'; ++at) {
    at += text_[at] == '\\' ? 1 : 0;
  }
  return std::min(at + 1, text_.size());
}

bool Scalars::next() {
  for (at_ = end_; at_ < text_.size(); ++at_) {
    switch (text_[at_]) {
    case ' ':
    case '\t':
    case '\r':
    case '\n':
    case ':':
      continue;
    case '{':
    case '[':
      levels_.push_back({text_[at_] == '[', 0, {}});
      in_value_ = text_[at_] == '[';
      continue;
    case '}':
    case ']':
      if (!levels_.empty()) {
        levels_.pop_back();
      }
      continue;
    case ',':
      in_value_ = levels_.empty() || levels_.back().array;
      if (in_value_ && !levels_.empty()) {
        ++levels_.back().index;
      }
      continue;
    default:
      break;
    }
    end_ = text_[at_] == '"' ? end_of_string(at_) : std::min(text_.find_first_of(",]} \t\r\n", at_), text_.size());
    end_ = std::max(end_, at_ + 1);
    if (in_value_ || levels_.empty() || text_[at_] != '"') {
      return true;
    }
    levels_.back().key = text_.substr(at_, end_ - at_);
    in_value_ = true;
    at_ = end_ - 1;
  }
  end_ = at_;
  return false;
}

std::string_view Scalars::content() {
  if (!is_string()) {
    return is_number() ? raw() : std::string_view();
  }
  std::string_view text;
  return capture::read_json_text(raw().substr(1), scratch_, text) ? text : std::string_view();
}

bool Scalars::is_far() const {
  constexpr std::size_t kMost = 1024;
  std::size_t size = levels_.size();
  for (const Level& level : levels_) {
    size += level.key.size();
  }
  return size > kMost;
}

std::string Scalars::pointer() const {
  std::string pointer, scratch;
  for (const Level& level : levels_) {
    pointer += '/';
    std::string_view key;
    if (level.array) {
      pointer += std::to_string(level.index);
    } else if (!level.key.empty() && capture::read_json_text(level.key.substr(1), scratch, key)) {
      pointer += json::escape_step(key);
    }
  }
  return pointer;
}

}  // namespace whydrop::replay
