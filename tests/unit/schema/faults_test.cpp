#include "schema/schema.hpp"

#include <gtest/gtest.h>

namespace whydrop::schema {
namespace {

/// `text` parsed; must be JSON.
json::Json parsed(std::string_view text) {
  json::Json out;
  EXPECT_FALSE(out.parse(text)) << text;
  return out;
}

Schema compiled(std::string_view text, const Options& options = {}) {
  auto schema = Schema::compile(parsed(text), text, "s.json", options);
  EXPECT_TRUE(schema) << schema.error().message;
  return std::move(*schema);
}

struct Row {
  std::string_view schema, instance, pointer, keyword, says, hint;
};

void expect_first_faults(const std::vector<Row>& rows) {
  Options options;
  options.check_formats = true;
  for (const Row& row : rows) {
    const Schema schema = compiled(row.schema, options);
    const json::Json instance = parsed(row.instance);
    const auto faults = schema.check(instance.root());
    EXPECT_EQ(schema.valid(instance.root()), faults.empty()) << row.schema << " " << row.instance;
    ASSERT_FALSE(faults.empty()) << row.schema << " " << row.instance;
    EXPECT_EQ(faults[0].says(), row.says);
    EXPECT_EQ(faults[0].schema, row.pointer) << row.says;
    EXPECT_EQ(faults[0].keyword, row.keyword) << row.says;
    EXPECT_EQ(faults[0].hint, row.hint) << row.says;
  }
}

TEST(Faults, EachKeyword) {
  expect_first_faults({
      {"false", "1", "", "false", "the value is not allowed", ""},
      {R"({"type":"object"})", "12", "/type", "type", "the value is a number, 12; expected an object", ""},
      {R"({"type":["integer","null"]})",
       "1.5",
       "/type",
       "type",
       "the value is a number, 1.5; expected a whole number or null",
       ""},
      {R"({"type":["string","number","boolean"]})",
       "[1]",
       "/type",
       "type",
       "the value is an array of 1 item; expected a string, a number or true or false",
       ""},
      {R"({"enum":[1,null,"a"]})",
       "{}",
       "/enum",
       "enum",
       "the value is an object of 0 members; expected one of 1, null, \"a\"",
       ""},
      {R"({"const":{"a":1}})", "true", "/const", "const", "the value is a boolean, true; expected {\"a\":1}", ""},
      {R"({"multipleOf":0.01})",
       "1.001",
       "/multipleOf",
       "multipleOf",
       "the value is a number, 1.001; expected a multiple of 0.01",
       ""},
      {R"({"maximum":10})", "11", "/maximum", "maximum", "the value is a number, 11; expected at most 10", ""},
      {R"({"minimum":1})", "0", "/minimum", "minimum", "the value is a number, 0; expected at least 1", ""},
      {R"({"exclusiveMaximum":10})",
       "10",
       "/exclusiveMaximum",
       "exclusiveMaximum",
       "the value is a number, 10; expected less than 10",
       ""},
      {R"({"exclusiveMinimum":10})",
       "10",
       "/exclusiveMinimum",
       "exclusiveMinimum",
       "the value is a number, 10; expected more than 10",
       ""},
      {R"({"maxLength":2})",
       R"("äöü")",
       "/maxLength",
       "maxLength",
       "the value is a string of 3 characters; expected at most 2 characters",
       ""},
      {R"({"minLength":1})",
       R"("")",
       "/minLength",
       "minLength",
       "the value is a string of 0 characters; expected at least 1 character",
       ""},
      {R"({"pattern":"^a+$"})",
       R"("b")",
       "/pattern",
       "pattern",
       "the value is a string, \"b\"; expected text that matches ^a+$",
       ""},
      {R"({"format":"uuid"})",
       R"("x")",
       "/format",
       "format",
       "the value is a string, \"x\"; expected a UUID, as 123e4567-e89b-12d3-a456-426614174000",
       ""},
      {R"({"items":{"type":"string"}})",
       R"(["a",null])",
       "/items/type",
       "type",
       "/1 is null; expected a string",
       "leave the member out where there is no value"},
      {R"({"items":[true],"additionalItems":false})",
       "[1,2]",
       "/additionalItems",
       "additionalItems",
       "/1 is a number, 2; expected at most 1 item",
       ""},
      {R"({"minItems":2})",
       "[1]",
       "/minItems",
       "minItems",
       "the value is an array of 1 item; expected at least 2 items",
       ""},
      {R"({"maxItems":1})",
       "[1,2]",
       "/maxItems",
       "maxItems",
       "the value is an array of 2 items; expected at most 1 item",
       ""},
      {R"({"uniqueItems":true})",
       R"([{"a":1,"b":2},3,{"b":2.0,"a":1}])",
       "/uniqueItems",
       "uniqueItems",
       "the value is an array whose items 0 and 2 are the same; expected items that all differ",
       ""},
      {R"({"contains":{"const":1}})",
       "[2]",
       "/contains",
       "contains",
       "the value is an array of 1 item; expected at least one item that fits",
       ""},
      {R"({"required":["a~b/"]})", "{}", "/required", "required", "/a~0b~1 is missing", ""},
      {R"({"properties":{"a":false}})", R"({"a":1})", "/properties/a", "false", "/a is not allowed", ""},
      {R"({"additionalProperties":false})",
       R"({"a":1})",
       "/additionalProperties",
       "additionalProperties",
       "/a is not allowed",
       ""},
      {R"({"additionalProperties":{"type":"null"}})",
       R"({"a":1})",
       "/additionalProperties/type",
       "type",
       "/a is a number, 1; expected null",
       ""},
      {R"({"patternProperties":{"^x":{"type":"null"}}})",
       R"({"x1":1})",
       "/patternProperties/^x/type",
       "type",
       "/x1 is a number, 1; expected null",
       ""},
      {R"({"propertyNames":{"maxLength":2}})",
       R"({"abc":1})",
       "/propertyNames",
       "propertyNames",
       "/abc is a member named \"abc\"; expected a name that is at most 2 characters",
       ""},
      {R"({"minProperties":1})",
       "{}",
       "/minProperties",
       "minProperties",
       "the value is an object of 0 members; expected at least 1 member",
       ""},
      {R"({"maxProperties":0})",
       R"({"a":1})",
       "/maxProperties",
       "maxProperties",
       "the value is an object of 1 member; expected at most 0 members",
       ""},
      {R"({"dependencies":{"a":["b"]}})",
       R"({"a":1})",
       "/dependencies/a",
       "dependencies",
       "/b is missing; expected a value beside /a",
       ""},
      {R"({"not":{"type":"null"}})", "null", "/not", "not", "the value is null; expected another value", ""},
      {R"({"anyOf":[{"type":"string"},{"type":"null"}]})",
       "1",
       "/anyOf",
       "anyOf",
       "the value is a number, 1; expected a string or null",
       ""},
      {R"({"oneOf":[{"type":"number"},{"minimum":1},{"type":"null"}]})",
       "1",
       "/oneOf",
       "oneOf",
       "the value is what forms 0 and 1 of 3 both allow; expected exactly one of them",
       ""},
      {R"({"if":{"type":"object"},"then":{"required":["a"]}})",
       "{}",
       "/then/required",
       "required",
       "/a is missing",
       ""},
      {R"({"$ref":"#/definitions/x","definitions":{"x":{"allOf":[{"type":"null"}]}}})",
       "{}",
       "/definitions/x/allOf/0/type",
       "type",
       "the value is an object of 0 members; expected null",
       ""},
      {R"({"$ref":"http://json-schema.org/draft-07/schema#"})",
       R"({"minLength":-1})",
       "http://json-schema.org/draft-07/schema#/definitions/nonNegativeInteger/minimum",
       "minimum",
       "/minLength is a number, -1; expected at least 0",
       ""},
  });
}

TEST(Faults, OfTheNearestBranch) {
  constexpr std::string_view kSchema = R"({"oneOf":[
    {"required":["a","b","c"],"properties":{"kind":{"const":"one"}}},
    {"required":["text"],"properties":{"kind":{"const":"two"},"text":{"type":"string"}}},
    {"type":"string"}]})";
  expect_first_faults({
      {kSchema,
       R"({"kind":"two","text":5})",
       "/oneOf/1/properties/text/type",
       "type",
       "/text is a number, 5; expected a string",
       "put it in quotes: \"5\""},
      {kSchema,
       R"({"kind":"three"})",
       "/oneOf",
       "oneOf",
       "the value is an object of 1 member; expected one of 3 forms",
       ""},
  });
}

