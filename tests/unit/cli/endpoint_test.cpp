#include "target/endpoint.hpp"

#include "cli/options.hpp"
#include "cli/options/endpoint.hpp"
#include "os/environment.hpp"
#include "target/addresses.hpp"
#include "target/redirect.hpp"

#include <map>

#include <gtest/gtest.h>

namespace whydrop::cli {
namespace {

Result<std::string> read_stub(const std::string& path) {
  return path == "headers.txt" ? Result<std::string>("X-One: 1\n# comment\n\nX-Two: 2\r\n")
                               : Result<std::string>(fail(ErrorKind::local, "cannot read " + path + ": no such file"));
}

os::Environment environment_of(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const std::string& name) {
    const auto found = values.find(name);
    return found == values.end() ? std::string() : found->second;
  };
}

std::string headers_after(const std::vector<std::string>& given, net::ConnectOptions options = {}) {
  const auto applied = target::apply_headers(given, read_stub, options);
  if (!applied) {
    return "error: " + applied.error().message;
  }
  std::string text;
  for (const auto& field : options.headers) {
    text += field.name + "=" + field.value + ";";
  }
  return text;
}

TEST(Headers, AreReadAsCurlReadsThem) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"A: b"}, "A=b;"},
      {{"A:b", "A:  c "}, "A=b;A=c;"},
      {{"A;"}, "A=;"},
      {{"A: 1", "a:"}, ""},
      {{"@headers.txt"}, "X-One=1;X-Two=2;"},
      {{"A: b:c"}, "A=b:c;"},
      {{"@none"}, "error: cannot read none: no such file"},
      {{"bad"}, "error: header 'bad': no ':' in it"},
      {{"a b: c"}, "error: header 'a b: c': 'a b' is not a header name"},
      {{"A: b\r\nC: d"}, "error: header 'A': it holds a line break"},
      {{"Upgrade: h2c"}, "error: header 'Upgrade': the upgrade sets it itself"},
      {{"Host:"}, "error: header 'Host': the upgrade needs it"},
  };
  for (const auto& [given, expected] : cases) {
    EXPECT_EQ(headers_after(given), expected) << given.front();
  }
}

TEST(Headers, TakeAwayWhatWouldBeSentByItself) {
  net::ConnectOptions options;
  options.user_agent = "whydrop";
  options.cookie = "a=1";
  options.basic_user = "me";
  ASSERT_TRUE(target::apply_headers(
      {"user-agent:", "Cookie:", "Authorization:", "Sec-WebSocket-Extensions:"}, read_stub, options));
  EXPECT_EQ(options.user_agent + options.cookie + options.basic_user, "");
  EXPECT_FALSE(options.compression);
}

TEST(NoProxy, MatchesAsCurlDoes) {
  const std::vector<std::tuple<const char*, const char*, bool>> cases = {
      {"example.com", "example.com", true},
      {"example.com", "www.Example.com", true},
      {".example.com", "example.com", true},
      {"example.com", "notexample.com", false},
      {"example.com.", "example.com", true},
      {"example.com", "example.com.", true},
      {"a, b  c", "c", true},
      {"*", "anything", true},
      {"", "a", false},
      {"10.0.0.1", "10.0.0.1", true},
      {"10.0.0.0/8", "10.9.8.7", true},
      {"10.0.0.0/8", "11.0.0.1", false},
      {"10.0.0.0/33", "10.0.0.1", false},
      {"::1", "::1", true},
      {"[::1]", "::1", true},
      {"fe80::/10", "fe80::1", true},
      {"0.1", "10.0.0.1", false},
  };
  for (const auto& [list, host, expected] : cases) {
    EXPECT_EQ(target::bypasses_proxy(list, host), expected) << list << " against " << host;
  }
}

