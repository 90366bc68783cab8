#include "os/program.hpp"

#include <string>

#include <gtest/gtest.h>

namespace whydrop::os {
namespace {

struct Ran {
  Result<int> status;
  std::string out, last_words;
};

Ran ran(const std::vector<std::string>& words) {
  Ran it{0, {}, {}};
  it.status = run_program(
      words, [&it](std::string_view text) { it.out += text; }, it.last_words);
  return it;
}

TEST(RunProgram, TellsWhatItPrintsAndHowItEnded) {
  const Ran it = ran({"sh", "-c", "echo a \"$1\"; cat; echo b >&2; exit 3", "sh", "two words"});
  EXPECT_EQ(it.status.value_or(-1), 3);
  EXPECT_EQ(it.out, "a two words\n");
  EXPECT_EQ(it.last_words, "b\n");
}

TEST(RunProgram, ReadsBothStreamsHoweverMuchThereIs) {
  const Ran it = ran({"sh", "-c", "head -c 300000 /dev/zero >&2; head -c 300000 /dev/zero; echo end >&2"});
  EXPECT_EQ(it.status.value_or(-1), 0);
  EXPECT_EQ(it.out.size(), 300'000U);
  EXPECT_EQ(it.last_words.size(), 4096U);
  EXPECT_EQ(it.last_words.substr(4092), "end\n");
}

TEST(RunProgram, TellsOfASignalAndOfAProgramThatIsNotThere) {
  EXPECT_EQ(ran({"sh", "-c", "kill -9 $$"}).status.value_or(-1), 128 + 9);
  const Ran missing = ran({"whydrop-no-such-program"});
  ASSERT_FALSE(missing.status);
  EXPECT_EQ(missing.status.error().message, "cannot run whydrop-no-such-program: No such file or directory");
}

}  // namespace
}  // namespace whydrop::os
