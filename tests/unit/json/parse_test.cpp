#include "json/json.hpp"

#include <gtest/gtest.h>

namespace whydrop::json {
namespace {

std::string nested(std::size_t levels) {
  return std::string(levels, '[') + std::string(levels, ']');
}

TEST(Parse, Faults) {
  using namespace std::string_view_literals;
  const struct {
    std::string_view text;
    std::size_t offset;
    std::string_view why;
  } rows[] = {
      {"", 0, "The document is empty"},
      {"{} x", 3, "The document root must not be followed by other values"},
      {"[1,]", 3, "a comma stands before this ]"},
      {"{\"a\":1, \n}", 9, "a comma stands before this }"},
      {"\"a", 2, "Missing a closing quotation mark in string"},
      {"\"a\nb\"", 2, "Invalid escape character in string"},
      {"\"\\ud800\"", 1, "The surrogate pair in string is invalid"},
      {R"(["\\ud8", "\ud83d\ude00\uDE00"])", 23, "The surrogate pair in string is invalid"},
      {R"({"\udc00": 1})", 2, "The surrogate pair in string is invalid"},
      {"[\"a\xff\"]", 3, "not UTF-8"},
      {"{}\0{}"sv, 2, "a zero byte"},
      {"\"a\0\""sv, 2, "Missing a closing quotation mark in string"},
      {"\xEF\xBB\xBF[x", 4, "Invalid value"},
      {"1e999", 0, "Number too big to be stored in double"},
      {"NaN", 0, "Invalid value"},
      {"// c\n1", 0, "Invalid value"},
  };
  Json json;
  for (const auto& row : rows) {
    const auto fault = json.parse(row.text);
    ASSERT_TRUE(fault) << row.text;
    EXPECT_EQ(fault->why, row.why) << row.text;
    EXPECT_EQ(fault->offset, row.offset) << row.text;
    EXPECT_TRUE(json.root().is(Type::null));
  }
}

TEST(Parse, DepthHasALimit) {
  Json json;
  EXPECT_FALSE(json.parse(nested(kMaxDepth)));
  EXPECT_EQ(json.root().text(), nested(kMaxDepth));
  EXPECT_TRUE(equal(json.root(), json.root()));
  const auto fault = json.parse(nested(kMaxDepth + 1));
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->why, "too deep");
  EXPECT_EQ(fault->offset, kMaxDepth);
  EXPECT_EQ(json.parse(std::string(1U << 20, '['))->why, "too deep");
}

TEST(Parse, TakesTextAfterText) {
  Json json;
  std::string large = "[";
  for (int i = 0; i < 100'000; ++i) {
    large += "\"item\",";
  }
  large += "1]";
  for (int round = 0; round < 3; ++round) {
    ASSERT_FALSE(json.parse(large));
    EXPECT_EQ(json.root().size(), 100'001U);
    EXPECT_EQ(json.root().item(99'999).string(), "item");
    ASSERT_FALSE(json.parse("\xEF\xBB\xBF{\"a\":\"\\u0041\\ud83d\\ude00\\u0000b\"}"));
    EXPECT_EQ(json.root().find("a")->string(), std::string_view("A\xF0\x9F\x98\x80\0b", 7));
    ASSERT_TRUE(json.parse("{"));
  }
}

TEST(Parse, FileNamesThePlace) {
  const auto wrong = parse_file("{\n  \"é\": x}", "a.json", ErrorKind::local);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message, "a.json:2:8: not JSON: Invalid value");
  EXPECT_EQ(wrong.error().kind, ErrorKind::local);
  EXPECT_EQ((*parse_file("[1]", "a.json", ErrorKind::usage))->root().size(), 1U);
}

}  // namespace
}  // namespace whydrop::json