std::string proxy_for(const char* url,
                      const std::map<std::string, std::string>& variables,
                      const target::ProxySettings& flags = {}) {
  const auto proxy = target::choose_proxy(flags, *net::parse_url(url), environment_of(variables));
  return !proxy ? "error: " + proxy.error().message
                : proxy->url + (proxy->user.empty() ? "" : " " + proxy->user + "/" + proxy->password);
}

TEST(Proxy, ComesFromTheEnvironment) {
  EXPECT_EQ(proxy_for("ws://h/", {{"http_proxy", "p:3128"}}), "http://p:3128");
  EXPECT_EQ(proxy_for("ws://h/", {{"HTTP_PROXY", "p:3128"}}), "");
  EXPECT_EQ(proxy_for("wss://h/", {{"HTTPS_PROXY", "http://p"}}), "http://p:1080");
  EXPECT_EQ(proxy_for("wss://h/", {{"https_proxy", "http://a:1"}, {"HTTPS_PROXY", "http://b:1"}}), "http://a:1");
  EXPECT_EQ(proxy_for("wss://h/", {{"http_proxy", "p:3128"}}), "");
  EXPECT_EQ(proxy_for("ws://h/", {{"ALL_PROXY", "socks5h://p:9"}}), "socks5h://p:9");
  EXPECT_EQ(proxy_for("ws://h/", {{"all_proxy", "p:9"}, {"NO_PROXY", "h"}}), "");
}

TEST(Proxy, ComesFromTheFlagFirst) {
  EXPECT_EQ(proxy_for("ws://h/", {{"http_proxy", "p:1"}, {"no_proxy", "*"}}, {true, "q:2", "", ""}), "http://q:2");
  EXPECT_EQ(proxy_for("ws://h/", {{"http_proxy", "p:1"}}, {true, "", "", ""}), "");
  EXPECT_EQ(proxy_for("ws://h/", {}, {true, "q:2", "", "h"}), "");
  EXPECT_EQ(proxy_for("ws://h/", {}, {true, "socks5://a%40b:c@[::1]:9/", "", ""}), "socks5://[::1]:9 a@b/c");
  EXPECT_EQ(proxy_for("ws://h/", {}, {true, "q:2", "u:p:q", ""}), "http://q:2 u/p:q");
  EXPECT_EQ(proxy_for("ws://h/", {}, {true, "https://q", "", ""}),
            "error: proxy https://: not a kind of proxy that whydrop speaks");
  EXPECT_EQ(proxy_for("ws://h/", {}, {true, "q:0", "", ""}), "error: proxy 'q:0': not host:port");
}

TEST(Proxy, TheFlagReachesTheConnection) {
  const auto proxy_of = [](std::vector<std::string> arguments) {
    Options options("test");
    target::EndpointSettings flags;
    add_endpoint_options(options, flags);
    EXPECT_TRUE(options.parse(std::move(arguments)));
    return target::make_connect_options(
               flags, *net::parse_url("ws://h/"), environment_of({{"http_proxy", "p:1"}}), read_stub)
        ->proxy.url;
  };
  EXPECT_EQ(proxy_of({}), "http://p:1");
  EXPECT_EQ(proxy_of({"-x", "q:2"}), "http://q:2");
  EXPECT_EQ(proxy_of({"-x", ""}), "");
  EXPECT_EQ(proxy_of({"--proxy="}), "");
}

TEST(Resolve, TakesHostPortAndAddresses) {
  const auto one = target::parse_resolve("h:443:10.0.0.1,[::1]");
  ASSERT_TRUE(one);
  EXPECT_EQ(one->host, "h");
  EXPECT_EQ(one->port, 443);
  EXPECT_EQ(one->addresses, (std::vector<std::string>{"10.0.0.1", "::1"}));
  EXPECT_EQ(target::parse_resolve("*:80:127.0.0.1")->host, "");
  EXPECT_EQ(target::parse_resolve("[::1]:80:127.0.0.1")->host, "::1");
  for (const char* bad : {"", "h", "h:80", "h:80:", "h:x:1.2.3.4", "h:0:1.2.3.4", ":80:1.2.3.4", "h:80:1.2.3.4,"}) {
    const auto parsed = target::parse_resolve(bad);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_EQ(parsed.error().message, std::string("option --resolve: '") + bad + "' is not HOST:PORT:ADDR");
  }
}

