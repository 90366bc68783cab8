#include "json/json.hpp"

#include <gtest/gtest.h>

namespace whydrop::json {
namespace {

TEST(With, Table) {
  const struct {
    std::string_view text, pointer, value, expected;
  } rows[] = {
      {R"({"a":1,"b":2})", "/a", "3", R"({"a":3,"b":2})"},
      {R"({"a":1})", "/b", R"("x")", R"({"a":1,"b":"x"})"},
      {R"({})", "/routing/queueId", R"("q")", R"({"routing":{"queueId":"q"}})"},
      {R"({"a":[1,2]})", "/a/1", "[]", R"({"a":[1,[]]})"},
      {R"({"a":[1]})", "/a/-", "2", R"({"a":[1,2]})"},
      {R"({"a":[]})", "/a/-/b", "2", R"({"a":[{"b":2}]})"},
      {R"({"a/b":{"~":1}})", "/a~1b/~0", "2", R"({"a/b":{"~":2}})"},
      {R"({"a":1,"a":2})", "/a", "3", R"({"a":1,"a":3})"},
      {R"({"":1})", "/", "2", R"({"":2})"},
      {"[1]", "", "null", "null"},
      {R"({"n":18446744073709551615})", "/x", "9007199254740993", R"({"n":18446744073709551615,"x":9007199254740993})"},
  };
  for (const auto& row : rows) {
    const auto result = with(row.text, row.pointer, row.value);
    ASSERT_TRUE(result) << row.text << row.pointer << result.error().message;
    EXPECT_EQ(*result, row.expected);
  }
}

TEST(With, Errors) {
  const std::string deep = [] {
    std::string steps;
    for (int i = 0; i < 1001; ++i) {
      steps += "/a";
    }
    return steps;
  }();
  const struct {
    std::string_view text, pointer, value, message, hint;
  } rows[] = {
      {"{", "/a", "1", "cannot set /a: the text is not JSON: Missing a name for object member", ""},
      {"{}", "/a", "x", "cannot set /a: the value is not JSON: Invalid value", ""},
      {"{}",
       "a",
       "1",
       "cannot set a: not a JSON Pointer",
       "it begins with /, and ~ is written ~0, / ~1, as in /routing/queueId"},
      {"{}",
       "/a~2",
       "1",
       "cannot set /a~2: not a JSON Pointer",
       "it begins with /, and ~ is written ~0, / ~1, as in /routing/queueId"},
      {R"({"a":"x"})", "/a/b", "1", "cannot set /a/b: /a is neither object nor array but string", ""},
      {"1", "/a", "1", "cannot set /a: the message is neither object nor array but number", ""},
      {R"({"a":[1]})",
       "/a/b",
       "1",
       "cannot set /a/b: 'b' is no index of the array there",
       "items are numbered from 0; - appends one"},
      {R"({"a":[1]})",
       "/a/01",
       "1",
       "cannot set /a/01: '01' is no index of the array there",
       "items are numbered from 0; - appends one"},
      {R"({"a":[1]})", "/a/1", "1", "cannot set /a/1: the array there ends before it; its items: 1", "- appends one"},
      {"{}", deep, "1", "cannot set /a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/…: too deep", ""},
  };
  for (const auto& row : rows) {
    const auto result = with(row.text, row.pointer, row.value);
    ASSERT_FALSE(result) << row.text << row.pointer;
    EXPECT_EQ(result.error().message, row.message);
    EXPECT_EQ(result.error().hint, row.hint);
    EXPECT_EQ(result.error().kind, ErrorKind::usage);
  }
}

TEST(ValueOrString, Table) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"12", "12"},
      {"\"x\"", "\"x\""},
      {"hello", "\"hello\""},
      {"", "\"\""},
      {"{\"a\":", "\"{\\\"a\\\":\""},
      {"true", "true"},
      {"a\nb", "\"a\\nb\""},
  };
  for (const auto& [given, expected] : rows) {
    EXPECT_EQ(value_or_string(given), expected);
  }
}

}  // namespace
}  // namespace whydrop::json
