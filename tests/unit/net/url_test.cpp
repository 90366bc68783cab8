#include "net/url.hpp"

#include <gtest/gtest.h>

namespace whydrop::net {
namespace {

struct Good {
  std::string given, host, target, text, host_header;
  bool tls;
  std::uint16_t port;
};

class GoodUrl : public testing::TestWithParam<Good> {};

TEST_P(GoodUrl, IsTakenApart) {
  const Good& row = GetParam();
  const auto url = parse_url(row.given);
  ASSERT_TRUE(url) << url.error().message;
  EXPECT_EQ(url->tls, row.tls);
  EXPECT_EQ(url->host, row.host);
  EXPECT_EQ(url->port, row.port);
  EXPECT_EQ(url->target, row.target);
  EXPECT_EQ(url->text(), row.text);
  EXPECT_EQ(url->host_header(), row.host_header);
}

INSTANTIATE_TEST_SUITE_P(
    Table,
    GoodUrl,
    testing::Values(
        Good{"ws://a", "a", "/", "ws://a/", "a", false, 80},
        Good{"wss://a/", "a", "/", "wss://a/", "a", true, 443},
        Good{"http://a:8080/x", "a", "/x", "ws://a:8080/x", "a:8080", false, 8080},
        Good{"https://A.example/x?y=1&z", "a.example", "/x?y=1&z", "wss://a.example/x?y=1&z", "a.example", true, 443},
        Good{"WSS://a:443/x", "a", "/x", "wss://a/x", "a", true, 443},
        Good{"ws://a?q", "a", "/?q", "ws://a/?q", "a", false, 80},
        Good{"ws://a:/x", "a", "/x", "ws://a/x", "a", false, 80},
        Good{"ws://[::1]:9/x", "::1", "/x", "ws://[::1]:9/x", "[::1]:9", false, 9},
        Good{"wss://[2001:DB8::1]", "2001:db8::1", "/", "wss://[2001:db8::1]/", "[2001:db8::1]", true, 443},
        Good{"ws://127.0.0.1:65535//a", "127.0.0.1", "//a", "ws://127.0.0.1:65535//a", "127.0.0.1:65535", false, 65535},
        Good{"ws://u@h/x@y:1", "h", "/x@y:1", "ws://h/x@y:1", "h", false, 80},
        Good{"ws://a/\xC3\xA4", "a", "/%C3%A4", "ws://a/%C3%A4", "a", false, 80}));

struct Userinfo {
  std::string given, user, password;
};

class UrlUserinfo : public testing::TestWithParam<Userinfo> {};

TEST_P(UrlUserinfo, IsDecodedAndKeptOutOfTheText) {
  const auto url = parse_url(GetParam().given);
  ASSERT_TRUE(url) << url.error().message;
  EXPECT_EQ(url->user, GetParam().user);
  EXPECT_EQ(url->password, GetParam().password);
  EXPECT_EQ(url->text(), "ws://h/");
}

INSTANTIATE_TEST_SUITE_P(Table,
                         UrlUserinfo,
                         testing::Values(Userinfo{"ws://h/", "", ""},
                                         Userinfo{"ws://u@h/", "u", ""},
                                         Userinfo{"ws://u:p@h/", "u", "p"},
                                         Userinfo{"ws://u:p:q@h/", "u", "p:q"},
                                         Userinfo{"ws://a@b:p@h/", "a@b", "p"},
                                         Userinfo{"ws://u%40x:%3a%2F@h/", "u@x", ":/"}));

struct Bad {
  std::string given, message, hint;
};

class BadUrl : public testing::TestWithParam<Bad> {};

TEST_P(BadUrl, IsRefusedWithItsReason) {
  const auto url = parse_url(GetParam().given);
  ASSERT_FALSE(url);
  EXPECT_EQ(url.error().kind, ErrorKind::usage);
  EXPECT_EQ(url.error().message, GetParam().message);
  EXPECT_EQ(url.error().hint, GetParam().hint);
}

constexpr auto kSchemeHint = "write ws://… or wss://…";
constexpr auto kPortHint = "a port is a number from 1 to 65535";
constexpr auto kBracketHint = "write ws://[::1]:8080/";
constexpr auto kSpaceHint = "leave it out, or percent-encode it: %20 is a space";

INSTANTIATE_TEST_SUITE_P(
    Table,
    BadUrl,
    testing::Values(
        Bad{"", "url: it is empty", kSchemeHint},
        Bad{"example.com/x",
            "url example.com/x: the scheme is missing",
            "write ws://example.com/x or wss://example.com/x"},
        Bad{"localhost:80", "url localhost:80: the scheme is missing", "write ws://localhost:80 or wss://localhost:80"},
        Bad{"ftp://a/", "url ftp://a/: the scheme \"ftp\" is unknown", kSchemeHint},
        Bad{"ws://a/x#y",
            "url ws://a/x#y: a fragment has no meaning in a WebSocket URL",
            "leave out '#' and what follows it, or write %23"},
        Bad{"ws://", "url ws://: the host is missing", ""},
        Bad{"ws:///x", "url ws:///x: the host is missing", ""},
        Bad{"ws://:80/", "url ws://:80/: the host is missing", ""},
        Bad{"ws://a:0/", "url ws://a:0/: \"0\" is not a port", kPortHint},
        Bad{"ws://a:65536/", "url ws://a:65536/: \"65536\" is not a port", kPortHint},
        Bad{"ws://a:8o/", "url ws://a:8o/: \"8o\" is not a port", kPortHint},
        Bad{"ws://::1/", "url ws://::1/: an IPv6 address goes in brackets", kBracketHint},
        Bad{"ws://fe80::1/", "url ws://fe80::1/: an IPv6 address goes in brackets", kBracketHint},
        Bad{"ws://[::1/", "url ws://[::1/: the ']' of the IPv6 address is missing", kBracketHint},
        Bad{"ws://[::1]x/", "url ws://[::1]x/: only a port can follow the address", kBracketHint},
        Bad{"ws://[::g]/", "url ws://[::g]/: \"::g\" is not an IPv6 address", ""},
        Bad{"ws://a b/", "url 'ws://a b/': it holds a space or a control character", kSpaceHint},
        Bad{"ws://a/ ", "url 'ws://a/ ': it holds a space or a control character", kSpaceHint},
        Bad{"ws://a/\r\nX: y", "url 'ws://a/\\r\\nX: y': it holds a space or a control character", kSpaceHint},
        Bad{"ws://a_b!/", "url ws://a_b!/: '!' cannot stand in a host", ""},
        Bad{"ws://m\xC3\xBCller.example/",
            "url ws://m\xC3\xBCller.example/: the host holds characters outside ASCII",
            "write its ASCII form, which begins with xn--"},
        Bad{"ws://u%4@h/",
            "url ws://u%4@h/: the percent-encoding of the user or password is broken",
            "write a literal % as %25"}));

}  // namespace
}  // namespace whydrop::net
