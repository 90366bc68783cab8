#include "yaml/yaml.hpp"

#include <gtest/gtest.h>

namespace whydrop::yaml {
namespace {

using namespace std::string_literals;

TEST(Yaml, IsReadAsJson) {
  const std::pair<std::string, std::string> rows[] = {
      {"a: 1\nb:\n  - x\n  - y: z\n", R"({"a":1,"b":["x",{"y":"z"}]})"},
      {"", "null"},
      {"# nothing\n", "null"},
      {"a:\nb: ~\nc: null\nd: \"\"\n", R"({"a":null,"b":null,"c":null,"d":""})"},
      {"[true, True, false, yes, no, on, 'true']", R"([true,true,false,"yes","no","on","true"])"},
      {"[0, -12, +3, 007, 0o17, 0x1F, 1.50, .5, 5., -.5e3, 1e400, 1_000]",
       R"([0,-12,3,7,15,31,1.50,0.5,5,-0.5e3,1e400,"1_000"])"},
      {"['2024-05-06', 2024-05-06, 3.0.0, 1:30, -, +, ., e5, 0x, 0o8]",
       R"(["2024-05-06","2024-05-06","3.0.0","1:30","-","+",".","e5","0x","0o8"])"},
      {"[!!str 1, !!int '2', !!float 3, !mine x]", R"(["1",2,3,"x"])"},
      {"a: |\n  one\n  two\nb: >-\n  one\n  two\n", R"({"a":"one\ntwo\n","b":"one two"})"},
      {"200: ok\ntrue: x\n? q\n: r\n", R"({"200":"ok","true":"x","q":"r"})"},
      {"a: &x {b: 1}\nc: *x\nd: [*x, *x]\n", R"({"a":{"b":1},"c":{"b":1},"d":[{"b":1},{"b":1}]})"},
      {"base: &b {x: 1, y: 2}\nm: {<<: *b, y: 3}\n", R"({"base":{"x":1,"y":2},"m":{"y":3,"x":1}})"},
      {"b: &b {x: 1}\nc: &c {x: 2, z: 3}\nm:\n  <<: [*b, *c]\n  '<<': kept\n",
       R"({"b":{"x":1},"c":{"x":2,"z":3},"m":{"<<":"kept","x":1,"z":3}})"},
      {"\xEF\xBB\xBFk: \"\\u00e4\\x41\"\r\nl: ü\r\n", "{\"k\":\"äA\",\"l\":\"ü\"}"},
      {"--- \na: 1\n...\n", R"({"a":1})"},
      {" {\"a\": 1.50, \"b\": [1e2]}", " {\"a\": 1.50, \"b\": [1e2]}"},
      {"{a: 1, b: [x]}", R"({"a":1,"b":["x"]})"},
  };
  for (const auto& [text, expected] : rows) {
    const auto document = Document::parse(text, "a.yaml");
    ASSERT_TRUE(document) << text << ": " << document.error().message;
    EXPECT_EQ(document->text(), expected) << text;
  }
}

TEST(Yaml, SaysWhereItIsWrong) {
  const std::string nested(300, '['), deep = nested + std::string(300, ']');
  std::string laughs = "a: &a [x, x, x, x, x, x, x, x, x]\n", merges = "a: &a {x: 1}\n";
  for (char level = 'b'; level < 'm'; ++level) {
    const auto name = std::string(1, level), before = std::string(1, static_cast<char>(level - 1));
    laughs += name + ": &" + name + " [";
    merges += name + ": &" + name + " {<<: [";
    for (int i = 0; i < 9; ++i) {
      laughs += (i == 0 ? "*" : ", *") + before;
      merges += (i == 0 ? "*" : ", *") + before;
    }
    laughs += "]\n";
    merges += "]}\n";
  }
  const std::pair<std::string, std::string> rows[] = {
      {"a: [1\nb: 2\n", "a.yaml:2:2: not YAML: end of sequence f"},
      {"a: 1\n\tb: 2\n", "a.yaml:2:1: not YAML: illegal tab when "},
      {"ä: 1\nü: x\nä: 2\n", "a.yaml:3:1: not YAML: the key ä stands twice"},
      {"? [a]\n: 1\n", "a.yaml:1:3: not YAML: a list or a map is a key, which JSON has not"},
      {"a: .nan\n", "a.yaml:1:4: not YAML: .nan is no number of JSON"},
      {"a: 1\n---\nb: 2\n", "a.yaml:2:1: not YAML: a second document begins"},
      {"a: *b\n", "a.yaml:1:4: not YAML: "},
      {"a: !!int x\n", "a.yaml:1:4: not YAML: x is no int"},
      {"a: &a [*a]\n", "a.yaml:1:4: not YAML: its aliases nest too deep"},
      {"a: &a {<<: *a}\n", "a.yaml:1:4: not YAML: its aliases stand for too much"},
      {"a: {<<: 1}\n", "a.yaml:1:9: not YAML: << takes a map, or a list of maps"},
      {"a: \"\xff\"\n", "a.yaml:1:5: not YAML: not UTF-8"},
      {"a\0\0\0: 1\n"s, "a.yaml:1:2: not YAML: a control character"},
      {deep, "a.yaml: it nests too deep"},
      {std::string(100'000, '['), "a.yaml:1:"},
      {laughs, "a.yaml:1:"},
      {merges, "a.yaml:"},
      {std::string(kMostBytes + 1, ' '), "a.yaml: it is larger than 4 MiB"},
  };
  for (const auto& [text, expected] : rows) {
    const auto document = Document::parse(text, "a.yaml");
    ASSERT_FALSE(document) << text;
    EXPECT_EQ(document.error().message.substr(0, expected.size()), expected) << text.substr(0, 100);
  }
  EXPECT_NE(Document::parse(laughs, "a").error().message.find("its aliases stand for too much"), std::string::npos);
  EXPECT_NE(Document::parse(merges, "a").error().message.find("its aliases stand for too much"), std::string::npos);
}

TEST(Yaml, FindsThePlaceOfAValue) {
  const auto document = Document::parse("# ä\nä: {b/c: [x, &q {d: 1}]}\nm:\n  <<: *q\n  e~f: |\n    text\n", "a.yaml");
  ASSERT_TRUE(document) << document.error().message;
  const struct {
    const char* pointer;
    std::size_t line, column;
  } rows[] = {
      {"", 2, 1},
      {"/ä", 2, 4},
      {"/ä/b~1c/0", 2, 11},
      {"/ä/b~1c/1/d", 2, 21},
      {"/m/d", 2, 21},
      {"/m/e~0f", 5, 8},
  };
  for (const auto& row : rows) {
    const auto place = document->place(row.pointer);
    ASSERT_TRUE(place) << row.pointer;
    EXPECT_EQ(place->line, row.line) << row.pointer;
    EXPECT_EQ(place->column, row.column) << row.pointer;
  }
  for (const char* none : {"/x", "/ä/b~1c/2", "/ä/b~1c/x", "x"}) {
    EXPECT_FALSE(document->place(none)) << none;
  }
  const auto json = Document::parse("{\n \"a\": [1]}", "a.json");
  EXPECT_EQ(json->place("/a/0")->line, 2U);
}

}  // namespace
}  // namespace whydrop::yaml
