#include "compare/align.hpp"

#include <random>

#include <gtest/gtest.h>

namespace whydrop::compare {
namespace {

using Sequence = std::vector<std::size_t>;

/// The length of a longest common subsequence, by the table that everybody knows.
std::size_t longest(const Sequence& a, const Sequence& b) {
  std::vector<std::size_t> row(b.size() + 1), next(b.size() + 1);
  for (const std::size_t element : a) {
    for (std::size_t j = 0; j < b.size(); ++j) {
      next[j + 1] = element == b[j] ? row[j] + 1 : std::max(next[j], row[j + 1]);
    }
    row = next;
  }
  return row[b.size()];
}

void expect_sound(const Sequence& a, const Sequence& b, const Pairs& pairs) {
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    ASSERT_LT(pairs[i].first, a.size());
    ASSERT_LT(pairs[i].second, b.size());
    EXPECT_EQ(a[pairs[i].first], b[pairs[i].second]);
    if (i > 0) {
      EXPECT_LT(pairs[i - 1].first, pairs[i].first);
      EXPECT_LT(pairs[i - 1].second, pairs[i].second);
    }
  }
}

TEST(Align, FindsAsMuchAsThereIsWhereNothingOccursOnce) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    Sequence a(random() % 40), b(random() % 40);
    for (Sequence* sequence : {&a, &b}) {
      for (std::size_t& element : *sequence) {
        element = random() % 3;
      }
    }
    const Pairs pairs = align(a, b);
    expect_sound(a, b, pairs);
    EXPECT_LE(pairs.size(), longest(a, b));
    EXPECT_GE(pairs.size() + 3, longest(a, b));  // what occurs once is taken as it is
  }
}

TEST(Align, ABlockThatIsMissing) {
  Sequence a, b;
  for (std::size_t i = 0; i < 9000; ++i) {
    a.push_back(i % 5);
    if (i < 2000 || i >= 7000) {
      b.push_back(i % 5);
    }
  }
  const Pairs pairs = align(a, b);
  expect_sound(a, b, pairs);
  EXPECT_EQ(4000U, pairs.size());
}

TEST(Align, Nothing) {
  EXPECT_TRUE(align({}, {}).empty());
  EXPECT_TRUE(align({1}, {}).empty());
  EXPECT_TRUE(align({1}, {2}).empty());
}

}  // namespace
}  // namespace whydrop::compare
