#include "rehearsal/target.hpp"

#include <gtest/gtest.h>

namespace whydrop::rehearsal {
namespace {

TEST(local_part, leaves_scheme_and_host_out) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"https://h/api/v2?x=1", "/api/v2?x=1"},
      {"https://h", "/"},
      {"https://h?x=1", "?x=1"},
      {"https://{host}/{id}", "/{id}"},
      {"/api?redirect=http://x/y", "/api?redirect=http://x/y"},
      {"https://h/api?redirect=http://x/y", "/api?redirect=http://x/y"},
      {"?next=http://x/y", "?next=http://x/y"},
      {"/plain", "/plain"},
      {"", ""},
  };
  for (const auto& [url, local] : rows) {
    EXPECT_EQ(local_part(url), local) << url;
  }
}

TEST(read_target, decodes_path_and_query) {
  const Target target = read_target("/a%20b/c+d?q=x+y%2B&%6E=1&flag");
  EXPECT_EQ(target.path, "/a b/c+d");
  EXPECT_EQ(target.query, (Query{{"q", "x y+"}, {"n", "1"}, {"flag", ""}}));
  ASSERT_NE(target.find("flag"), nullptr);
  EXPECT_EQ(target.find("none"), nullptr);
}

TEST(read_target, keeps_the_path_before_a_url_in_the_query) {
  const Target target = read_target("/api?redirect=http://x/y");
  EXPECT_EQ(target.path, "/api");
  EXPECT_EQ(target.query, (Query{{"redirect", "http://x/y"}}));
}

TEST(read_form, decodes_names_and_values) {
  EXPECT_EQ(read_form("client%5Fsecret=a+b%26c&x="), (Query{{"client_secret", "a b&c"}, {"x", ""}}));
}

TEST(same_path, lets_a_placeholder_stand_for_some_text_of_one_segment) {
  EXPECT_TRUE(same_path("/v1/{id}/messages", "/v1/42/messages"));
  EXPECT_TRUE(same_path("/v1/pre-{id}.json", "/v1/pre-42.json"));
  EXPECT_FALSE(same_path("/v1/{id}/messages", "/v1//messages"));
  EXPECT_FALSE(same_path("/v1/{id}/messages", "/v1/4/2/messages"));
  EXPECT_FALSE(same_path("/v1/{id}", "/v2/42"));
  EXPECT_FALSE(same_path("/v1", "/v1/"));
}

TEST(missing_query, names_the_first_that_is_absent_or_differs) {
  const Target pattern = read_template("https://h/p?v=2&token={token}");
  EXPECT_EQ(missing_query(pattern, read_target("/p?token=t&v=2&more=1")), std::nullopt);
  EXPECT_EQ(missing_query(pattern, read_target("/p?v=2")), "token");
  EXPECT_EQ(missing_query(pattern, read_target("/p?v=3&token=t")), "v");
}

TEST(value_in, finds_what_a_placeholder_stands_for) {
  EXPECT_EQ(value_in("Bearer {token}", "token", "Bearer abc"), "abc");
  EXPECT_EQ(value_in("{a}", "a", "x"), "x");
  EXPECT_EQ(value_in("Bearer {token}", "token", "Basic abc"), std::nullopt);
  EXPECT_EQ(value_in("Bearer {token}", "other", "Bearer abc"), std::nullopt);
}

}  // namespace
}  // namespace whydrop::rehearsal
