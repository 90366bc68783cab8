#pragma once

#include "capture/value_matcher.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace whydrop::capture {

/// Remembers the secret values that a client sent, so that they are known wherever they stand afterwards. Takes no
/// value below 6 characters, which may be anybody's word, and of all of them a bounded part: for each the automaton is
/// built anew.
class Learner {
 public:
  /// `value`: as it stands in JSON, a query or a header. Of RFC 7617's credentials the password is known as well.
  void note(const std::string& variable, std::string_view value);
  /// Adds to `values` what was noted since the last call; false if that is nothing.
  bool teach(ValueMatcher& values);
  /// A value was passed over because there were too many, and take_over_limit() did not say so yet.
  bool over_limit() const { return over_limit_; }
  /// True once.
  bool take_over_limit() { return std::exchange(over_limit_, false); }

 private:
  std::unordered_set<std::string> known_;
  std::size_t bytes_ = 0;  ///< of known_
  bool over_limit_ = false, told_ = false;
  std::vector<std::pair<std::string, std::string>> noted_;
};

}  // namespace whydrop::capture
