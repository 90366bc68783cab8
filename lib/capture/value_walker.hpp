#pragma once

#include "capture/found.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::capture {

/// Told of each whole value: its name, and the value as it stands.
using OnValue = std::function<void(const std::string& name, std::string_view value)>;

/// Finds where a JSON string ends, in text that comes in pieces. In JSON that stands in a JSON string, every quote has
/// `level` backslashes before it: 1 in a string, 3 in a string of that …
struct StringEnd {
  std::size_t level = 0;
  std::size_t slashes = 0;  ///< just before where it stands
  bool closed = false;      ///< the end was found

  /// End of the content from `at` on, the closing quote's own backslashes left out; the piece's end where none is.
  std::size_t find(std::string_view piece, std::size_t at);
};

bool is_json_number_char(char c);

/// Finds all strings and numbers below an object or a list, in text that comes in pieces; names of members stay. Looks
/// for brackets and quotes and does not parse: where they do not match, it goes on to the end.
class ValueWalker {
 public:
  /// What is fed next begins with the opening bracket.
  void begin(std::string name, std::size_t level);
  bool inside() const { return !open_.empty(); }
  /// Goes on from `at`; adds to `found`. Returns where what is looked through ends in `piece`.
  std::size_t walk(std::string_view piece, std::size_t at, std::vector<Found>& found, const OnValue& on_value);

 private:
  enum class In : std::uint8_t { none, name, string, number };

  void at_mark(char c);
  void begin_string(bool is_name);
  std::size_t go_on(std::string_view piece, std::size_t at, std::vector<Found>& found, const OnValue& on_value);
  void add(std::string_view piece, std::size_t at, std::size_t end, std::vector<Found>& found);
  void close(const OnValue& on_value);

  std::string open_;        ///< brackets, the innermost last
  std::size_t deeper_ = 0;  ///< brackets past those that open_ holds
  In in_ = In::none;
  bool name_next_ = false;
  StringEnd end_;
  std::string outer_, name_;  ///< the secret's own name; of the member in hand
  std::string value_;         ///< what is known of the value in hand, bounded
};

}  // namespace whydrop::capture
