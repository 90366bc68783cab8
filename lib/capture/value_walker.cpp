#include "capture/value_walker.hpp"

#include <algorithm>
#include <utility>

namespace whydrop::capture {
namespace {

constexpr std::size_t kMostOpen = 256;
constexpr std::size_t kMostValue = 16U << 10;
constexpr std::size_t kMostName = 96;

bool is_open(char c) {
  return c == '{' || c == '[';
}

}  // namespace

bool is_json_number_char(char c) {
  return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

std::size_t StringEnd::find(std::string_view piece, std::size_t at) {
  closed = false;
  for (; at < piece.size(); ++at) {
    if (piece[at] == '\\') {
      ++slashes;
      continue;
    }
    const std::size_t run = std::exchange(slashes, 0);
    if (piece[at] != '"') {
      continue;
    }
    // Inside n JSON strings every quote has level = 2^n - 1 backslashes and each of the value's own counts level + 1.
    const bool outer = run < level || (run - level) % (level + 1) != 0;
    if (outer || (run - level) / (level + 1) % 2 == 0) {
      closed = true;
      return at - std::min(at, std::min(run, level));
    }
  }
  return at;
}

void ValueWalker::begin(std::string name, std::size_t level) {
  *this = ValueWalker();
  outer_ = std::move(name);
  name_ = outer_;
  end_.level = level;
  open_ = "?";
}

/// A bracket, a comma or a colon between values.
void ValueWalker::at_mark(char c) {
  if (is_open(c)) {
    if (open_ == "?") {
      open_ = c;
    } else if (open_.size() < kMostOpen) {
      open_ += c;
    } else {
      ++deeper_;
    }
    name_next_ = c == '{' && deeper_ == 0;
  } else if (c == '}' || c == ']') {
    deeper_ > 0 ? static_cast<void>(--deeper_) : open_.pop_back();
    name_next_ = false;
  } else if (c == ',') {
    name_next_ = open_.back() == '{' && deeper_ == 0;
  } else if (c == ':') {
    name_next_ = false;
  }
}

void ValueWalker::begin_string(bool is_name) {
  in_ = is_name ? In::name : In::string;
  end_.slashes = 0;
  value_.clear();
}

void ValueWalker::add(std::string_view piece, std::size_t at, std::size_t end, std::vector<Found>& found) {
  if (in_ != In::name && end > at) {
    found.push_back({at, end - at, name_, in_ == In::number ? '1' : 'x'});
  }
  if (value_.size() < kMostValue) {
    value_.append(piece.substr(at, end - at));
  }
}

void ValueWalker::close(const OnValue& on_value) {
  if (in_ == In::name) {
    name_ = value_.empty() || value_.size() > kMostName ? outer_ : value_;
    name_next_ = false;
  } else {
    on_value(name_, value_);
  }
  value_.clear();
  in_ = In::none;
}

std::size_t ValueWalker::go_on(std::string_view piece,
                               std::size_t at,
                               std::vector<Found>& found,
                               const OnValue& on_value) {
  if (in_ == In::number) {
    const auto begin = piece.begin() + static_cast<std::ptrdiff_t>(at);
    const auto end =
        static_cast<std::size_t>(std::find_if_not(begin, piece.end(), is_json_number_char) - piece.begin());
    add(piece, at, end, found);
    if (end < piece.size()) {
      close(on_value);
    }
    return end;
  }
  const std::size_t end = end_.find(piece, at);
  add(piece, at, end, found);
  if (!end_.closed) {
    return piece.size();
  }
  close(on_value);
  return std::min(piece.size(), piece.find('"', end) + 1);
}

std::size_t ValueWalker::walk(std::string_view piece,
                              std::size_t at,
                              std::vector<Found>& found,
                              const OnValue& on_value) {
  while (at < piece.size() && inside()) {
    if (in_ != In::none) {
      at = go_on(piece, at, found, on_value);
      continue;
    }
    const char c = piece[at];
    if (c == '"') {
      // The string around this JSON ends here.
      if (end_.slashes < end_.level) {
        open_.clear();
        return at;
      }
      begin_string(name_next_);
      ++at;
      continue;
    }
    end_.slashes = c == '\\' ? end_.slashes + 1 : 0;
    if ((c >= '0' && c <= '9') || c == '-') {
      in_ = In::number;
      value_.clear();
      continue;
    }
    at_mark(c);
    ++at;
  }
  return at;
}

}  // namespace whydrop::capture
