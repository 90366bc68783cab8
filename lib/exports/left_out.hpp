#pragma once

#include "base/text.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::exports {

/// Counts what a format has no place for.
class LeftOut {
 public:
  /// `one`, `many`: what it is, as in "message that is not UTF-8"; `what`: what became of it.
  void add(std::string_view one, std::string_view many, std::string_view what) {
    auto& row = rows_[std::string(one)];
    ++row.count;
    row.many = many;
    row.what = what;
  }
  std::vector<std::string> lines() const {
    std::vector<std::string> all;
    for (const auto& [one, row] : rows_) {
      all.push_back(counted(row.count, one, row.many) + std::string(row.what));
    }
    return all;
  }

 private:
  struct Row {
    std::uint64_t count = 0;
    std::string_view many, what;
  };
  std::map<std::string, Row> rows_;
};

}  // namespace whydrop::exports
