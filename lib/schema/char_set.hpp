// Internal: sets of code points, as a class of a regular expression has them.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace whydrop::schema {

inline constexpr char32_t kLastCodePoint = 0x10FFFF;

/// Ranges of code points, and Unicode properties as RE2 writes them.
class CharSet {
 public:
  CharSet() = default;
  CharSet(std::initializer_list<std::pair<char32_t, char32_t>> ranges) : ranges_(ranges) {}

  void add(char32_t first, char32_t last) { ranges_.emplace_back(first, last); }
  /// False where it cannot be said: the complement of more than one property.
  bool add(const CharSet& other);
  /// As RE2 writes it: "\p{Lu}".
  void add_property(std::string property) { properties_.push_back(std::move(property)); }
  void negate() { negated_ = !negated_; }

  CharSet complement() const;
  /// True if every code point is in it.
  bool is_everything() const;
  /// As a class of RE2.
  std::string text() const;

 private:
  std::vector<std::pair<char32_t, char32_t>> merged() const;

  std::vector<std::pair<char32_t, char32_t>> ranges_;
  std::vector<std::string> properties_;
  bool negated_ = false;
};

}  // namespace whydrop::schema
