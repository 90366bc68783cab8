// Two recordings held against each other, in one process.
#include "replay_run/diff.hpp"

#include "support/folder.hpp"
#include "support/hand_host.hpp"
#include "support/source_tree.hpp"

#include <string>

#include <gtest/gtest.h>

namespace whydrop::replay_run {
namespace {

DiffSettings settings_of(const std::string& a, const std::string& b) {
  DiffSettings settings;
  settings.sides = {{{test::in_source_tree("fixtures/captures/v1.1/" + a), {}},
                     {test::in_source_tree("fixtures/captures/v1.1/" + b), {}}}};
  settings.options.a = a;
  settings.options.b = b;
  return settings;
}

TEST(diff, of_a_recording_with_itself_finds_nothing) {
  test::HandHost process;
  const auto code = diff(settings_of("compressed.ndjson", "compressed.ndjson"), process.host());
  ASSERT_TRUE(code) << code.error().message;
  EXPECT_EQ(*code, 0) << process.out.text;
}

TEST(diff, tells_how_two_sessions_ended) {
  test::HandHost process;
  const auto code = diff(settings_of("compressed.ndjson", "calls.ndjson"), process.host());
  ASSERT_TRUE(code) << code.error().message;
  EXPECT_EQ(*code, 1);
  EXPECT_NE(process.out.text.find("RST"), std::string::npos) << process.out.text;
}

TEST(diff, puts_both_into_a_report) {
  const test::Folder folder;
  test::HandHost process;
  DiffSettings settings = settings_of("compressed.ndjson", "calls.ndjson");
  settings.html = folder.path("diff.html");
  const auto code = diff(settings, process.host());
  ASSERT_TRUE(code) << code.error().message;
  EXPECT_EQ(*code, 1);
  const std::string page = folder.read("diff.html");
  const auto count = [&](const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = page.find(part); at != std::string::npos; at = page.find(part, at + 1)) {
      ++found;
    }
    return found;
  };
  EXPECT_EQ(count("\n{\"type\":\"side\"}\n{\"whydrop\":1,"), 2U);
  EXPECT_GT(count("\n{\"type\":\"difference\",\"kind\":"), 0U);
  EXPECT_EQ(count("\n{\"type\":\"pair\",\"mark\":\"missing\",\"seq_a\":6,\"seq_b\":null}\n"), 1U);
  EXPECT_EQ(
      count("\n{\"type\":\"comparison\",\"kind\":\"comparison\",\"a\":\"compressed.ndjson\",\"b\":\"calls.ndjson\","),
      1U);
  EXPECT_EQ(count(",\"says\":[\"compressed.ndjson and calls.ndjson differ; calls.ndjson does not tell how the session "
                  "ended.\","),
            1U);
}

TEST(diff, reads_standard_input_once_only) {
  test::HandHost process;
  DiffSettings settings;
  settings.sides = {{{"-", {}}, {"-", {}}}};
  const auto code = diff(settings, process.host());
  ASSERT_FALSE(code);
  EXPECT_EQ(code.error().message, "diff - -: standard input can be one of the two only");
}

}  // namespace
}  // namespace whydrop::replay_run