TEST(Hints, OfNearMisses) {
  constexpr std::string_view kRouting = R"({"required":["routing"],"properties":{"type":{},
    "routing":{"type":"object","required":["queueId"],"properties":{"queueId":{"type":"string"}}}}})";
  constexpr std::string_view kNames = R"({"required":["deploymentId"],"properties":{"deploymentId":{},"userId":{}}})";
  expect_first_faults({
      {kRouting,
       R"({"type":"a","queueId":"q","routing":{}})",
       "/properties/routing/required",
       "required",
       "/routing/queueId is missing",
       "found at /queueId: move it under /routing"},
      {kRouting,
       R"({"type":"a","data":[{"x":{"queueId":"q"}}],"routing":{}})",
       "/properties/routing/required",
       "required",
       "/routing/queueId is missing",
       "found at /data/0/x/queueId: move it under /routing"},
      {kRouting,
       R"({"type":"a","queueId":7,"routing":{}})",
       "/properties/routing/required",
       "required",
       "/routing/queueId is missing",
       ""},
      {kRouting,
       R"({"type":"a","queueId":"q"})",
       "/required",
       "required",
       "/routing is missing",
       "found at /queueId: move it under /routing"},
      {R"({"required":["id"],"properties":{"id":{},"data":{}}})",
       R"({"data":{"id":1}})",
       "/required",
       "required",
       "/id is missing",
       "found at /data/id: move it to the top"},
      {R"({"required":["id"],"properties":{"id":{},"data":{"properties":{"id":{}}}}})",
       R"({"data":{"id":1}})",
       "/required",
       "required",
       "/id is missing",
       ""},
      {kNames,
       R"({"deployment_id":1})",
       "/required",
       "required",
       "/deploymentId is missing",
       "/deployment_id: is it meant to be deploymentId?"},
      {kNames,
       R"({"DeploymentID":1})",
       "/required",
       "required",
       "/deploymentId is missing",
       "/DeploymentID: is it meant to be deploymentId?"},
      {kNames,
       R"({"deplyomentId":1})",
       "/required",
       "required",
       "/deploymentId is missing",
       "/deplyomentId: is it meant to be deploymentId?"},
      {kNames,
       R"({"deploymentIds":1})",
       "/required",
       "required",
       "/deploymentId is missing",
       "/deploymentIds: is it meant to be deploymentId?"},
      {kNames, R"({"userId":1,"id":2})", "/required", "required", "/deploymentId is missing", ""},
      {R"({"additionalProperties":false,"properties":{"text":{}}})",
       R"({"Text":1})",
       "/additionalProperties",
       "additionalProperties",
       "/Text is not allowed",
       "did you mean text?"},
      {R"({"type":"number"})",
       R"("12.5")",
       "/type",
       "type",
       "the value is a string, \"12.5\"; expected a number",
       "send it without quotes: 12.5"},
      {R"({"type":"number"})",
       R"("twelve")",
       "/type",
       "type",
       "the value is a string, \"twelve\"; expected a number",
       ""},
      {R"({"type":"boolean"})",
       R"("true")",
       "/type",
       "type",
       "the value is a string, \"true\"; expected true or false",
       "send it without quotes: true"},
      {R"({"type":"object"})",
       R"("{\"a\":1}")",
       "/type",
       "type",
       "the value is a string, \"{\\\"a\\\":1}\"; expected an object",
       "it is JSON inside a string: send it as it is"},
      {R"({"type":"array"})",
       R"("a")",
       "/type",
       "type",
       "the value is a string, \"a\"; expected an array",
       "put it in brackets: [\"a\"]"},
      {R"({"enum":["en-us","de-de"]})",
       R"("en_US")",
       "/enum",
       "enum",
       "the value is a string, \"en_US\"; expected one of \"en-us\", \"de-de\"",
       "did you mean \"en-us\"?"},
      {R"({"const":"start"})",
       R"("strat")",
       "/const",
       "const",
       "the value is a string, \"strat\"; expected \"start\"",
       "did you mean \"start\"?"},
      {R"({"pattern":"^\\w+$"})",
       R"("a ")",
       "/pattern",
       "pattern",
       "the value is a string, \"a \"; expected text that matches ^\\w+$",
       "take the white space at its ends away"},
  });
}

