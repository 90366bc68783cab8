#include "sources.hpp"

#include <fmt/format.h>

namespace whydrop::check {
namespace {

/// Why a message does not meet the conditions of an expect, a clause each; "met" where it does.
std::string why(const std::string& expect, const std::string& message) {
  const std::string file = fmt::format(
      R"({{"whydrop_check": 1, "name": "n", "target": {{"profile": "guest-tutorial", "variables": {{"who": "me"}}}},
          "steps": [{{"expect": {}}}]}})",
      expect);
  const auto checks = load(file, "check.json", sources());
  EXPECT_TRUE(checks) << (checks ? "" : checks.error().message);
  json::Json document;
  const bool is_json = !document.parse(message);
  const auto fill = [](std::string_view text) -> Result<std::string> {
    const std::size_t at = text.find("{who}");
    if (text.find("{unset}") != std::string_view::npos) {
      return fail(ErrorKind::usage, "variable unset is not set: a test");
    }
    std::string out(text);
    return at == std::string_view::npos ? out : out.replace(at, 5, "me");
  };
  std::string out;
  for (const Predicate& predicate : std::get<Expect>(checks->front().steps.front().act).where) {
    const auto clause = unmet(predicate, is_json ? std::optional(document.root()) : std::nullopt, message, fill);
    out += clause ? (out.empty() ? "" : "\n") + *clause : "";
  }
  return out.empty() ? "met" : out;
}

struct Row {
  const char* where;
  const char* message;
  const char* says;
};

template <std::size_t N>
void expect_clauses(const Row (&rows)[N]) {
  for (const Row& row : rows) {
    EXPECT_EQ(why(fmt::format(R"({{"where": {}}})", row.where), row.message), row.says) << row.where;
  }
}

TEST(unmet, equality) {
  const Row rows[] = {
      {R"({"/a": "x"})", R"({"a": "x"})", "met"},
      {R"({"/a": 1.0})", R"({"a": 1})", "met"},
      {R"({"/a": {"equals": {"x": 1, "y": 2}}})", R"({"a": {"y": 2, "x": 1}})", "met"},
      {R"({"/a": [1, 2]})", R"({"a": [2, 1]})", "/a is [2,1]; expected [1,2]"},
      {R"({"/a": "{who}"})", R"({"a": "you"})", R"(/a is "you"; expected "me")"},
      {R"({"/a": "Me"})", R"({"a": "me"})", R"(/a is "me"; expected "Me" (only capitals differ))"},
      {R"({"/a": 5})", R"({"a": "5"})", R"(/a is "5"; expected 5 (it is there as a text))"},
      {R"({"/a": "5"})", R"({"a": 5})", R"(/a is 5; expected "5" (it is there without quotes))"},
      {R"({"/state": "x"})", R"({"stat": "x"})", R"(/state is not there; expected "x"; did you mean /stat?)"},
      {R"({"/b": null})", R"({"a": 1})", "/b is not there; expected null"},
      {R"({"": {"equals": {}}})", "[]", "the message is []; expected {}"},
      {R"({"/a": 1})", "hello", "the message is not JSON"},
      {R"({"/access_token": "x"})", R"({"access_token": "y"})", "/access_token is (secret); expected (secret)"},
      {R"({"/a": {"not_equals": "x"}})", R"({"a": "y"})", "met"},
      {R"({"/a": {"not_equals": "x"}})", R"({"a": "x"})", R"(/a is "x"; expected anything but "x")"},
      {R"({"/a": {"in": ["x", 2]}})", R"({"a": 2.0})", "met"},
      {R"({"/a": {"in": ["x", 2]}})", R"({"a": 3})", R"(/a is 3; expected one of "x", 2)"},
  };
  expect_clauses(rows);
}

TEST(unmet, parts_and_patterns) {
  const Row rows[] = {
      {R"({"/a": {"contains": "b"}})", R"({"a": "abc"})", "met"},
      {R"({"/a": {"contains": {"x": 1}}})", R"({"a": [0, {"x": 1.0}]})", "met"},
      {R"({"/a": {"contains": "b"}})", R"({"a": "xyz"})", R"(/a is "xyz"; expected what contains "b")"},
      {R"({"/a": {"contains": 1}})", R"({"a": "1"})", R"(/a is "1"; expected what contains 1)"},
      {R"({"/a": {"matches": "^[a-c]+$"}})", R"({"a": "abc"})", "met"},
      {R"({"/a": {"matches": "^[a-c]+$"}})",
       R"({"a": "abd"})",
       R"(/a is "abd"; expected a text that matches ^[a-c]+$)"},
      {R"({"/a": {"matches": "1"}})", R"({"a": 1})", "/a is 1; expected a text that matches 1"},
  };
  expect_clauses(rows);
}

