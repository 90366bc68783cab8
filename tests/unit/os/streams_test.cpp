#include "os/streams.hpp"

#include "support/folder.hpp"

#include <csignal>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace whydrop::os {
namespace {

using test::Folder;

TEST(OpenCapture, IsThePersonsAlone) {
  const Folder folder;
  ASSERT_TRUE(open_capture(folder.path("new"), FileMode::fresh));
  struct stat info {};
  ASSERT_EQ(::stat(folder.path("new").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

struct OpenCase {
  FileMode mode;
  std::string before, expected;  ///< expected: what stands in the file after a line was written, or an error
};

TEST(OpenCapture, TakesWhatIsThereAsTheModeSays) {
  const std::vector<OpenCase> cases = {
      {FileMode::append, "{\"whydrop\":1}\n", "{\"whydrop\":1}\nnew\n"},
      {FileMode::append, "{\"whydrop\":1}\ncut", "{\"whydrop\":1}\ncut\nnew\n"},
      {FileMode::append, "", "new\n"},
      {FileMode::overwrite, "a\n", "new\n"},
      {FileMode::fresh, "a\n", "cannot create capture FILE: it exists"},
  };
  for (const OpenCase& test : cases) {
    const Folder folder;
    const std::string path = folder.file("FILE", test.before);
    const auto opened = open_capture(path, test.mode);
    if (!opened) {
      EXPECT_EQ(opened.error().message, "cannot create capture " + path + ": it exists");
      EXPECT_EQ(opened.error().hint, "--append or --overwrite");
      EXPECT_EQ(folder.read("FILE"), test.before);
      continue;
    }
    ASSERT_TRUE((*opened)->write("new\n"));
    EXPECT_EQ(folder.read("FILE"), test.expected);
  }
}

TEST(OpenCapture, AddsToCapturesOnlyAndHasOneWriter) {
  const Folder folder;
  const std::string notes = folder.file("notes", "mine\n"), capture = folder.file("capture", "{\"whydrop\":1}\n");
  const auto other = open_capture(notes, FileMode::append);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().message, "cannot add to capture " + notes + ": what stands there is no capture");
  EXPECT_EQ(folder.read("notes"), "mine\n");
  const auto first = open_capture(capture, FileMode::append);
  ASSERT_TRUE(first);
  for (const FileMode mode : {FileMode::append, FileMode::overwrite}) {
    const auto second = open_capture(capture, mode);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().message, "cannot write capture " + capture + ": another whydrop writes it");
  }
  EXPECT_EQ(folder.read("capture"), "{\"whydrop\":1}\n");
}

TEST(FdSink, SaysOnceThatItsReaderIsGoneAndSwallowsTheRest) {
  std::signal(SIGPIPE, SIG_IGN);
  int ends[2] = {-1, -1};
  ASSERT_EQ(::pipe(ends), 0);
  FdSink sink(ends[1], "it", true);
  int told = 0;
  sink.on_gone([&told] { ++told; });
  EXPECT_TRUE(sink.write("read"));
  EXPECT_FALSE(sink.gone());
  ::close(ends[0]);
  EXPECT_TRUE(sink.write("unread"));
  EXPECT_TRUE(sink.write("unread"));
  EXPECT_TRUE(sink.gone());
  EXPECT_EQ(told, 1);
  EXPECT_FALSE(sink.is_terminal());
  EXPECT_EQ(sink.width(), 0U);
}

TEST(FdSink, GivesToAnotherAsLongAsItIsDiverted) {
  const Folder folder;
  const auto file = open_capture(folder.path("file"), FileMode::fresh);
  std::string other;
  (*file)->divert([&other](std::string_view text) { other += text; });
  EXPECT_TRUE((*file)->write("aside"));
  (*file)->divert(nullptr);
  EXPECT_TRUE((*file)->write("here"));
  EXPECT_EQ(other, "aside");
  EXPECT_EQ(folder.read("file"), "here");
}

TEST(FdSink, NamesWhatCannotBeWritten) {
  const Folder folder;
  const std::string path = folder.file("file", "");
  FdSink sink(STDIN_FILENO + 1000, "report r.xml", false);
  EXPECT_EQ(sink.write("x").error().message, "cannot write report r.xml: Bad file descriptor");
}

TEST(ReadFile, TakesAllOfIt) {
  const Folder folder;
  const std::string large(300'000, 'x');
  EXPECT_EQ(read_file(folder.file("large", large)), large);
  const std::string none = folder.path("none");
  EXPECT_EQ(read_file(none).error().message, "cannot read " + none + ": No such file or directory");
}

TEST(ReadFile, IsBounded) {
  const Folder folder;
  const std::string path = folder.file("huge", "");
  std::filesystem::resize_file(path, kMostOfFile + 1);  // it takes no room
  EXPECT_EQ(read_file(path).error().message, "cannot read " + path + ": it is larger than 1 GiB");
  EXPECT_EQ(read_file(path).error().kind, ErrorKind::local);
}

TEST(WriteNewFile, RefusesOneThatIsThere) {
  const Folder folder;
  EXPECT_TRUE(write_new_file(folder.path("a"), "text"));
  EXPECT_EQ(folder.read("a"), "text");
  EXPECT_EQ(write_new_file(folder.path("a"), "other").error().message,
            "cannot create " + folder.path("a") + ": File exists");
}

}  // namespace
}  // namespace whydrop::os
