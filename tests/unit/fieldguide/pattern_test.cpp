#include "fieldguide/pattern.hpp"

#include <gtest/gtest.h>

namespace whydrop::fieldguide {
namespace {

struct Row {
  std::string_view pattern, text;
  bool matches;
  std::optional<std::uint64_t> limit, size;
};

TEST(pattern, matches_whole_texts) {
  const Row rows[] = {
      {"", "", true, {}, {}},
      {"", "a", false, {}, {}},
      {"a", "", false, {}, {}},
      {"too big", "too big", true, {}, {}},
      {"too big", "Too big", false, {}, {}},
      {"too big", "too big.", false, {}, {}},
      {"{size} > {limit}", "70000 > 65536", true, 65536, 70000},
      {"over {limit} B", "over 8,192 B", true, 8192, {}},
      {"over {limit}", "over many", false, {}, {}},
      {"over {limit}, {*}", "over 12, or so", true, 12, {}},
      {"{*}", "", true, {}, {}},
      {"id {*} gone", "id a gone b gone", true, {}, {}},
      {"{*}a{*}b", "xaxxab", true, {}, {}},
      {"{*}a{*}b", "xaxxabc", false, {}, {}},
      {"{limit}", "1234567890123456789", false, {}, {}},
      {"{limit}{*}", "12 ms", true, 12, {}},
  };
  for (const Row& row : rows) {
    const auto holes = match(row.pattern, row.text);
    EXPECT_EQ(row.matches, holes.has_value()) << row.pattern << " of " << row.text;
    EXPECT_EQ(row.limit, holes ? holes->limit : std::nullopt) << row.pattern;
    EXPECT_EQ(row.size, holes ? holes->size : std::nullopt) << row.pattern;
  }
}

TEST(pattern, counts_what_is_no_hole) {
  EXPECT_EQ(0U, literal_length("{*}{limit}{size}"));
  EXPECT_EQ(5U, literal_length("over {limit}"));
  EXPECT_EQ(2U, literal_length("{a"));
}

}  // namespace
}  // namespace whydrop::fieldguide
