#include "os/named_files.hpp"

#include "support/folder.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace whydrop::os {
namespace {

constexpr const char* kOutside = "it does not stand below the folder of the file that names it";

class NamedFilesTest : public testing::Test {
 protected:
  /// The text, "none", or what is wrong.
  std::string read(const std::string& given, const std::vector<std::string>& allowed = {}) const {
    const auto text = NamedFiles(folder_.path("in"), allowed).read(given);
    const std::string path = (std::filesystem::path(folder_.path("in")) / given).string();
    return !text ? text.error().message.substr(std::string("file " + path + ": ").size()) : text->value_or("none");
  }
  test::Folder folder_;
};

TEST_F(NamedFilesTest, AreThoseBelowTheFolder) {
  const std::string outside = folder_.file("outside.json", "outside");
  folder_.file("in/a.json", "a");
  folder_.file("in/deep/b.json", "b");
  folder_.file("inner.json", "no part of in");
  std::filesystem::create_symlink("../outside.json", folder_.path("in/link.json"));
  std::filesystem::create_symlink("a.json", folder_.path("in/own.json"));
  EXPECT_EQ(read("a.json"), "a");
  EXPECT_EQ(read("./deep/../deep/b.json"), "b");
  EXPECT_EQ(read("own.json"), "a");
  EXPECT_EQ(read("none.json"), "none");
  EXPECT_EQ(read("a.json/none.json"), "none");
  for (const std::string& given : {std::string("../outside.json"),
                                   std::string("../inner.json"),
                                   outside,
                                   std::string("link.json"),
                                   std::string("/etc/passwd")}) {
    EXPECT_EQ(read(given), kOutside) << given;
  }
  EXPECT_EQ(read("../outside.json", {outside}), "outside");
  EXPECT_EQ(read("link.json", {folder_.path("")}), "outside");
  EXPECT_EQ(read("../inner.json", {outside, folder_.path("none")}), kOutside);
}

TEST_F(NamedFilesTest, ArePlainAndBounded) {
  folder_.file("in/a.json", "a");
  ASSERT_EQ(::mkfifo(folder_.path("in/pipe").c_str(), 0600), 0);
  EXPECT_EQ(read("pipe"), "it is no plain file");
  EXPECT_EQ(read("/dev/zero", {"/dev"}), "it is no plain file");
  EXPECT_EQ(read("."), "it is no plain file");
  const std::string large = folder_.file("in/large", "");
  std::filesystem::resize_file(large, NamedFiles::kMostBytes);
  EXPECT_EQ(read("large").size(), NamedFiles::kMostBytes);
  std::filesystem::resize_file(large, NamedFiles::kMostBytes + 1);
  EXPECT_EQ(read("large"), "it is larger than 16 MiB");
}

}  // namespace
}  // namespace whydrop::os
