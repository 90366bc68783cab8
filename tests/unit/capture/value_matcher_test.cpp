// Known values in bytes, wherever they stand.
#include "capture/value_matcher.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace whydrop::capture {
namespace {

constexpr std::array<std::string_view, 4> kValues = {"key-8c1f2b", "correct-horse-battery", "cookie-value-42", "abab"};

ValueMatcher matcher() {
  ValueMatcher made;
  for (const std::string_view value : kValues) {
    made.add(std::string(value), std::string(value));
  }
  return made;
}

bool covers(const std::vector<Found>& found, std::size_t at, std::size_t length) {
  return std::any_of(
      found.begin(), found.end(), [&](const Found& it) { return it.at <= at && at + length <= it.at + it.length; });
}

/// Texts of whole values, their parts, and letters that they have: what a filter that skips bytes might jump over.
TEST(ValueMatcher, FindsEachValueWhereverItStands) {
  const ValueMatcher values = matcher();
  std::mt19937 random(7);
  const auto below = [&random](std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random);
  };
  constexpr std::string_view kLetters = "key-8c1f2bcorrect-horse-batteryabab 42{}\":,";
  std::size_t whole = 0;
  for (int i = 0; i < 5000; ++i) {
    std::string text;
    for (std::size_t parts = below(12); parts > 0; --parts) {
      const std::string_view value = kValues[below(kValues.size())];
      const std::size_t kind = below(4);
      text += kind == 0   ? std::string(value)
              : kind == 1 ? std::string(value.substr(0, below(value.size())))
              : kind == 2 ? std::string(value.substr(below(value.size())))
                          : std::string(below(20), kLetters[below(kLetters.size())]);
    }
    ValueMatcher::State state = 0;
    std::vector<Found> found;
    values.scan(text, state, true, found);
    for (const std::string_view value : kValues) {
      for (std::size_t at = text.find(value); at != std::string::npos; at = text.find(value, at + 1)) {
        EXPECT_TRUE(covers(found, at, value.size())) << value << " at " << at << " of " << text;
        ++whole;
      }
    }
  }
  EXPECT_GT(whole, 1000U);
}

TEST(ValueMatcher, FindsNothingInOtherText) {
  ValueMatcher::State state = 0;
  std::vector<Found> found;
  matcher().scan(R"({"keyboard":"correct","horse":"cookie-value-4","ab":"aba"})", state, true, found);
  EXPECT_TRUE(found.empty());
}

}  // namespace
}  // namespace whydrop::capture