TEST(unmet, presence_and_kinds) {
  const Row rows[] = {
      {R"({"/a": {"exists": true}})", R"({"a": null})", "met"},
      {R"({"/a": {"exists": true}})", "{}", "/a is not there"},
      {R"({"/a": {"exists": false}})", "{}", "met"},
      {R"({"/a": {"exists": false}})", "hello", "met"},
      {R"({"/a": {"exists": false}})", R"({"a": [1]})", "/a is [1]; expected nothing there"},
      {R"({"/a": {"type": "integer"}})", R"({"a": 1.0})", "met"},
      {R"({"/a": {"type": ["string", "null"]}})", R"({"a": null})", "met"},
      {R"({"/a": {"type": "integer"}})", R"({"a": 1.5})", "/a is 1.5; expected the type integer"},
      {R"({"/a": {"type": ["string", "null", "array"]}})",
       R"({"a": 1})",
       "/a is 1; expected the type string, null or array"},
      {R"({"/a": {"type": "string"}})", "{}", "/a is not there; expected the type string"},
  };
  expect_clauses(rows);
}

TEST(unmet, bounds) {
  const Row rows[] = {
      {R"({"/a": {"at_least": 1, "at_most": 2}})", R"({"a": 1})", "met"},
      {R"({"/a": {"at_least": 1, "at_most": 2}})", R"({"a": 2.5})", "/a is 2.5; expected a number of at most 2"},
      {R"({"/a": {"at_least": 1.5}})", R"({"a": 1})", "/a is 1; expected a number of at least 1.5"},
      {R"({"/a": {"at_least": 1}})",
       R"({"a": "3"})",
       R"(/a is "3"; expected a number of at least 1 (it is there as a text))"},
  };
  expect_clauses(rows);
}

TEST(unmet, schemas) {
  const Row rows[] = {
      {R"({"": {"schema": {"required": ["a"]}}})", R"({"a": 1})", "met"},
      {R"({"/x": {"schema": {"required": ["a", "b"]}}})",
       R"({"x": {}})",
       "/x is {}; expected what meets the schema: /x/a is missing; 1 more"},
      {R"({"/x": {"schema": "text.json#/definitions/text"}})",
       R"({"x": "ab"})",
       R"(/x is "ab"; expected what meets the schema: the value is a string of 2 characters; expected at least 3 characters)"},
      {R"({"": {"schema": "profile:server:agent_message"}})",
       R"({"type": "message"})",
       R"(the message is {"type":"message"}; expected what meets the schema: /text is missing)"},
  };
  expect_clauses(rows);
}

TEST(unmet, text_as_it_came) {
  EXPECT_EQ(why(R"({"text": "5"})", "5"), "met");
  EXPECT_EQ(why(R"({"text": "pong"})", "ping"), R"(the text is "ping"; expected "pong")");
  EXPECT_EQ(why(R"({"text": {"contains": "o", "matches": "^p"}})", "pong"), "met");
  EXPECT_EQ(why(R"({"text": "x"})", "\xff"), "the text is not UTF-8");
}

TEST(unmet, says_why_it_cannot_look) {
  Predicate predicate;
  predicate.pointer = "/a";
  predicate.value = "\"{unset}\"";
  json::Json document;
  (void)document.parse(R"({"a": 1})");
  const auto fill = [](std::string_view) -> Result<std::string> {
    return fail(ErrorKind::usage, "variable unset is not set: a test");
  };
  EXPECT_EQ(unmet(predicate, document.root(), "", fill), "/a cannot be looked at: variable unset is not set: a test");
}

TEST(unmet, shows_no_more_of_a_value_than_fits) {
  const std::string clause = why(R"({"where": {"/a": 1}})", R"({"a": ")" + std::string(1000, 'x') + "\\u001b\"}");
  EXPECT_LT(clause.size(), 130U);
  EXPECT_EQ(clause.substr(0, 8), "/a is \"x");
}

}  // namespace
}  // namespace whydrop::check
