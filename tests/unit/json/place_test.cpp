#include "json/json.hpp"
#include "json/places.hpp"

#include <gtest/gtest.h>

namespace whydrop::json {
namespace {

constexpr std::string_view kText = R"({
  "a": [1, {"b": "}]"}, [ ]],
  "é\"": {"": true, "c" : null},
  "a": {"x~y": -1.5e3, "a/b": "\\"}
})";

TEST(Locate, Table) {
  const struct {
    std::string_view pointer;
    Place value, key;
  } rows[] = {
      {"", {1, 1}, {1, 1}},
      {"/a", {4, 8}, {4, 3}},
      {"/a/x~0y", {4, 16}, {4, 9}},
      {"/a/a~1b", {4, 31}, {4, 24}},
      {"/é\"", {3, 10}, {3, 3}},
      {"/é\"/", {3, 15}, {3, 11}},
      {"/é\"/c", {3, 27}, {3, 21}},
  };
  for (const auto& row : rows) {
    const auto value = locate(kText, row.pointer), key = locate(kText, row.pointer, true);
    ASSERT_TRUE(value && key) << row.pointer;
    EXPECT_EQ(std::make_pair(value->line, value->column), std::make_pair(row.value.line, row.value.column))
        << row.pointer;
    EXPECT_EQ(std::make_pair(key->line, key->column), std::make_pair(row.key.line, row.key.column)) << row.pointer;
  }
}

TEST(Locate, Items) {
  const std::string_view text = R"([[], {"a":"]"}, "x,", [1, [2 , 3]]])";
  const std::pair<std::string_view, std::size_t> rows[] = {
      {"/0", 2},
      {"/1", 6},
      {"/1/a", 11},
      {"/2", 17},
      {"/3", 23},
      {"/3/1", 27},
      {"/3/1/1", 32},
  };
  for (const auto& [pointer, column] : rows) {
    const auto place = locate(text, pointer);
    ASSERT_TRUE(place) << pointer;
    EXPECT_EQ(place->column, column) << pointer;
  }
}

TEST(Locate, WhatIsNotThere) {
  for (const char* pointer : {"/b", "/a/0", "/a/x~0y/z", "a", "/~", "/é\"/d", "/é\"/c/0"}) {
    EXPECT_FALSE(locate(kText, pointer)) << pointer;
  }
  EXPECT_FALSE(locate("[1]", "/1"));
  EXPECT_FALSE(locate("[1]", "/-"));
}

TEST(PlaceOf, CountsCodePoints) {
  const auto place = place_of("a\r\né𝄞x", 9);
  EXPECT_EQ(place.line, 2U);
  EXPECT_EQ(place.column, 3U);
  EXPECT_EQ(place_of("ab", 99).column, 3U);
}

TEST(EscapeStep, Table) {
  EXPECT_EQ(escape_step("a/b~c"), "a~1b~0c");
  EXPECT_EQ(escape_step(""), "");
}

TEST(Places, AreThoseThatLocateFinds) {
  const std::string text =
      "\xEF\xBB\xBF{\n \"a\": [1, {\"b/c\": \"\\\"]\"},\n  [[], {}]],\n\t\"\xC3\xBC~\": null, \"e\\u0041\": -1.5e3\n}";
  const Places places(text);
  for (const char* pointer :
       {"", "/a", "/a/0", "/a/1", "/a/1/b~1c", "/a/2", "/a/2/0", "/a/2/1", "/\xC3\xBC~0", "/eA", "/b", "/a/3"}) {
    const auto one = locate(text, pointer);
    const auto all = places.find(pointer);
    ASSERT_EQ(one.has_value(), all.has_value()) << pointer;
    if (one) {
      EXPECT_EQ(one->line, all->line) << pointer;
      EXPECT_EQ(one->column, all->column) << pointer;
    }
  }
}

}  // namespace
}  // namespace whydrop::json
