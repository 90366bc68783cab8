#include "schema/schema.hpp"

#include <gtest/gtest.h>

namespace whydrop::schema {
namespace {

Result<Schema> compile(std::string_view text, const Options& options = {}, std::string_view entry = {}) {
  json::Json document;
  EXPECT_FALSE(document.parse(text)) << text;
  return Schema::compile(document, text, "s.json", options, entry);
}

bool valid(const Schema& schema, std::string_view text) {
  json::Json instance;
  EXPECT_FALSE(instance.parse(text)) << text;
  return schema.valid(instance.root());
}

TEST(Compile, Mistakes) {
  const struct {
    std::string_view schema, message, hint;
  } rows[] = {
      {"12", "s.json:1:1: a schema is an object, true or false", ""},
      {R"({"type": "strng"})", "s.json:1:10: /type: 'strng' is no type", "did you mean string?"},
      {R"({"type": "xyzxyz"})",
       "s.json:1:10: /type: 'xyzxyz' is no type",
       "types are null, boolean, object, array, string, number, integer"},
      {R"({"type": 1})", "s.json:1:10: /type: the name of a type, or a list of them, belongs here", ""},
      {"{\n \"properties\": {\"a\": {\"minLength\": -1}}}",
       "s.json:2:36: /properties/a/minLength: a whole number, 0 or more, belongs here",
       ""},
      {R"({"required": true})",
       "s.json:1:14: /required: a list of names belongs here",
       "that is draft-03's form: name the member in the list of the object around it"},
      {R"({"enum": 1})", "s.json:1:10: /enum: a list of values belongs here", ""},
      {R"({"allOf": []})", "s.json:1:11: /allOf: a list of schemas belongs here", ""},
      {R"({"multipleOf": 0})", "s.json:1:16: /multipleOf: a number over 0 belongs here", ""},
      {R"({"items": [1]})", "s.json:1:12: /items/0: a schema is an object, true or false", ""},
      {R"({"$ref": "#/definitions/x"})", "s.json:1:10: /$ref: #/definitions/x leads nowhere", ""},
      {R"({"$ref": "#x"})", "s.json:1:10: /$ref: #x leads nowhere", ""},
      {R"({"$ref": "other.json"})",
       "s.json:1:10: /$ref: other.json is not there",
       "a $ref is never fetched over the network: put the file beside the schema, or map its URL to a folder with "
       "--ref-map"},
      {R"({"$ref": "#"})", "s.json:1:10: /$ref: it leads back to itself, and to no schema", ""},
      {R"({"allOf": [{"$ref": "#"}]})",
       "s.json:1:1: the schema applies itself to the same value, without end",
       "a schema may refer to itself below properties or items, not from allOf, anyOf, oneOf, not or if"},
      {R"~({"pattern": "(?=a)"})~",
       "s.json:1:13: /pattern: cannot match (?=a): it looks ahead with (?=",
       "patterns are matched in linear time, without look-around and back-references; allOf and not can join several "
       "patterns"},
      {R"~({"patternProperties": {"(a)\\1": {}}})~",
       "s.json:1:23: /patternProperties: cannot match (a)\\1: it refers back with \\1",
       "patterns are matched in linear time, without look-around and back-references; allOf and not can join several "
       "patterns"},
      {R"({"$schema": "https://json-schema.org/draft/2020-12/schema"})",
       "s.json:1:13: /$schema: draft-04 and draft-07 are read, not https://json-schema.org/draft/2020-12/schema",
       "where it needs nothing newer, take $schema out or put http://json-schema.org/draft-07/schema# there"},
  };
  for (const auto& row : rows) {
    const auto schema = compile(row.schema);
    ASSERT_FALSE(schema) << row.schema;
    EXPECT_EQ(schema.error().message, row.message);
    EXPECT_EQ(schema.error().hint, row.hint);
    EXPECT_EQ(schema.error().kind, ErrorKind::usage);
  }
}

TEST(Compile, WithoutTextThereIsNoLine) {
  json::Json document;
  ASSERT_FALSE(document.parse(R"({"type":1})"));
  EXPECT_EQ(Schema::compile(document, {}, "s.json", {}).error().message,
            "s.json: /type: the name of a type, or a list of them, belongs here");
}

TEST(Compile, EntryOfALargerDocument) {
  constexpr std::string_view kText =
      R"({"messages":{"a":{"schema":{"$ref":"#/definitions/x"}}},"definitions":{"x":{"type":"null"}}})";
  const auto schema = compile(kText, {}, "/messages/a/schema");
  ASSERT_TRUE(schema);
  EXPECT_TRUE(valid(*schema, "null"));
  EXPECT_FALSE(valid(*schema, "1"));
  EXPECT_EQ(compile(kText, {}, "/messages/b").error().message, "s.json: nothing stands at /messages/b");
}

TEST(Compile, OutlivesItsDocument) {
  std::optional<Schema> schema;
  {
    json::Json document;
    ASSERT_FALSE(
        document.parse(R"({"enum":["a string that is long enough to be on the heap",[1,{"a":"b"}]],"minimum":3})"));
    schema.emplace(std::move(*Schema::compile(document, {}, "s.json", {})));
    ASSERT_FALSE(document.parse("\"" + std::string(200, 'x') + "\""));
  }
  EXPECT_TRUE(valid(*schema, R"("a string that is long enough to be on the heap")"));
  EXPECT_TRUE(valid(*schema, R"([1,{"a":"b"}])"));
  EXPECT_FALSE(valid(*schema, "[1]"));
}

TEST(Compile, FetchesNeighboursAndMappedDocuments) {
  std::vector<std::string> asked;
  Options options;
  options.fetch = [&](const std::string& uri) -> std::optional<std::string> {
    asked.push_back(uri);
    if (uri == "lib/a.json") {
      return R"({"definitions":{"x":{"$ref":"b.json#/y"}}})";
    }
    if (uri == "lib/b.json") {
      return R"({"y":{"type":"null"}})";
    }
    return uri == "neighbour.json" ? std::optional<std::string>("{]") : std::nullopt;
  };
  const auto schema = compile(R"({"$ref":"lib/a.json#/definitions/x"})", options);
  ASSERT_TRUE(schema) << schema.error().message;
  EXPECT_TRUE(valid(*schema, "null"));
  EXPECT_FALSE(valid(*schema, "1"));
  EXPECT_EQ(asked, (std::vector<std::string>{"lib/a.json", "lib/b.json"}));

  asked.clear();
  const auto broken = compile(R"({"$id":"http://a.example/x/","$ref_":1,"items":{"$ref":"neighbour.json"}})", options);
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().message,
            "http://a.example/x/neighbour.json:1:2: not JSON: Missing a name for object member");
  EXPECT_EQ(asked, (std::vector<std::string>{"http://a.example/x/neighbour.json", "neighbour.json"}));

  asked.clear();
  EXPECT_TRUE(compile(R"({"$ref":"http://json-schema.org/draft-04/schema#"})", options));
  EXPECT_TRUE(asked.empty());
}

TEST(Compile, NamesInADocument) {
  const auto schema = compile(R"({"$id":"http://a.example/root.json","definitions":{
      "n":{"$id":"#name","type":"null"},"e":{"enum":[{"$id":"#name","type":"string"}]},
      "f":{"$id":"folder/f.json","definitions":{"g":{"$id":"#inner","type":"boolean"}}}},
    "items":[{"$ref":"#name"},{"$ref":"folder/f.json#inner"},{"$ref":"http://a.example/root.json#/definitions/n"}]})");
  ASSERT_TRUE(schema) << schema.error().message;
  EXPECT_TRUE(valid(*schema, "[null,true,null]"));
  EXPECT_FALSE(valid(*schema, "[1]"));
  EXPECT_FALSE(valid(*schema, "[null,null]"));
  EXPECT_FALSE(valid(*schema, "[null,true,1]"));
}

TEST(Compile, DraftsDiffer) {
  Options four;
  four.draft = Draft::draft4;
  const struct {
    std::string_view schema, instance;
    bool in_four, in_seven;
  } rows[] = {
      {R"({"const":1})", "2", true, false},
      {R"({"contains":{}})", "[]", true, false},
      {R"({"maximum":3,"exclusiveMaximum":true})", "3", false, false},
      {R"({"maximum":3,"exclusiveMaximum":false})", "3", true, true},
      {R"({"$schema":"http://json-schema.org/draft-04/schema#","const":1})", "2", true, true},
      {R"({"$schema":"http://json-schema.org/draft-07/schema#","const":1})", "2", false, false},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(valid(*compile(row.schema, four), row.instance), row.in_four) << row.schema;
    EXPECT_EQ(valid(*compile(row.schema), row.instance), row.in_seven) << row.schema;
  }
}

}  // namespace
}  // namespace whydrop::schema
