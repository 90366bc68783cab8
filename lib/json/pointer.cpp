#include "json/pointer.hpp"

#include "json/json.hpp"

#include <algorithm>
#include <charconv>

namespace whydrop::json {

Steps::Steps(std::string_view pointer)
    : whole_(pointer), rest_(pointer), well_formed_(pointer.empty() || pointer.front() == '/') {}

bool Steps::next() {
  if (!well_formed_ || rest_.empty()) {
    return false;
  }
  rest_.remove_prefix(1);
  const std::size_t end = std::min(rest_.find('/'), rest_.size());
  step_ = rest_.substr(0, end);
  rest_.remove_prefix(end);
  well_formed_ = step_.find('~') == std::string_view::npos || unescape(step_);
  return well_formed_;
}

bool Steps::unescape(std::string_view raw) {
  unescaped_.clear();
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '~') {
      unescaped_ += raw[i];
    } else if (++i < raw.size() && (raw[i] == '0' || raw[i] == '1')) {
      unescaped_ += raw[i] == '0' ? '~' : '/';
    } else {
      return false;
    }
  }
  step_ = unescaped_;
  return true;
}

std::optional<std::size_t> Steps::index() const {
  std::size_t index = 0;
  const char* const end = step_.data() + step_.size();
  const auto [read, error] = std::from_chars(step_.data(), end, index);
  const bool plain = !step_.empty() && (step_.front() != '0' || step_.size() == 1);
  return error == std::errc() && read == end && plain ? std::optional<std::size_t>(index) : std::nullopt;
}

std::string unescape_step(std::string_view escaped) {
  const std::string pointer = "/" + std::string(escaped);
  Steps steps(pointer);
  return steps.next() ? std::string(steps.step()) : std::string(escaped);
}

std::string escape_step(std::string_view step) {
  std::string out;
  out.reserve(step.size());
  for (const char c : step) {
    if (c == '~' || c == '/') {
      out += c == '~' ? "~0" : "~1";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace whydrop::json
