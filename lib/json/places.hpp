#pragma once

#include "json/json.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace whydrop::json {

class Scanner;

/// Where all values of one text stand, found in one pass: for many of them locate() would read the text as often.
class Places {
 public:
  /// `text`: well-formed JSON; of any other what comes before the fault.
  explicit Places(std::string_view text);
  /// As locate(): null where there is no such value.
  std::optional<Place> find(const std::string& pointer) const;

 private:
  void add_value(Scanner& scan, std::string pointer);

  struct Open {
    std::string pointer;
    std::size_t items;
    bool array;
  };
  std::string_view text_;
  std::unordered_map<std::string, std::size_t> offsets_;
  std::vector<std::size_t> lines_;  ///< where each begins
  std::vector<Open> open_;
};

}  // namespace whydrop::json
