#include "profile/load.hpp"
#include "validate/validation.hpp"

#include <map>

#include <gtest/gtest.h>

namespace whydrop::validate {
namespace {

constexpr const char* kSchema = R"({"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}})";

constexpr const char* kProfile = R"({
  "whydrop_profile": 1, "name": "mine", "title": "Mine", "about": "For tests.", "status": "generic",
  "variables": {}, "socket": {"url": "ws://localhost/"},
  "messages": {
    "client": {"note": {"about": "says something", "match": {"/type": "note"}, "schema": {"type": "object", "required": ["to"]},
                        "example": {"type": "note", "to": "you"}}},
    "server": {"hello": {"about": "the first", "match": {"/type": "hello"}}}
  }
})";

class Text final : public ByteSink {
 public:
  Result<void> write(std::string_view bytes) override {
    text += bytes;
    return fails ? Result<void>(fail(ErrorKind::local, "cannot write it")) : Result<void>();
  }
  std::string text;
  bool fails = false;
};

struct Done {
  Result<int> code;
  std::string out, said;
};

Done done(ValidateRequest request, std::map<std::string, std::string> files, bool fails = false) {
  files["schema.json"] = kSchema;
  const auto read = [&files](const std::string& path) -> Result<std::string> {
    const auto found = files.find(path);
    return found == files.end() ? fail(ErrorKind::local, "cannot read " + path) : Result<std::string>(found->second);
  };
  Text out;
  out.fails = fails;
  std::string said;
  auto code = validate(request,
                       read,
                       out,
                       {[&said](const Error& error) { said += error.message + "\n"; },
                        [&said](const std::string& text) { said += "warning: " + text + "\n"; }});
  return {std::move(code), out.text, said};
}

ValidateRequest by_schema(std::vector<std::string> files, bool ndjson = false) {
  ValidateRequest request;
  request.files = std::move(files);
  request.schema = "schema.json";
  request.ndjson = ndjson;
  return request;
}

struct ValueCase {
  std::string text;
  int code;
  std::string out;
};

TEST(Validate, SaysWhatIsWrongWithEachValue) {
  const std::vector<ValueCase> cases = {
      {R"({"a":1})", 0, "v: ok\n"},
      {R"({"a":1}
{"a":2}
)",
       0,
       "v: ok, 2 lines\n"},
      {"{\"a\":", 1, "v:1:6: not JSON: "},
      {R"({"a":1,"b":["\ud83d",1e400]})",
       0,
       "v:1:14: warning: \\ud83d is half of a surrogate pair: taken for U+FFFD\n"
       "v:1:22: warning: 1e400 is beyond the range of a double: taken for 1e308\n"
       "v: ok\n"},
      {R"({"b":1})", 1, "v:1:1: "},
      {R"({"a":1}
{"a":"x"}
)",
       1,
       "v:2:6: "},
  };
  for (const ValueCase& test : cases) {
    const Done it = done(by_schema({"v"}), {{"v", test.text}});
    ASSERT_TRUE(it.code) << test.text;
    EXPECT_EQ(*it.code, test.code) << test.text;
    EXPECT_EQ(it.out.substr(0, test.out.size()), test.out) << test.text;
  }
}

TEST(Validate, GivesALineOfJsonForEachValue) {
  const Done it = done(by_schema({"v"}, true), {{"v", "{\"a\":1}\n[]\n"}});
  EXPECT_EQ(it.out.substr(0, it.out.find('\n') + 1),
            R"({"name":"v","line":1,"valid":true,"errors":[]})"
            "\n");
  EXPECT_NE(it.out.find(R"({"name":"v","line":2,"valid":false,"errors":[{"line":2,"column":1,)"), std::string::npos)
      << it.out;
}

TEST(Validate, GivesWarningsAsJsonToo) {
  EXPECT_EQ(done(by_schema({"v"}, true), {{"v", "{\"a\":1,\n\"b\":-1e400}"}}).out,
            R"({"name":"v","valid":true,"errors":[],"warnings":[{"line":2,"column":5,"says":)"
            R"("-1e400 is beyond the range of a double: taken for -1e308"}]})"
            "\n");
}

TEST(Validate, SaysOnceWhatIsNotChecked) {
  ValidateRequest request = by_schema({"v"});
  request.schema = "formats.json";
  const std::map<std::string, std::string> files = {
      {"v", "[1]"},
      {"formats.json",
       R"({"items": {"format": "int64", "contentEncoding": "quoted-printable", "contentMediaType": "image/png"},
           "additionalItems": {"format": "int64"}, "contains": {"format": "int64"}, "not": {"format": "regex", "type": "string"}})"}};
  EXPECT_EQ(done(request, files).said, "");
  request.check_formats = true;
  EXPECT_EQ(done(request, files).said,
            "warning: format int64 is not checked\nwarning: contentEncoding quoted-printable is not checked\n");
  request.profile = *profile::load(kProfile, "mine.json");
  request.schema.clear();
  EXPECT_EQ(done(request, {{"v", R"({"type": "note", "to": "you"})"}}).said, "");
}

TEST(Validate, GoesOnAfterAFileThatCannotBeRead) {
  const Done it = done(by_schema({"none", "v"}), {{"v", R"({"a":1})"}});
  EXPECT_EQ(it.code, 3);
  EXPECT_EQ(it.said, "cannot read none\n");
  EXPECT_EQ(it.out, "v: ok\n");
}

TEST(Validate, StopsWhereNothingCanBeWritten) {
  EXPECT_EQ(done(by_schema({"v"}), {{"v", "{}"}}, true).code.error().message, "cannot write it");
}

TEST(Validate, NamesWhatIsWrongWithTheSchema) {
  ValidateRequest request = by_schema({"v"});
  request.schema = "none.json";
  EXPECT_EQ(done(request, {}).code.error().message, "cannot read none.json");
  request.schema = "schema.json#/none";
  EXPECT_EQ(done(request, {}).code.error().message, "schema schema.json: nothing stands at #/none");
  request.schema = "api.json";
  EXPECT_EQ(done(request, {{"api.json", R"({"asyncapi": "2.0.0"})"}}).code.error().kind, ErrorKind::usage);
  request.references = {"nothing"};
  EXPECT_EQ(done(request, {}).code.error().message, "--ref-map: 'nothing' is no URL-PREFIX=DIR");
}

struct ProfileCase {
  std::string as, side, text, out;
};

TEST(Validate, JudgesByTheMessagesOfAProfile) {
  const auto profile = profile::load(kProfile, "mine.json");
  ASSERT_TRUE(profile) << profile.error().message;
  const std::vector<ProfileCase> cases = {
      {"", "", R"({"type":"note","to":"x"})", "v: ok (client note)\n"},
      {"", "", R"({"type":"note"})", "v:1:1: "},
      {"", "server", R"({"type":"hello"})", "v: ok (server hello)\n"},
      {"nota", "", "{}", "profile mine has no message nota"},
  };
  for (const ProfileCase& test : cases) {
    ValidateRequest request;
    request.files = {"v"};
    request.profile = *profile;
    request.as = test.as;
    request.side = test.side;
    const Done it = done(request, {{"v", test.text}});
    const std::string said = it.code ? it.out : it.code.error().message;
    EXPECT_EQ(said.substr(0, test.out.size()), test.out) << test.text;
  }
}

TEST(References, StandForUrlsLongestPrefixFirst) {
  const auto made = make_references("dir/s.json", {"https://h/=one", "https://h/deep/=two"}, {});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->folder, "dir");
  EXPECT_EQ(made->replacements.front().second, "two");
}

}  // namespace
}  // namespace whydrop::validate
