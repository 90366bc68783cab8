#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::terminal {

/// As much of a terminal as a line editor needs: ASCII, the cursor's moves, erasing, inserting and deleting.
class Screen {
 public:
  explicit Screen(std::size_t columns) : columns_(columns) {}

  void feed(std::string_view bytes) {
    pending_ += bytes;
    while (!pending_.empty() && step()) {
    }
  }
  /// Lines without the blanks at their ends, and without empty lines at the end.
  std::vector<std::string> lines() const {
    std::vector<std::string> out = rows_;
    for (std::string& row : out) {
      row.erase(row.find_last_not_of(' ') + 1);
    }
    while (!out.empty() && out.back().empty()) {
      out.pop_back();
    }
    return out;
  }

 private:
  bool step() {
    const char c = pending_[0];
    if (c == '\x1b') {
      return escape();
    }
    if (c == '\r') {
      x_ = 0;
    } else if (c == '\n') {
      ++y_;
    } else if (c == '\b') {
      x_ -= x_ > 0 ? 1 : 0;
    } else if (c >= ' ') {
      put(c);
    }
    pending_.erase(0, 1);
    return true;
  }
  bool escape() {
    const std::size_t end =
        pending_.size() > 1 && pending_[1] == '[' ? pending_.find_first_not_of("0123456789;?", 2) : std::size_t{1};
    if (pending_.size() < 2 || end == std::string::npos) {
      return false;
    }
    const std::string arguments = end > 2 ? pending_.substr(2, end - 2) : std::string();
    if (end > 1) {
      control(pending_[end], arguments);
    }
    pending_.erase(0, end + 1);
    return true;
  }
  void control(char what, const std::string& arguments) {
    const int given = std::atoi(arguments.c_str());
    const auto n = static_cast<std::size_t>(std::max(1, given));
    switch (what) {
    case 'A':
      y_ -= std::min(n, y_);
      break;
    case 'C':
      x_ += n;
      break;
    case 'D':
      x_ -= std::min(n, x_);
      break;
    case 'J':
      row().resize(std::min(row().size(), x_));
      rows_.resize(y_ + 1);
      break;
    case 'K':
      row().resize(std::min(row().size(), x_));
      break;
    case '@':
      row().insert(std::min(x_, row().size()), n, ' ');
      break;
    case 'P':
      row().erase(std::min(x_, row().size()), n);
      break;
    case 'm':
    case 'h':
    case 'l':
      break;
    default:
      throw std::runtime_error(std::string("unknown control ") + arguments + what);
    }
  }
  void put(char c) {
    if (x_ == columns_) {
      x_ = 0;
      ++y_;
    }
    std::string& line = row();
    line.resize(std::max(line.size(), x_ + 1), ' ');
    line[x_++] = c;
  }
  std::string& row() {
    rows_.resize(std::max(rows_.size(), y_ + 1));
    return rows_[y_];
  }

  std::size_t columns_;
  std::string pending_;
  std::vector<std::string> rows_;
  std::size_t x_ = 0, y_ = 0;
};

}  // namespace whydrop::terminal
