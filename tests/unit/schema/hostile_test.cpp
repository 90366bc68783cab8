// What neither schema nor message may do: overflow the stack, or take for ever.
#include "schema/schema.hpp"

#include <gtest/gtest.h>

namespace whydrop::schema {
namespace {

Result<Schema> compile(std::string_view text) {
  json::Json document;
  const auto fault = document.parse(text);
  return fault ? fail(ErrorKind::usage, fault->why) : Schema::compile(document, text, "s.json", {});
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) {
    out += text;
  }
  return out;
}

TEST(Hostile, NestingTooDeepIsAnError) {
  constexpr std::size_t kLevels = 10'000;
  EXPECT_EQ(compile(repeated("{\"not\":", kLevels) + "{}" + std::string(kLevels, '}')).error().message, "too deep");
  json::Json instance;
  EXPECT_EQ(instance.parse(std::string(kLevels, '[') + std::string(kLevels, ']'))->why, "too deep");
}

TEST(Hostile, DeepestSchemaAndMessage) {
  constexpr std::size_t kLevels = 990;
  const auto nots = compile(repeated("{\"not\":", kLevels) + "{}" + std::string(kLevels, '}'));
  ASSERT_TRUE(nots);
  json::Json instance;
  ASSERT_FALSE(instance.parse("1"));
  EXPECT_TRUE(nots->valid(instance.root()));

  const auto tree = compile(R"({"type":"array","items":{"anyOf":[{"allOf":[{"$ref":"#"}]},{"type":"null"}]}})");
  ASSERT_TRUE(tree);
  ASSERT_FALSE(instance.parse(std::string(kLevels, '[') + "null" + std::string(kLevels, ']')));
  EXPECT_TRUE(tree->valid(instance.root()));
  ASSERT_FALSE(instance.parse(std::string(kLevels, '[') + "1" + std::string(kLevels, ']')));
  EXPECT_FALSE(tree->valid(instance.root()));
  EXPECT_FALSE(tree->check(instance.root()).empty());
}

TEST(Hostile, LongChainOfReferencesIsBounded) {
  std::string text = "{\"definitions\":{";
  constexpr int kLinks = 100'000;
  for (int i = 0; i < kLinks; ++i) {
    text += "\"d" + std::to_string(i) + "\":{\"allOf\":[{\"$ref\":\"#/definitions/d" + std::to_string(i + 1) + "\"}]},";
  }
  text += "\"d" + std::to_string(kLinks) + "\":{}},\"$ref\":\"#/definitions/d0\"}";
  const auto schema = compile(text);
  ASSERT_TRUE(schema) << schema.error().message;
  json::Json instance;
  ASSERT_FALSE(instance.parse("1"));
  EXPECT_FALSE(schema->valid(instance.root()));
  const auto faults = schema->check(instance.root());
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].says(), "the value is too deep or too much for its schema; expected one that can be judged");
}

TEST(Hostile, LongChainOfBareReferencesIsFollowed) {
  constexpr int kLinks = 10'000;
  std::string text = R"({"definitions":{)", properties;
  for (int i = 0; i < kLinks; ++i) {
    text += "\"d" + std::to_string(i) + "\":{\"$ref\":\"#/definitions/d" + std::to_string(i + 1) + "\"},";
    properties +=
        (i == 0 ? "\"p" : ",\"p") + std::to_string(i) + R"(":{"$ref":"#/definitions/d)" + std::to_string(i) + "\"}";
  }
  text += "\"d" + std::to_string(kLinks) + R"(":{"type":"null"}},"properties":{)" + properties + "}}";
  const auto schema = compile(text);
  ASSERT_TRUE(schema) << schema.error().message;
  json::Json instance;
  ASSERT_FALSE(instance.parse(R"({"p0":null,"p9999":null})"));
  EXPECT_TRUE(schema->valid(instance.root()));
  ASSERT_FALSE(instance.parse(R"({"p0":1})"));
  EXPECT_FALSE(schema->valid(instance.root()));
}

TEST(Hostile, DoublingIsBounded) {
  std::string text = "{\"definitions\":{";
  for (int i = 0; i < 60; ++i) {
    const std::string next = "{\"$ref\":\"#/definitions/d" + std::to_string(i + 1) + "\"}";
    text += "\"d" + std::to_string(i) + "\":{\"anyOf\":[" + next + "," + next + "]},";
  }
  const auto schema = compile(text + "\"d60\":false},\"$ref\":\"#/definitions/d0\"}");
  ASSERT_TRUE(schema);
  json::Json instance;
  ASSERT_FALSE(instance.parse("1"));
  EXPECT_EQ(schema->check(instance.root())[0].keyword, "limit");
}

TEST(Hostile, LargeTextAgainstPatterns) {
  constexpr std::size_t kSize = 10U << 20;
  json::Json instance;
  ASSERT_FALSE(instance.parse("\"" + std::string(kSize, 'a') + "\""));
  const std::pair<std::string_view, bool> rows[] = {
      {R"({"pattern":"^(a+)+$"})", true},
      {R"({"pattern":"^(a|aa)+b"})", false},
      {R"({"pattern":"^a{0,5000}$"})", false},
      {R"({"pattern":"^[ab]{1,20000000}$"})", true},
      {R"({"maxLength":10485760})", true},
      {R"({"minLength":10485761})", false},
  };
  for (const auto& [text, expected] : rows) {
    const auto schema = compile(text);
    ASSERT_TRUE(schema) << text << schema.error().message;
    EXPECT_EQ(schema->valid(instance.root()), expected) << text;
    EXPECT_EQ(schema->check(instance.root()).empty(), expected) << text;
  }
}

TEST(Hostile, ManyItemsThatDiffer) {
  std::string text = "[";
  for (int i = 0; i < 200'000; ++i) {
    text += "{\"k\":" + std::to_string(i) + "},";
  }
  json::Json instance;
  ASSERT_FALSE(instance.parse(text + "0]"));
  const auto schema = compile(R"({"uniqueItems":true})");
  EXPECT_TRUE(schema->valid(instance.root()));
  ASSERT_FALSE(instance.parse(text + "{\"k\":7}]"));
  EXPECT_FALSE(schema->valid(instance.root()));
}

}  // namespace
}  // namespace whydrop::schema
