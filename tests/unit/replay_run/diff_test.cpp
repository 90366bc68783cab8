// Two recordings held against each other, in one process.
#include "replay_run/diff.hpp"

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
