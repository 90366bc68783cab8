#include "net/proxy.hpp"

#include <gtest/gtest.h>

namespace whydrop::net {
namespace {

using Kind = ProxyAddress::Kind;

ProxyOptions proxy(std::string url, std::string user = {}, std::string password = {}) {
  ProxyOptions options;
  options.url = std::move(url);
  options.user = std::move(user);
  options.password = std::move(password);
  return options;
}

struct Row {
  std::string url;
  Kind kind;
  bool resolves;
  std::string host;
  std::uint16_t port;
  std::string user, password;
};

class GoodProxy : public testing::TestWithParam<Row> {};

TEST_P(GoodProxy, IsTakenApart) {
  const Row& row = GetParam();
  const auto address = parse_proxy(proxy(row.url));
  ASSERT_TRUE(address) << address.error().message;
  EXPECT_EQ(address->kind, row.kind);
  EXPECT_EQ(address->resolves, row.resolves);
  EXPECT_EQ(address->host, row.host);
  EXPECT_EQ(address->port, row.port);
  EXPECT_EQ(address->user, row.user);
  EXPECT_EQ(address->password, row.password);
}

INSTANTIATE_TEST_SUITE_P(Table,
                         GoodProxy,
                         testing::Values(Row{"http://p:3128", Kind::http, true, "p", 3128, "", ""},
                                         Row{"p:3128", Kind::http, true, "p", 3128, "", ""},
                                         Row{"p", Kind::http, true, "p", 1080, "", ""},
                                         Row{"http://p:80/", Kind::http, true, "p", 80, "", ""},
                                         Row{"HTTP://u:p%40@p:1", Kind::http, true, "p", 1, "u", "p@"},
                                         Row{"socks5://[::1]:9", Kind::socks5, false, "::1", 9, "", ""},
                                         Row{"socks5h://[::1]", Kind::socks5, true, "::1", 1080, "", ""}));

TEST(ParseProxy, PrefersUserAndPasswordThatWereGivenApart) {
  const auto address = parse_proxy(proxy("http://a:b@p:1", "c", "d"));
  ASSERT_TRUE(address);
  EXPECT_EQ(address->user, "c");
  EXPECT_EQ(address->password, "d");
}

TEST(ParseProxy, RefusesWithItsReason) {
  const auto https = parse_proxy(proxy("https://p:1"));
  ASSERT_FALSE(https);
  EXPECT_EQ(https.error().kind, ErrorKind::usage);
  EXPECT_EQ(https.error().message, "proxy https://p:1: the scheme \"https\" is not supported");
  EXPECT_EQ(https.error().hint, "write http://host:port, socks5://host:port or socks5h://host:port");
  const auto port = parse_proxy(proxy("http://p:x"));
  ASSERT_FALSE(port);
  EXPECT_EQ(port.error().message, "proxy http://p:x: \"x\" is not a port");
  EXPECT_EQ(port.error().hint, "write http://host:port or socks5h://host:port");
}

}  // namespace
}  // namespace whydrop::net
