#include "json/parts.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace whydrop::json {
namespace {

ByteSource in_pieces(std::string text, std::size_t piece) {
  return
      [text = std::move(text), piece, at = std::size_t{0}](char* to, std::size_t size) mutable -> Result<std::size_t> {
        const std::size_t count = std::string_view(text).substr(at).copy(to, std::min(size, piece));
        at += count;
        return count;
      };
}

/// Each part as "path@offset text", and how it ended.
std::string parts_of(const std::string& text, std::size_t piece = 1) {
  PartStream parts(in_pieces(text, piece), {"", "/a", "/a/[]"});
  std::string out;
  while (true) {
    const auto part = parts.next();
    if (!part) {
      return out + "error: " + part.error().message;
    }
    if (!*part) {
      break;
    }
    out += std::string((*part)->path) + "@" + std::to_string((*part)->at) + " " + std::string((*part)->text) + "\n";
  }
  if (const auto& fault = parts.fault()) {
    out += (parts.cut() ? "cut " : "fault ") + std::to_string(fault->offset) + ": " + fault->why + "\n";
  }
  return out;
}

TEST(Parts, AreWholeValuesAtTheirPaths) {
  const std::string text =
      "\n{\"k\" : \"v\\\\\\\"]\" , \"a\":[ {\"x\":[1,{\"y\":\"}\"}],\"z\":-1.5e3},[],[ true ]\t], \"n\":null}\n";
  const std::string expected = R"(/k@8 "v\\\"]"
/a/[]/x@30 [1,{"y":"}"}]
/a/[]/z@48 -1.5e3
/a/[]@54 
/a/[]@57 
/a/[]/[]@61 true
/a/[]@66 
/a@68 
/n@75 null
@79 
)";
  for (const std::size_t piece : {1U, 2U, 7U, 1000U}) {
    EXPECT_EQ(parts_of(text, piece), expected) << piece;
  }
}

TEST(Parts, SayWhereNothingMoreCanBeRead) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "cut 0: it stops before its end\n"},
      {"7", "@0 7\n"},
      {"\"s", "cut 2: it stops before its end\n"},
      {"{\"a\":[{\"x\":1", "cut 12: it stops before its end\n"},
      {"{\"a\":[{\"x\":1},", "/a/[]/x@11 1\n/a/[]@12 \ncut 14: it stops before its end\n"},
      {"{\"k\":{\"a\":1", "cut 11: it stops before its end\n"},
      {"{\"k\":1 \"l\":2}", "/k@5 1\nfault 7: a comma or } lacks\n"},
      {"{\"a\":[1 2]}", "/a/[]@6 1\nfault 8: a comma or ] lacks\n"},
      {"{k:1}", "fault 1: a member's name lacks\n"},
      {"{\"k\" 1}", "fault 5: a colon lacks after a member's name\n"},
      {"{\"k\":}", "fault 5: a value lacks\n"},
      {"{} {}", "@1 \nfault 3: something follows its end\n"},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(parts_of(text), expected) << text;
  }
}

TEST(Parts, AValueWithoutEndIsAFaultAndNotMemory) {
  std::uint64_t given = 0;
  PartStream parts(
      [&given](char* to, std::size_t size) -> Result<std::size_t> {
        std::fill_n(to, size, given == 0 ? '"' : 'x');
        *to = given == 0 ? '{' : 'x';
        given += size;
        return size;
      },
      {});
  EXPECT_FALSE(*parts.next());
  ASSERT_TRUE(parts.fault());
  EXPECT_EQ(parts.fault()->why, "a value in it is longer than 128 MiB");
  EXPECT_LT(given, 130U << 20);
}

TEST(Parts, GiveTheSourcesError) {
  PartStream parts([](char*, std::size_t) -> Result<std::size_t> { return fail(ErrorKind::local, "disk"); }, {""});
  EXPECT_EQ(parts.next().error().message, "disk");
}

}  // namespace
}  // namespace whydrop::json
