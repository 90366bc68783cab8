// Documents that hold schemas, or none, and are none themselves.
#include "schema/kinds.hpp"

#include "json/yaml.hpp"

#include <utility>

#include <gtest/gtest.h>

namespace whydrop::schema {
namespace {

std::string kind_of(std::string_view text) {
  json::Json parsed;
  EXPECT_FALSE(parsed.parse(text)) << text;
  const auto kind = other_kind(parsed.root());
  return kind ? kind->what + " | " + kind->entry : "";
}

TEST(Kinds, AreNamedWithAWayToASchema) {
  const std::pair<const char*, const char*> rows[] = {
      {R"({"asyncapi":"3.0.0","channels":{"a/b":{"messages":{"ping":{"payload":{"type":"object"}}}}}})",
       "an AsyncAPI 3.0.0 document | /channels/a~1b/messages/ping/payload"},
      {R"({"asyncapi":"2.6.0","info":{}})", "an AsyncAPI 2.6.0 document | "},
      {R"({"openapi":"3.1.0","components":{"schemas":{"Pet":{}}}})",
       "an OpenAPI 3.1.0 document | /components/schemas/Pet"},
      {R"({"swagger":"2.0","definitions":{"Pet":{}}})", "a Swagger 2.0 document | /definitions/Pet"},
      {R"({"whydrop_profile":1,"messages":{"client":{"a":{"schema":{"type":"object"}}}}})",
       "a profile of whydrop | /messages/client/a/schema"},
      {R"({"log":{"entries":[]}})", "a HAR | "},
      {R"({"name":"x","version":"1.0.0"})",
       "an object that has none of a schema's keywords, and as a schema would allow everything | "},
      {R"({"type":"object"})", ""},
      {R"({"$defs":{"a":{}},"$ref":"#/$defs/a"})", ""},
      {R"({"title":"anything"})", ""},
      {"{}", ""},
      {"true", ""},
  };
  for (const auto& [text, expected] : rows) {
    EXPECT_EQ(kind_of(text), expected) << text;
  }
}

TEST(Yaml, IsToldFromBrokenJson) {
  for (const char* yaml :
       {"asyncapi: 3.0.0\ninfo: {}\n", "---\na: 1\n", "# comment\n\nopenapi: 3.1.0\n", "key:\n  - a\n"}) {
    EXPECT_TRUE(json::looks_like_yaml(yaml)) << yaml;
  }
  for (const char* other : {"{\"a\": 1", "[1, 2", "", "hello", "<html>", "a:b", "{a: 1}"}) {
    EXPECT_FALSE(json::looks_like_yaml(other)) << other;
  }
}

}  // namespace
}  // namespace whydrop::schema
