#include "auth/homes.hpp"

#include "auth/site.hpp"
#include "support/folder.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace whydrop::auth {
namespace {

using Origins = std::vector<std::string>;

class HomesTest : public testing::Test {
 protected:
  Result<Homes> open() {
    return Homes::open(path_, [this] { return ++random_; });
  }
  std::string text() const { return folder_.read("state/whydrop/homes"); }
  void write(const std::string& text) {
    path_ = folder_.file("homes", text);
    ::chmod(path_.c_str(), 0600);
  }
  test::Folder folder_;
  std::string path_ = folder_.path("state/whydrop/homes");
  std::uint32_t random_ = 0;
};

TEST_F(HomesTest, KnowsWhereAValueWasUsedAndHoldsNone) {
  auto homes = open();
  ASSERT_TRUE(homes);
  EXPECT_EQ(homes->of("the-secret"), Origins());
  EXPECT_TRUE(homes->add("the-secret", "wss://a:443"));
  EXPECT_TRUE(homes->add("the-secret", "wss://b:443"));
  EXPECT_FALSE(homes->add("the-secret", "wss://a:443"));
  EXPECT_TRUE(homes->add("another", "ws://c:80"));
  ASSERT_TRUE(homes->save());
  const auto again = open();
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->of("the-secret"), (Origins{"wss://a:443", "wss://b:443"}));
  EXPECT_EQ(again->of("another"), Origins{"ws://c:80"});
  EXPECT_EQ(again->of("the-secret "), Origins());
  EXPECT_EQ(text().find("the-secret"), std::string::npos);
}

TEST_F(HomesTest, IsBounded) {
  auto homes = open();
  for (std::size_t i = 0; i <= Homes::kMostValues; ++i) {
    homes->add("value " + std::to_string(i), "ws://a:80");
  }
  EXPECT_EQ(homes->of("value 0"), Origins());
  EXPECT_EQ(homes->of("value 1"), Origins{"ws://a:80"});
  for (std::size_t i = 0; i <= Homes::kMostOrigins; ++i) {
    homes->add("one", "ws://" + std::to_string(i) + ":80");
  }
  EXPECT_EQ(homes->of("one").size(), Homes::kMostOrigins);
  EXPECT_EQ(homes->of("one").front(), "ws://1:80");
  ASSERT_TRUE(homes->save());
  EXPECT_TRUE(open());
}

TEST_F(HomesTest, SaysWhatIsNoRecord) {
  for (const auto& [text, says] : std::vector<std::pair<std::string, std::string>>{
           {"{}", "it is no record of this version"},
           {R"({"whydrop_homes": 1, "key": "00", "homes": {}})", "it is no record of this version"},
           {R"({"whydrop_homes": 1, "key": ")" + std::string(64, '0') + R"(", "homes": {"ab": 1}})",
            "ab has no list of origins"}}) {
    write(text);
    const auto opened = open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().message, "cannot read record of homes " + path_ + ": " + says);
    EXPECT_EQ(opened.error().hint, "remove it");
  }
}

struct SiteCase {
  const char *from, *to;
  bool same;
};

TEST(Site, IsOfOneRegistrableDomain) {
  for (const SiteCase& it : std::vector<SiteCase>{{"wss://api.example.com/a", "wss://ws.example.com:8443/b", true},
                                                  {"wss://Example.com/", "wss://www.example.COM/", true},
                                                  {"ws://api.example.com/", "wss://ws.example.com/", true},
                                                  {"wss://api.example.com/", "ws://ws.example.com/", false},
                                                  {"wss://api.example.com/", "wss://api.example.org/", false},
                                                  {"wss://a.co.uk/", "wss://b.co.uk/", false},
                                                  {"wss://mine.github.io/", "wss://yours.github.io/", false},
                                                  {"wss://example.com/", "wss://example.com.evil.org/", false},
                                                  {"ws://127.0.0.1:1/", "ws://127.0.0.1:2/", true},
                                                  {"ws://10.0.0.1/", "ws://11.0.0.1/", false},
                                                  {"ws://[::1]/", "ws://[::2]/", false},
                                                  {"ws://localhost/", "ws://127.0.0.1/", false}}) {
    EXPECT_EQ(same_site(*net::parse_url(it.from), *net::parse_url(it.to)), it.same) << it.from << " " << it.to;
  }
}

}  // namespace
}  // namespace whydrop::auth
