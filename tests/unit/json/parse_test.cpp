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
      {"[\"a\xff\"]", 3, "not UTF-8"},
      {"{}\0{}"sv, 2, "a zero byte"},
      {"\"a\0\""sv, 2, "Missing a closing quotation mark in string"},
      {"\xEF\xBB\xBF[x", 4, "Invalid value"},
      {"NaN", 0, "Invalid value"},
      {"[01]", 2, "Missing a comma or ']' after an array element"},
      {"[-]", 2, "Invalid value"},
      {"[1.]", 3, "Miss fraction part in number"},
      {"[tru]", 4, "Invalid value"},
      {"[1 2]", 3, "Missing a comma or ']' after an array element"},
      {R"({"a" 1})", 5, "Missing a colon after a name of object member"},
      {R"({a:1})", 1, "Missing a name for object member"},
      {R"({"a":1]})", 6, "Missing a comma or '}' after an object member"},
      {"[}", 1, "Invalid value"},
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

TEST(Parse, WhatCannotBeHeldIsTold) {
  constexpr std::string_view kHalf = " is half of a surrogate pair: taken for U+FFFD";
  constexpr std::string_view kBeyond = " is beyond the range of a double: taken for ";
  const struct {
    std::string_view text, value;
    std::vector<std::pair<std::size_t, std::string>> losses;
  } rows[] = {
      {R"("\ud800")", "\"\xEF\xBF\xBD\"", {{1, R"(\ud800)" + std::string(kHalf)}}},
      {R"(["\\ud8", "\ud83d\ude00\uDE00"])",
       "[\"\\\\ud8\",\"\xF0\x9F\x98\x80\xEF\xBF\xBD\"]",
       {{23, R"(\uDE00)" + std::string(kHalf)}}},
      {R"({"\udc00": 1})", "{\"\xEF\xBF\xBD\":1}", {{2, R"(\udc00)" + std::string(kHalf)}}},
      {"\xEF\xBB\xBF\"\\ud83dx\\u0041\"", "\"\xEF\xBF\xBDxA\"", {{4, R"(\ud83d)" + std::string(kHalf)}}},
      {R"("\ud83d\ud83d\ude00")", "\"\xEF\xBF\xBD\xF0\x9F\x98\x80\"", {{1, R"(\ud83d)" + std::string(kHalf)}}},
      {"[1e400]", "[1e308]", {{1, "1e400" + std::string(kBeyond) + "1e308"}}},
      {"{\"a\":-12.5E+999}", "{\"a\":-1e308}", {{5, "-12.5E+999" + std::string(kBeyond) + "-1e308"}}},
      {"[0e999, \"1e400\", 1e308]", "[0,\"1e400\",1e308]", {}},
  };
  Json json;
  for (const auto& row : rows) {
    ASSERT_FALSE(json.parse(row.text)) << row.text;
    EXPECT_EQ(json.root().text(), row.value) << row.text;
    std::vector<std::pair<std::size_t, std::string>> losses;
    for (const Fault& loss : json.losses()) {
      losses.emplace_back(loss.offset, loss.why);
    }
    EXPECT_EQ(losses, row.losses) << row.text;
  }
  ASSERT_FALSE(json.parse("1"));
  EXPECT_TRUE(json.losses().empty());
  EXPECT_TRUE(json.parse("[1e400, x]"));
  EXPECT_TRUE(json.parse(R"([1e400, "\ud8"zz"])"));
  EXPECT_TRUE(json.losses().empty());
  ASSERT_FALSE(json.parse('[' + std::string(1000, '9') + ']'));
  EXPECT_EQ(json.losses().size(), 1U);
}

TEST(Parse, Values) {
  const struct {
    std::string_view text, value;
  } rows[] = {
      {" [ 0 , -0,-1 ,\t42\n] ", "[0,0,-1,42]"},
      {"[999999999999999999,1000000000000000000,18446744073709551615]",
       "[999999999999999999,1000000000000000000,18446744073709551615]"},
      {"[-999999999999999999,-9223372036854775808]", "[-999999999999999999,-9223372036854775808]"},
      {"[18446744073709551616,-0.0,1.0,2.5,1e3,1E-2]", "[18446744073709553000.0,-0.0,1.0,2.5,1000.0,0.01]"},
      {"{}", "{}"},
      {"[ ]", "[]"},
      {R"({ "a" : { "b":[ {} , [] ] } , "":null })", R"({"a":{"b":[{},[]]},"":null})"},
      {R"([true,false,null,"true"])", R"([true,false,null,"true"])"},
      {R"({"a\"b":"\u0041\\","c":"\/"})", R"({"a\"b":"A\\","c":"/"})"},
      {"\"\x7F\u00C2\u0080\u2028\u061C\"", "\"\x7F\u00C2\u0080\u2028\u061C\""},
      {R"(["012345678901234567890123456789012345678901234567890123456789","ab\n",1])",
       R"(["012345678901234567890123456789012345678901234567890123456789","ab\n",1])"},
  };
  Json json;
  for (const auto& row : rows) {
    ASSERT_FALSE(json.parse(row.text)) << row.text;
    EXPECT_EQ(json.root().text(), row.value);
    const std::string cut(row.text.substr(0, row.text.find_last_not_of(' ')));
    EXPECT_TRUE(json.parse(cut)) << cut;
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
