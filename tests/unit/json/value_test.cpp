#include "json/json.hpp"

#include <gtest/gtest.h>

namespace whydrop::json {
namespace {

/// `text` parsed; must be JSON.
Json parsed(std::string_view text) {
  Json json;
  const auto fault = json.parse(text);
  EXPECT_FALSE(fault) << text;
  return json;
}

TEST(Value, TypesAndNames) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"null", "null"},
      {"true", "boolean"},
      {"false", "boolean"},
      {"0", "number"},
      {"1.5", "number"},
      {"\"\"", "string"},
      {"[]", "array"},
      {"{}", "object"},
  };
  for (const auto& [text, type] : rows) {
    EXPECT_EQ(name(parsed(text).root().type()), type);
  }
}

TEST(Value, Integers) {
  const struct {
    std::string_view text;
    bool whole;
    std::int64_t value;
  } rows[] = {
      {"1", true, 1},
      {"-0", true, 0},
      {"1.0", true, 1},
      {"1e3", true, 1000},
      {"1.5", false, 0},
      {"9223372036854775807", true, INT64_MAX},
      {"9223372036854775808", true, INT64_MAX},
      {"-1e30", true, INT64_MIN},
      {"\"1\"", false, 0},
  };
  for (const auto& row : rows) {
    const Json json = parsed(row.text);
    EXPECT_EQ(json.root().is_integer(), row.whole) << row.text;
    EXPECT_EQ(json.root().integer(), row.value) << row.text;
  }
}

TEST(Value, OfAnotherTypeIsEmpty) {
  const Json json = parsed(R"(["x",{},7])");
  const Value root = json.root();
  EXPECT_FALSE(root.boolean());
  EXPECT_EQ(root.number(), 0);
  EXPECT_EQ(root.string(), "");
  EXPECT_EQ(root.item(0).size(), 0U);
  EXPECT_FALSE(root.find("0"));
  EXPECT_EQ(root.item(2).number(), 7);
}

TEST(Value, TextKeepsNumbers) {
  for (const char* text : {"9007199254740993",
                           "18446744073709551615",
                           "-9223372036854775808",
                           "0.1",
                           "1.7976931348623157e308",
                           "5e-324",
                           R"({"b":[null,true,"\"\\\n\u0001é"],"a":{}})"}) {
    EXPECT_EQ(parsed(text).root().text(), text);
  }
}

TEST(Value, Pretty) {
  EXPECT_EQ(pretty(parsed(R"({"a":[1,{"b":null}],"c":{}})").root()),
            "{\n  \"a\": [\n    1,\n    {\n      \"b\": null\n    }\n  ],\n  \"c\": {}\n}");
}

TEST(Value, At) {
  const Json json = parsed(R"({"foo":["bar","baz"],"":0,"a/b":1,"m~n":8,"d":1,"d":2})");
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"/foo", R"(["bar","baz"])"},
      {"/foo/1", R"("baz")"},
      {"/", "0"},
      {"/a~1b", "1"},
      {"/m~0n", "8"},
      {"/d", "2"},
  };
  for (const auto& [pointer, text] : rows) {
    const auto found = json.root().at(pointer);
    ASSERT_TRUE(found) << pointer;
    EXPECT_EQ(found->text(), text);
  }
  EXPECT_EQ(json.root().at("")->size(), 6U);
  for (const char* pointer : {"foo", "/foo/2", "/foo/01", "/foo/-", "/foo/", "/m~2n", "/m~", "/x", "/a~1b/c"}) {
    EXPECT_FALSE(json.root().at(pointer)) << pointer;
  }
}

TEST(Equal, Table) {
  const struct {
    std::string_view a, b;
    bool same;
  } rows[] = {
      {"1", "1.0", true},
      {"1", "true", false},
      {"0", "-0.0", true},
      {"9007199254740993", "9007199254740992.0", false},
      {"9007199254740992", "9007199254740992.0", true},
      {"18446744073709551615", "18446744073709551616.0", false},
      {"18446744073709551615", "-1", false},
      {"9223372036854775808", "9223372036854775808.0", true},
      {"-1", "-1.5", false},
      {"1e300", "1", false},
      {"true", "false", false},
      {R"({"a":1,"b":[2]})", R"({"b":[2.0],"a":1})", true},
      {R"({"a":1})", R"({"a":1,"b":1})", false},
      {R"({"a":1,"a":2})", R"({"a":2})", true},
      {"[1,2]", "[2,1]", false},
      {"[1]", "[1,1]", false},
      {R"("a\u0000")", R"("a")", false},
      {"null", "null", true},
  };
  for (const auto& row : rows) {
    const Json a = parsed(row.a), b = parsed(row.b);
    EXPECT_EQ(equal(a.root(), b.root()), row.same) << row.a << " " << row.b;
    EXPECT_EQ(equal(b.root(), a.root()), row.same) << row.b << " " << row.a;
  }
}

TEST(Equal, ManyMembers) {
  std::string up = "{\"\":0", down = "{";
  for (int i = 0; i < 100'000; ++i) {
    up += ",\"k" + std::to_string(i) + "\":1";
    down += "\"k" + std::to_string(99'999 - i) + "\":1,";
  }
  const Json a = parsed(up + "}"), b = parsed(down + "\"\":0}"), c = parsed(down + "\"\":1}");
  EXPECT_TRUE(equal(a.root(), b.root()));
  EXPECT_FALSE(equal(a.root(), c.root()));
}

TEST(IsCompact, Table) {
  const std::pair<std::string_view, bool> rows[] = {
      {R"({"a b":"c\" d"})", true},
      {R"({"a": 1})", false},
      {"[]\n", false},
      {" 1", false},
      {"", true},
      {R"("\\" )", false},
  };
  for (const auto& [text, compact] : rows) {
    EXPECT_EQ(is_compact(text), compact) << text;
  }
}

}  // namespace
}  // namespace whydrop::json
