// The parts of the search, each alone.
#include "isolate/bisect.hpp"
#include "isolate/ddmin.hpp"
#include "isolate/sprt.hpp"

#include <cmath>
#include <cstdint>
#include <numeric>
#include <random>
#include <set>

#include <gtest/gtest.h>

namespace whydrop::isolate {
namespace {

struct DdminCase {
  std::string name;
  std::size_t parts;
  std::vector<std::set<std::size_t>> causes;    ///< each is enough
  std::vector<std::set<std::size_t>> expected;  ///< one of them
  std::size_t most_questions;
};

TEST(Ddmin, KeepsTheFewestThatDrop) {
  const std::vector<DdminCase> cases = {
      {"no part is needed", 8, {{}}, {{}}, 1},
      {"one of one", 1, {{0}}, {{0}}, 1},
      {"one of many", 1000, {{617}}, {{617}}, 21},
      {"the first", 16, {{0}}, {{0}}, 9},
      {"the last", 16, {{15}}, {{15}}, 9},
      {"two, side by side", 16, {{6, 7}}, {{6, 7}}, 20},
      {"two, far apart", 16, {{1, 14}}, {{1, 14}}, 70},
      {"either of two", 16, {{1}, {14}}, {{1}, {14}}, 9},
      {"all", 5, {{0, 1, 2, 3, 4}}, {{0, 1, 2, 3, 4}}, 21},
  };
  for (const DdminCase& test : cases) {
    Parts all(test.parts);
    std::iota(all.begin(), all.end(), std::size_t{0});
    std::size_t questions = 0;
    const Parts found = ddmin(all, [&](const std::vector<Parts>& kept) -> std::optional<std::size_t> {
      for (std::size_t i = 0; i < kept.size(); ++i) {
        ++questions;
        const bool drops = std::any_of(test.causes.begin(), test.causes.end(), [&](const auto& cause) {
          return std::includes(kept[i].begin(), kept[i].end(), cause.begin(), cause.end());
        });
        if (drops) {
          return i;
        }
      }
      return std::nullopt;
    });
    const std::set<std::size_t> as_set(found.begin(), found.end());
    EXPECT_NE(std::find(test.expected.begin(), test.expected.end(), as_set), test.expected.end()) << test.name;
    EXPECT_LE(questions, test.most_questions) << test.name;
  }
}

struct BisectCase {
  Bound bound;
  std::int64_t step, first_that_drops;
  Bound expected;
  int most_questions;
};

TEST(Bisect, NarrowsToOneStep) {
  const std::vector<BisectCase> cases = {
      {{0, 1'000'000}, 1, 65'537, {65'536, 65'537}, 20},
      {{1'000'000, 0}, 1, 65'537, {65'537, 65'536}, 20},  // the greater value lives
      {{0, 1}, 1, 1, {0, 1}, 0},
      {{0, 1000}, 100, 480, {437, 500}, 4},
      {{0, 1000}, 0, 480, {479, 480}, 10},
  };
  for (const BisectCase& test : cases) {
    int questions = 0;
    const Bound found = bisect(test.bound, test.step, [&](std::int64_t value) {
      ++questions;
      return std::optional((value >= test.first_that_drops) == (test.bound.drops > test.bound.lives));
    });
    EXPECT_EQ(found.lives, test.expected.lives);
    EXPECT_EQ(found.drops, test.expected.drops);
    EXPECT_LE(questions, test.most_questions);
  }
}

TEST(Bisect, EndsWhereNothingCanBeTold) {
  const Bound found = bisect({0, 100}, 1, [](std::int64_t) { return std::optional<bool>(); });
  EXPECT_EQ(found.lives, 0);
  EXPECT_EQ(found.drops, 100);
}

struct SprtCase {
  Rates rates;
  std::vector<bool> runs;
  std::optional<bool> expected;
};

TEST(Sprt, DecidesAtItsBounds) {
  const Rates steady, flaky{0.3, 0.03, 0.05, 0.05};
  const std::vector<SprtCase> cases = {
      {steady, {}, std::nullopt},
      {steady, {true}, true},
      {steady, {false}, false},
      {steady, {true, false}, std::nullopt},
      {flaky, {true}, std::nullopt},
      {flaky, {true, true}, true},
      {flaky, std::vector<bool>(9, false), std::nullopt},
      {flaky, std::vector<bool>(10, false), false},
  };
  for (const SprtCase& test : cases) {
    Sprt sprt(test.rates);
    for (const bool dropped : test.runs) {
      sprt.add(dropped);
    }
    EXPECT_EQ(sprt.decided(), test.expected) << test.runs.size();
  }
}

/// Wald's approximation of how many runs it takes with a share `p` of drops, where `right` is how often it then says
/// "drops".
double expected_runs(const Rates& rates, double p, double right) {
  const double upper = std::log((1 - rates.beta) / rates.alpha), lower = std::log(rates.beta / (1 - rates.alpha));
  const double step =
      p * std::log(rates.drops / rates.lives) + (1 - p) * std::log((1 - rates.drops) / (1 - rates.lives));
  return (right * upper + (1 - right) * lower) / step;
}

TEST(Sprt, ErrsNoMoreThanAskedAndTakesNoMoreRunsThanItMust) {
  std::mt19937 random(1);
  for (const double drops : {0.9, 0.5, 0.3, 0.1}) {
    const Rates rates{drops, drops / 10, 0.05, 0.05};
    for (const bool has_cause : {true, false}) {
      const double p = has_cause ? rates.drops : rates.lives;
      constexpr int kTimes = 4000;
      int wrong = 0;
      std::uint64_t runs = 0;
      for (int i = 0; i < kTimes; ++i) {
        Sprt sprt(rates);
        while (!sprt.decided()) {
          sprt.add(std::uniform_real_distribution<double>()(random) < p);
          ++runs;
        }
        wrong += *sprt.decided() == has_cause ? 0 : 1;
      }
      EXPECT_LE(wrong, kTimes * 0.06) << drops << has_cause;
      // A run cannot be had in parts: one that oversteps a bound is what the approximation leaves out.
      EXPECT_LE(static_cast<double>(runs) / kTimes, expected_runs(rates, p, has_cause ? 0.95 : 0.05) * 1.2 + 3)
          << drops << has_cause;
    }
  }
}

struct ChanceCase {
  Count a, b;
  double expected;
};

TEST(Chance, IsThatOfFishersTest) {
  const auto count = [](std::uint64_t drops, std::uint64_t alive) { return Count{drops, 0, alive, 0}; };
  const std::vector<ChanceCase> cases = {
      {count(0, 0), count(0, 0), 1},
      {count(3, 0), count(0, 3), 1.0 / 20},
      {count(5, 0), count(0, 5), 1.0 / 252},
      {count(3, 1), count(1, 3), 17.0 / 70},
      {count(9, 21), count(1, 29), 0.006091},
      {count(0, 5), count(5, 0), 1},
  };
  for (const ChanceCase& test : cases) {
    EXPECT_NEAR(chance_of(test.a, test.b), test.expected, 1e-4);
  }
}

}  // namespace
}  // namespace whydrop::isolate
