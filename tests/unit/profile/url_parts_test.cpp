#include "profile/url_parts.hpp"

#include <gtest/gtest.h>

namespace whydrop::profile {
namespace {

struct Row {
  std::string_view url;
  std::string_view scheme, host, port, path;
  Query query;
};

TEST(split_url, takes_any_text_apart) {
  const Row rows[] = {
      {"wss://Chat.Example:8443/a/b?x=1&y=2#end", "wss", "chat.example", "8443", "/a/b", {{"x", "1"}, {"y", "2"}}},
      {"HTTPS://h", "https", "h", "", "/", {}},
      {"https://h?q", "https", "h", "", "/", {{"q", ""}}},
      {"wss://me:pass@h:1/", "wss", "h", "1", "/", {}},
      {"ws://a@b@h/", "ws", "h", "", "/", {}},
      {"ws://[::1]:80/x", "ws", "::1", "80", "/x", {}},
      {"ws://[::1]/x", "ws", "::1", "", "/x", {}},
      {"/only/a?b=c", "", "", "", "/only/a", {{"b", "c"}}},
      {"/api?redirect=http://x/y", "", "", "", "/api", {{"redirect", "http://x/y"}}},
      {"wss://{host}/v1?t={token}", "wss", "{host}", "", "/v1", {{"t", "{token}"}}},
      {"", "", "", "", "/", {}},
      {"#", "", "", "", "/", {}},
      {"://", "", "", "", "/", {}},
  };
  for (const Row& row : rows) {
    const UrlParts parts = split_url(row.url);
    EXPECT_EQ(parts.scheme, row.scheme) << row.url;
    EXPECT_EQ(parts.host, row.host) << row.url;
    EXPECT_EQ(parts.port, row.port) << row.url;
    EXPECT_EQ(parts.path, row.path) << row.url;
    EXPECT_EQ(parts.query, row.query) << row.url;
  }
}

TEST(split_query, keeps_order_repeats_and_escapes) {
  EXPECT_EQ(split_query("a=1&b=%20+&a=2"), (Query{{"a", "1"}, {"b", "%20+"}, {"a", "2"}}));
  EXPECT_EQ(split_query("a=b=c"), (Query{{"a", "b=c"}}));
  EXPECT_EQ(split_query("a&=b&=&"), (Query{{"a", ""}, {"", "b"}, {"", ""}}));
  EXPECT_EQ(split_query("&&a=1&&"), (Query{{"a", "1"}}));
  EXPECT_EQ(split_query(""), Query());
}

TEST(find_in, gives_the_first_of_that_very_name) {
  const Query query = split_query("a=1&A=2&a=3&b");
  ASSERT_NE(find_in(query, "a"), nullptr);
  EXPECT_EQ(*find_in(query, "a"), "1");
  ASSERT_NE(find_in(query, "b"), nullptr);
  EXPECT_EQ(*find_in(query, "b"), "");
  EXPECT_EQ(find_in(query, "c"), nullptr);
  EXPECT_EQ(find_in({}, ""), nullptr);
}

TEST(is_loopback, knows_this_machines_own_names) {
  for (const std::string_view host : {"localhost", "127.0.0.1", "127.9.9.9", "::1", "app.localhost"}) {
    EXPECT_TRUE(is_loopback(host)) << host;
  }
  for (const std::string_view host : {"", "1127.0.0.1", "localhost.example", "notlocalhost", ".localhost", "::2"}) {
    EXPECT_FALSE(is_loopback(host)) << host;
  }
}

}  // namespace
}  // namespace whydrop::profile
