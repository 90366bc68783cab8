#include "replay/server_values.hpp"

#include "json/json.hpp"
#include "replay/scalars.hpp"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace whydrop::replay {
namespace {

TEST(LooksMade, TellsIdsFromWords) {
  struct Case {
    std::string text;
    bool number, made;
  };
  const Case cases[] = {
      {"0b7f3a52-5d1f-4a3c-9f6e-2f1f0a6f1b11", false, true},
      {"deadbeef01", false, true},
      {"eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2ln", false, true},
      {"AbCdEfGhIjKlMnOpQr", false, true},
      {"2026-01-02T03:04:05Z", false, true},
      {"abc123", false, true},
      {"abc12", false, false},
      {"Agent 007 joined", false, false},
      {"presence.changed", false, false},
      {"conversationStarted", false, true},  // as base64 may look: it is a link only if the client sent it back
      {"user-disconnected", false, false},
      {"1000", true, true},
      {"-1000", true, true},
      {"999", true, false},
      {"1000.5", true, false},
      {std::string((16 << 10) + 1, '1'), false, false},
  };
  for (const Case& each : cases) {
    EXPECT_EQ(looks_generated(each.text, each.number), each.made) << each.text.substr(0, 60);
  }
}

TEST(ValueIndex, AreFoundWholeAndInside) {
  ValueIndex values;
  const std::string uuid = "0b7f3a52-5d1f-4a3c-9f6e-2f1f0a6f1b11";
  EXPECT_EQ(values.add(uuid), 0U);
  EXPECT_EQ(values.add("short1"), 1U);
  EXPECT_EQ(values.add(uuid + "-and-more"), 2U);
  EXPECT_EQ(values.find("short1"), 1U);
  EXPECT_EQ(values.find("short2"), std::nullopt);
  const auto hits = values.find_inside("a/" + uuid + "/short1?" + uuid + "-and-more");
  ASSERT_EQ(hits.size(), 2U);
  EXPECT_EQ(hits[0].at, 2U);
  EXPECT_EQ(hits[0].id, 0U);
  EXPECT_EQ(hits[1].id, 2U);
  EXPECT_EQ(hits[1].length, uuid.size() + 9);
  EXPECT_TRUE(values.find_inside("x" + uuid).empty());
  EXPECT_TRUE(values.find_inside(uuid + "x").empty());
}

TEST(ValueIndex, ForgetTheOldest) {
  ValueIndex values;
  for (int i = 0; i < 65537; ++i) {
    values.add(fmt::format("a-value-of-{:06}", i));
  }
  EXPECT_EQ(values.oldest(), 1U);
  EXPECT_EQ(values.find("a-value-of-000000"), std::nullopt);
  EXPECT_EQ(values.find("a-value-of-000001"), 1U);
  EXPECT_EQ(values.find("a-value-of-065536"), 65536U);
}

TEST(BloomFilter, KnowsWhatWasSent) {
  BloomFilter sent;
  for (int i = 0; i < 1000; ++i) {
    sent.add(fmt::format("value-{}", i));
  }
  int wrong = 0;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(sent.has(fmt::format("value-{}", i)));
    wrong += sent.has(fmt::format("other-{}", i)) ? 1 : 0;
  }
  EXPECT_EQ(wrong, 0);
}

/// "pointer@at=raw" of each scalar.
std::string scalars_of(std::string_view text) {
  std::string out;
  for (Scalars scalars(text); scalars.next();) {
    out += fmt::format("{}@{}={} ", scalars.pointer(), scalars.at(), scalars.raw());
  }
  return out;
}

TEST(Scalars, StandWhereTheyStand) {
  const std::pair<std::string, std::string> cases[] = {
      {R"({"a":1,"b":"x"})", "/a@5=1 /b@11=\"x\" "},
      {R"( [ 1 , [ true , {"k" : null } ] , "s" ] )", "/0@3=1 /1/0@9=true /1/1/k@23=null /2@34=\"s\" "},
      {R"({"a/b":{"c~d":[{},[],-1.5e3]},"e\"f":"g\"h"})", "/a~1b/c~0d/2@21=-1.5e3 /e\"f@37=\"g\\\"h\" "},
      {R"("whole")", "@0=\"whole\" "},
      {"12", "@0=12 "},
      {"{}", ""},
      {"", ""},
      // Not JSON: nothing is promised but an end.
      {"{\"a", ""},
      {"]]}", ""},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(scalars_of(text), expected) << text;
  }
}

TEST(Scalars, AgreeWithTheTree) {
  const std::string text = R"({"a":[{"b":[1,2,{"c":"\u00fc"}]},[[["deep"]]],""],"":{"":0},"x":{"y":{"z":false}}})";
  json::Json json;
  ASSERT_FALSE(json.parse(text));
  int seen = 0;
  for (Scalars scalars(text); scalars.next(); ++seen) {
    const auto value = json.root().at(scalars.pointer());
    ASSERT_TRUE(value) << scalars.pointer();
    json::Json alone;
    ASSERT_FALSE(alone.parse(scalars.raw()));
    EXPECT_TRUE(json::equal(*value, alone.root())) << scalars.pointer();
  }
  EXPECT_EQ(seen, 7);
}

}  // namespace
}  // namespace whydrop::replay
