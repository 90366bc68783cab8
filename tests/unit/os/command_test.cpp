#include "os/command.hpp"

#include "support/folder.hpp"

#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace whydrop::os {
namespace {

/// What failed, once something did.
std::vector<std::string> wait_for_failure(Commands& commands) {
  for (;;) {
    auto failed = commands.failed();
    if (!failed.empty()) {
      return failed;
    }
    std::this_thread::yield();
  }
}

TEST(Commands, GetTheirInputAndEnvironment) {
  const test::Folder folder;
  Commands commands;
  Command command;
  command.line = "{ cat; printf '%s' \"$WHYDROP_CAUSE\"; } > '" + folder.path("out") + "'; exit 3";
  command.input = "a verdict\n";
  command.environment = {{"WHYDROP_CAUSE", "no-close-fin"}};
  ASSERT_TRUE(commands.start(command));
  EXPECT_EQ(wait_for_failure(commands), std::vector<std::string>{"exit status 3"});
  EXPECT_EQ(folder.read("out"), "a verdict\nno-close-fin");
}

TEST(Commands, TellBySignalToo) {
  Commands commands;
  Command command;
  command.line = "kill -KILL $$";
  ASSERT_TRUE(commands.start(command));
  EXPECT_EQ(wait_for_failure(commands), std::vector<std::string>{"signal 9"});
}

TEST(Commands, AreNotStartedWithoutEnd) {
  const test::Folder folder;
  ASSERT_EQ(::mkfifo(folder.path("gate").c_str(), 0600), 0);
  const int gate =
      ::open(folder.path("gate").c_str(), O_RDWR | O_CLOEXEC);  // what reads it waits as long as it is open
  Commands commands;
  Command command;
  command.line = "read line < '" + folder.path("gate") + "'";
  for (std::size_t i = 0; i < Commands::kMost; ++i) {
    ASSERT_TRUE(commands.start(command));
  }
  const auto more = commands.start(command);
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().message, "cannot run '" + command.line + "': 16 of them have not ended yet");
  ASSERT_EQ(::write(gate, "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n", Commands::kMost), static_cast<ssize_t>(Commands::kMost));
  while (!commands.start({"exit 1", "", {}})) {
    std::this_thread::yield();
  }
  EXPECT_EQ(wait_for_failure(commands), std::vector<std::string>{"exit status 1"});
  ::close(gate);
}

TEST(Programs, AreSoughtOnThePath) {
  EXPECT_TRUE(has_program("sh", "/nowhere:/bin"));
  EXPECT_FALSE(has_program("sh", "/nowhere:"));
  EXPECT_FALSE(has_program("no-such-program", "/bin"));
}

}  // namespace
}  // namespace whydrop::os
