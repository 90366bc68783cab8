#include "auth/store.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace whydrop::auth {
namespace {

class StoreTest : public testing::Test {
 protected:
  StoreTest() {
    std::string name = testing::TempDir() + "whydrop-store-XXXXXX";
    home_ = ::mkdtemp(name.data());
    path_ = home_ + "/state/whydrop/guest.json";
  }
  ~StoreTest() override { (void)std::system(("rm -r " + home_).c_str()); }

  static unsigned mode_of(const std::string& path) {
    struct stat found {};
    EXPECT_EQ(::stat(path.c_str(), &found), 0) << path;
    return found.st_mode & 07777U;
  }
  void write(const std::string& text, mode_t mode = 0600) {
    path_ = home_ + "/store.json";
    std::ofstream(path_) << text;
    ::chmod(path_.c_str(), mode);
  }
  std::string error() const {
    const auto opened = Store::open(path_);
    return opened ? "" : opened.error().message;
  }
  std::string home_, path_;
};

TEST_F(StoreTest, keeps_values_for_the_owner_only) {
  auto store = Store::open(path_);
  ASSERT_TRUE(store);
  EXPECT_TRUE(store->entries().empty());
  store->set("token", {"s \"1\"\n", 100, 200, true});
  store->set("region", {"ie", 100, std::nullopt, false});
  const mode_t before = ::umask(0);  // the widest; the store's rights do not hang on it
  ASSERT_TRUE(store->save());
  ::umask(before);
  EXPECT_EQ(mode_of(path_), 0600U);
  EXPECT_EQ(mode_of(home_ + "/state"), 0700U);
  EXPECT_EQ(mode_of(home_ + "/state/whydrop"), 0700U);

  const auto again = Store::open(path_);
  ASSERT_TRUE(again) << again.error().message;
  ASSERT_EQ(again->entries().size(), 2U);
  const Store::Entry& token = again->entries().at("token");
  EXPECT_EQ(token.value, "s \"1\"\n");
  EXPECT_EQ(token.at, 100);
  EXPECT_EQ(token.expires, 200);
  EXPECT_TRUE(token.secret);
  EXPECT_FALSE(again->entries().at("region").secret);
  EXPECT_FALSE(again->entries().at("region").expires);
}

TEST_F(StoreTest, replaces_its_file_as_a_whole) {
  auto store = Store::open(path_);
  store->set("a", {"1", 1, std::nullopt, true});
  ASSERT_TRUE(store->save());
  const std::ifstream old(path_);
  store->set("a", {"2", 2, std::nullopt, true});
  ASSERT_TRUE(store->save());
  std::ostringstream seen;
  seen << old.rdbuf();
  EXPECT_NE(seen.str().find("\"1\""), std::string::npos);  // who reads the old file reads it to its end
  EXPECT_EQ(Store::open(path_)->entries().at("a").value, "2");
  EXPECT_TRUE(Store::remove(path_));
  EXPECT_NE(::access(path_.c_str(), F_OK), 0);
  EXPECT_TRUE(Store::remove(path_));
}

TEST_F(StoreTest, is_not_used_where_others_could_read_or_change_it) {
  write("{}", 0644);
  const auto opened = Store::open(path_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().message, "cannot use store " + path_ + ": others may read or change it (mode 0644)");
  EXPECT_EQ(opened.error().hint, "chmod 600 " + path_);
  EXPECT_EQ(opened.error().kind, ErrorKind::local);
  write("{}", 0620);
  EXPECT_EQ(error(), "cannot use store " + path_ + ": others may read or change it (mode 0620)");
}

TEST_F(StoreTest, writes_nothing_that_it_would_not_read) {
  auto store = Store::open(path_);
  store->set("a", {std::string(5U << 20, 'x'), 1, std::nullopt, true});
  EXPECT_EQ(store->save().error().message, "cannot write store " + path_ + ": it would be larger than 4 MiB");
  EXPECT_NE(::access(path_.c_str(), F_OK), 0);
}

TEST_F(StoreTest, is_a_plain_file_of_our_own) {
  write("{}");
  const std::string link = home_ + "/link.json";
  ASSERT_EQ(::symlink(path_.c_str(), link.c_str()), 0);
  EXPECT_EQ(Store::open(link).error().message, "cannot use store " + link + ": it is a symbolic link");
  EXPECT_EQ(Store::open(home_).error().message, "cannot use store " + home_ + ": it is not a plain file");
  EXPECT_TRUE(Store::remove(link));
  EXPECT_EQ(::access(path_.c_str(), F_OK), 0) << "what a link led to was removed";
  const std::string pipe = home_ + "/pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(Store::open(pipe).error().message, "cannot use store " + pipe + ": it is not a plain file");
  EXPECT_EQ(Store::remove(pipe).error().message, "cannot remove store " + pipe + ": it is not a plain file");
  EXPECT_EQ(::access(pipe.c_str(), F_OK), 0);
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown(path_.c_str(), 1, 1), 0);
    EXPECT_EQ(error(), "cannot use store " + path_ + ": it belongs to another user");
  }
}

TEST_F(StoreTest, says_what_is_wrong_with_its_text) {
  write("{\"whydrop_store\": 1, ");
  EXPECT_EQ(error().substr(0, path_.size()), path_);
  write("{\"whydrop_store\": 2, \"values\": {}}");
  EXPECT_EQ(error(), "cannot read store " + path_ + ": it is no store of this version");
  write("{\"whydrop_store\": 1, \"values\": {\"a\": {\"value\": 1, \"at\": 2}}}");
  EXPECT_EQ(error(), "cannot read store " + path_ + ": a is no value with its time");
}

TEST(store_path, is_where_xdg_says) {
  EXPECT_EQ(store_path("p", "/state", "/home/me"), "/state/whydrop/p.json");
  EXPECT_EQ(store_path("p", "", "/home/me"), "/home/me/.local/state/whydrop/p.json");
  EXPECT_EQ(store_path("p", "relative", "/home/me"), "/home/me/.local/state/whydrop/p.json");
  EXPECT_EQ(store_path("p", "/state", ""), "/state/whydrop/p.json");
  EXPECT_EQ(store_path("p", "", ""), "");
}

TEST_F(StoreTest, removes_what_it_wrote_only) {
  for (const char* text : {"", "my notes", R"({"other": 1})"}) {
    write(text);
    const auto removed = Store::remove(path_);
    ASSERT_FALSE(removed) << text;
    EXPECT_EQ(removed.error().message, "cannot remove store " + path_ + ": it is no store of whydrop's");
    EXPECT_EQ(::access(path_.c_str(), F_OK), 0);
  }
  write(R"({"whydrop_store": 1, "values": damaged)");
  EXPECT_TRUE(Store::remove(path_));
  EXPECT_NE(::access(path_.c_str(), F_OK), 0);
}

}  // namespace
}  // namespace whydrop::auth