TEST(ConnectTo, PartsMayBeEmpty) {
  const auto full = target::parse_connect_to("a:1:b:2");
  ASSERT_TRUE(full);
  EXPECT_EQ(full->host + full->to_host, "ab");
  EXPECT_EQ(full->port + full->to_port, 3);
  EXPECT_EQ(target::parse_connect_to("::b:")->to_host, "b");
  EXPECT_EQ(target::parse_connect_to("::[::1]:9")->to_host, "::1");
  EXPECT_EQ(target::parse_connect_to("a:1::").error().message,
            "option --connect-to: 'a:1::' is not HOST1:PORT1:HOST2:PORT2");
}

TEST(Pong, HasThreePolicies) {
  EXPECT_TRUE(target::parse_pong("on")->enabled);
  EXPECT_FALSE(target::parse_pong("off")->enabled);
  EXPECT_EQ(target::parse_pong("delay=250ms")->delay, std::chrono::milliseconds(250));
  EXPECT_FALSE(target::parse_pong("delay=x"));
  EXPECT_FALSE(target::parse_pong("maybe"));
}

std::string redirect(const char* from, int status, const char* location) {
  net::ConnectOptions options;
  options.url = *net::parse_url(from);
  options.basic_user = "me";
  options.headers = {{"Authorization", "Bearer x"}, {"X-Other", "1"}};
  handshake::Head answer;
  answer.status = status;
  answer.fields = {{"Location", location}};
  const auto next = target::redirected(options, answer, {}, environment_of({}));
  if (!next) {
    return "error: " + next.error().message;
  }
  return *next ? (*next)->url.text() + " " + (*next)->basic_user + std::to_string((*next)->headers.size()) : "none";
}

TEST(Redirect, FollowsLocationsAndKeepsCredentialsAtHome) {
  EXPECT_EQ(redirect("ws://h/a/b?c", 302, "/d"), "ws://h/d me2");
  EXPECT_EQ(redirect("ws://h/a/b?c", 308, "d?e"), "ws://h/a/d?e me2");
  EXPECT_EQ(redirect("ws://h/a/b?c", 302, "/login?next=https://x/"), "ws://h/login?next=https://x/ me2");
  EXPECT_EQ(redirect("ws://h/a/b?c", 302, "?next=https://x/"), "ws://h/a/b?next=https://x/ me2");
  EXPECT_EQ(redirect("ws://h/a/b?c", 301, "?e"), "ws://h/a/b?e me2");
  EXPECT_EQ(redirect("ws://h/a", 301, "https://h/a#x"), "wss://h/a 1");
  EXPECT_EQ(redirect("wss://h/a", 307, "//i/z"), "wss://i/z 1");
  EXPECT_EQ(redirect("ws://h/a", 304, "/d"), "none");
  EXPECT_EQ(redirect("ws://h/a", 301, "ftp://h/"),
            "error: redirect to ftp://h/: url ftp://h/: the scheme \"ftp\" is unknown");
}

TEST(Interface, IsOneOfThisMachineOrAnAddress) {
  const auto error_of = [](const std::string& name) {
    target::EndpointSettings flags;
    flags.interface_name = name;
    const auto made = target::make_connect_options(flags, *net::parse_url("ws://h/"), environment_of({}), read_stub);
    return made ? std::string() : made.error().message;
  };
  EXPECT_EQ(error_of("lo"), "");
  EXPECT_EQ(error_of("127.0.0.1"), "");
  EXPECT_EQ(error_of("::1"), "");
  EXPECT_EQ(error_of("nope0"), "option --interface: 'nope0' is no interface of this machine, and no address");
}

}  // namespace
}  // namespace whydrop::cli
