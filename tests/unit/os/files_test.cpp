#include "os/arguments.hpp"
#include "os/children.hpp"
#include "os/file_names.hpp"
#include "os/machine.hpp"
#include "os/rereadable_file.hpp"
#include "support/folder.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace whydrop::os {
namespace {

using namespace std::chrono_literals;
using test::Folder;
using Names = std::vector<std::string>;

TEST(Expanded, ReadsPatternsThatNoShellRead) {
  const Folder folder;
  folder.file("b.json", "");
  folder.file("a.json", "");
  folder.file("[c].json", "");
  EXPECT_EQ(expanded(folder.path("?.json")), (Names{folder.path("a.json"), folder.path("b.json")}));
  EXPECT_EQ(expanded(folder.path("x*")), (Names{folder.path("x*")}));
  EXPECT_EQ(expanded(folder.path("[c].json")), (Names{folder.path("[c].json")}));
  EXPECT_EQ(expanded("-"), (Names{"-"}));
}

TEST(IsPlainName, IsNoPath) {
  for (const auto& [name, plain] : {std::pair("guest-event", true),
                                    std::pair("", false),
                                    std::pair("a/b", false),
                                    std::pair("../a", false),
                                    std::pair("a.json", false)}) {
    EXPECT_EQ(is_plain_name(name), plain) << name;
  }
}

std::string all_of(const RereadableFile& file) {
  const auto source = file.read();
  std::string all;
  std::array<char, 7> block{};
  for (auto count = source(block.data(), block.size()); count && *count > 0;
       count = source(block.data(), block.size())) {
    all.append(block.data(), *count);
  }
  return all;
}

TEST(RereadableFile, IsReadFromItsBeginningEachTime) {
  const Folder folder;
  const auto file = RereadableFile::open(folder.file("file", "some text"));
  ASSERT_TRUE(file);
  EXPECT_EQ(all_of(*file), "some text");
  EXPECT_EQ(all_of(*file), "some text");
}

TEST(RereadableFile, APipeIsCopiedFirst) {
  int ends[2] = {-1, -1};
  ASSERT_EQ(::pipe(ends), 0);
  ASSERT_EQ(::write(ends[1], "some text", 9), 9);
  ::close(ends[1]);
  const auto file = RereadableFile::open("/dev/fd/" + std::to_string(ends[0]));
  ::close(ends[0]);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(all_of(*file), "some text");
  EXPECT_EQ(all_of(*file), "some text");
}

TEST(RereadableFile, NamesWhatCannotBeRead) {
  EXPECT_EQ(RereadableFile::open("/none/file").error().message, "cannot read /none/file: No such file or directory");
}

TEST(HideArgument, LeavesNothingOfASecretToThoseWhoListProcesses) {
  std::string program = "whydrop", var = "key=hush-hush!hush", other = "hushed";
  std::array<char*, 3> arguments{program.data(), var.data(), other.data()};
  remember_arguments(3, arguments.data());
  hide_argument("");
  EXPECT_EQ(var, "key=hush-hush!hush");
  hide_argument("hush");
  EXPECT_EQ(var, "key=xxxx-xxxx!xxxx");
  EXPECT_EQ(other, "xxxxed");
  remember_arguments(0, nullptr);
}

TEST(RandomUuid, IsOfVersionFour) {
  const std::string uuid = random_uuid();
  ASSERT_EQ(uuid.size(), 36U);
  EXPECT_EQ(uuid[14], '4');
  EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos) << uuid;
  EXPECT_NE(uuid, random_uuid());
}

struct ChildCase {
  const char* what;
  Children::Work work;
  std::chrono::nanoseconds limit;
  std::string told, out, err;
  bool by_signal, overran;
};

TEST(Children, AreToldOfOneByOne) {
  const std::vector<ChildCase> cases = {
      {"works", [] { return std::string("done"); }, 1min, "done", "", "", false, false},
      {"writes",
       [] {
         (void)!::write(STDOUT_FILENO, "out", 3);
         (void)!::write(STDERR_FILENO, "err", 3);
         return std::string(200'000, 'x');
       },
       1min,
       std::string(200'000, 'x'),
       "out",
       "err",
       false,
       false},
      {"crashes",
       []() -> std::string {
         std::signal(SIGABRT, SIG_DFL);
         std::abort();
       },
       1min,
       "",
       "",
       "",
       true,
       false},
      {"hangs",
       []() -> std::string {
         while (true) {
           ::pause();
         }
       },
       100ms,
       "",
       "",
       "",
       true,
       true},
  };
  for (const ChildCase& test : cases) {
    Children children;
    ASSERT_TRUE(children.start(7, test.work, test.limit)) << test.what;
    EXPECT_EQ(children.count(), 1U);
    const auto ended = children.wait();
    ASSERT_TRUE(ended) << test.what;
    EXPECT_EQ(ended->id, 7U);
    EXPECT_EQ(ended->told, test.told) << test.what;
    EXPECT_EQ(ended->out, test.out) << test.what;
    EXPECT_EQ(ended->err, test.err) << test.what;
    EXPECT_EQ(WIFSIGNALED(ended->status), test.by_signal) << test.what;
    EXPECT_EQ(ended->overran, test.overran) << test.what;
    EXPECT_EQ(children.count(), 0U);
  }
}

}  // namespace
}  // namespace whydrop::os