TEST(Faults, StandInTheMessagesOrder) {
  const Schema schema = compiled(R"({"allOf":[{"properties":{"c":{"type":"null"},"a":{"type":"null"}}},
    {"required":["z"]},{"properties":{"b":{"items":{"type":"null"}}}}]})");
  const json::Json instance = parsed(R"({"a":1,"b":[null,2,3],"c":4})");
  std::vector<std::string> pointers;
  for (const Fault& fault : schema.check(instance.root())) {
    pointers.push_back(fault.instance);
  }
  EXPECT_EQ(pointers, (std::vector<std::string>{"/z", "/a", "/b/1", "/b/2", "/c"}));
  EXPECT_EQ(schema.check(instance.root(), 2).size(), 2U);
}

TEST(Faults, AreToldOnce) {
  const Schema schema = compiled(R"({"allOf":[{"required":["a"]},{"required":["a"]}]})");
  EXPECT_EQ(schema.check(parsed("{}").root()).size(), 1U);
}

TEST(Faults, AreCutAndSafeToShow) {
  const Schema schema = compiled(R"({"type":"null"})");
  const std::string instance = "\"\\u001b[31m\\u202e" + std::string(100'000, 'x') + "\"";
  EXPECT_EQ(schema.check(parsed(instance).root())[0].found,
            "a string, \"\\u001B[31m\\u202exxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…\"");
}

TEST(Faults, MoreThanSixtyFourRequired) {
  std::string names, members;
  for (int i = 0; i < 100; ++i) {
    names += (i == 0 ? "\"n" : ",\"n") + std::to_string(i) + "\"";
    members += i == 90 ? "" : (i == 0 ? "\"n" : ",\"n") + std::to_string(i) + "\":1";
  }
  const Schema schema = compiled("{\"required\":[" + names + "]}");
  const json::Json lacking = parsed("{" + members + "}"), whole = parsed("{" + members + ",\"n90\":1}");
  EXPECT_FALSE(schema.valid(lacking.root()));
  EXPECT_EQ(schema.check(lacking.root())[0].says(), "/n90 is missing");
  EXPECT_TRUE(schema.valid(whole.root()));
}

TEST(Faults, ExplainTheBranchThatFitsBest) {
  constexpr std::string_view kReferenceOrObject = R"({"oneOf":[
    {"type":"object","required":["$ref"],"properties":{"$ref":{"type":"string"}}},
    {"type":"object","additionalProperties":false,"required":["action","channel"],
     "properties":{"action":{"enum":["send","receive"]},"channel":{"type":"object"}}}]})";
  constexpr std::string_view kByType = R"({"oneOf":[
    {"type":"object","required":["type","x"],"properties":{"type":{"enum":["a"]}}},
    {"type":"object","required":["type","x","y","z"],"properties":{"type":{"enum":["b"]}}}]})";
  expect_first_faults({
      {kReferenceOrObject,
       R"({"action":"subscribe","channel":{"$ref":"#/a"}})",
       "/oneOf/1/properties/action/enum",
       "enum",
       R"(/action is a string, "subscribe"; expected one of "send", "receive")",
       ""},
      {kByType, R"({"type":"b","x":1})", "/oneOf/1/required", "required", "/y is missing", ""},
  });
}

}  // namespace
}  // namespace whydrop::schema
