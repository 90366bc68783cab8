#include "terminal/history_file.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace whydrop::terminal {
namespace {

namespace fs = std::filesystem;

class History : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "whydrop-history-XXXXXX").string();
    dir_ = ::mkdtemp(pattern.data());
  }
  void TearDown() override { fs::remove_all(dir_); }
  unsigned mode(const fs::path& path) const { return static_cast<unsigned>(fs::status(path).permissions()); }
  fs::path dir_;
};

TEST_F(History, KeepsLinesForTheOwnerOnly) {
  const fs::path path = dir_ / "state" / "history";
  HistoryFile(path).add("first");
  HistoryFile(path).add("/ping x");
  EXPECT_EQ(mode(path), 0600U);
  EXPECT_EQ(HistoryFile(path).load(), (std::vector<std::string>{"first", "/ping x"}));
}

TEST_F(History, ClosesAFileThatWasOpenToOthers) {
  const fs::path path = dir_ / "history";
  std::ofstream(path) << "old\n";
  fs::permissions(path, static_cast<fs::perms>(0644));
  HistoryFile(path).add("new");
  EXPECT_EQ(mode(path), 0600U);
  EXPECT_EQ(HistoryFile(path).load(), (std::vector<std::string>{"old", "new"}));
}

TEST_F(History, ForgetsTheOldest) {
  const fs::path path = dir_ / "history";
  {
    std::ofstream file(path);
    for (std::size_t i = 0; i < HistoryFile::kMaxLines + 5; ++i) {
      file << i << '\n';
    }
  }
  const std::vector<std::string> lines = HistoryFile(path).load();
  ASSERT_EQ(lines.size(), HistoryFile::kMaxLines);
  EXPECT_EQ(lines.front(), "5");
  EXPECT_EQ(HistoryFile(path).load(), lines);
}

TEST_F(History, LivesWithoutAFile) {
  EXPECT_EQ(HistoryFile("").load(), std::vector<std::string>());
  EXPECT_EQ(HistoryFile(dir_ / "none").load(), std::vector<std::string>());
  HistoryFile(dir_ / "none" / "x").add("made");
  EXPECT_EQ(HistoryFile(dir_ / "none" / "x").load(), std::vector<std::string>{"made"});
}

}  // namespace
}  // namespace whydrop::terminal
