#include "target/endpoint.hpp"

#include "target/redirect.hpp"

#include <functional>
#include <map>
#include <optional>

#include <gtest/gtest.h>

namespace whydrop::target {
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
  const auto lines = parse_headers(given, read_stub);
  if (!lines) {
    return "error: " + lines.error().message;
  }
  apply_headers(*lines, options);
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
  apply_headers(*parse_headers({"user-agent:", "Cookie:", "Authorization:", "Sec-WebSocket-Extensions:"}, read_stub),
                options);
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
    EXPECT_EQ(bypasses_proxy(list, host), expected) << list << " against " << host;
  }
}

std::string proxy_for(const char* url,
                      const std::map<std::string, std::string>& variables,
                      const std::optional<std::string>& given = {},
                      const std::string& user = {},
                      const std::string& no_proxy = {}) {
  ProxyRules rules = environment_proxies(environment_of(variables));
  rules.given = given;
  rules.user = user;
  rules.no_proxy = given ? no_proxy : rules.no_proxy;
  const auto proxy = choose_proxy(rules, *net::parse_url(url));
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
  EXPECT_EQ(proxy_for("ws://h/", {{"http_proxy", "p:1"}, {"no_proxy", "*"}}, "q:2"), "http://q:2");
  EXPECT_EQ(proxy_for("ws://h/", {{"http_proxy", "p:1"}}, ""), "");
  EXPECT_EQ(proxy_for("ws://h/", {}, "q:2", "", "h"), "");
  EXPECT_EQ(proxy_for("ws://h/", {}, "socks5://a%40b:c@[::1]:9/"), "socks5://[::1]:9 a@b/c");
  EXPECT_EQ(proxy_for("ws://h/", {}, "q:2", "u:p:q"), "http://q:2 u/p:q");
  EXPECT_EQ(proxy_for("ws://h/", {}, "https://q"), "error: proxy https://: not a kind of proxy that whydrop speaks");
  EXPECT_EQ(proxy_for("ws://h/", {}, "q:0"), "error: proxy 'q:0': not host:port");
}

TEST(Resolve, TakesHostPortAndAddresses) {
  const auto one = parse_resolve("h:443:10.0.0.1,[::1]");
  ASSERT_TRUE(one);
  EXPECT_EQ(one->host, "h");
  EXPECT_EQ(one->port, 443);
  EXPECT_EQ(one->addresses, (std::vector<std::string>{"10.0.0.1", "::1"}));
  EXPECT_EQ(parse_resolve("*:80:127.0.0.1")->host, "");
  EXPECT_EQ(parse_resolve("[::1]:80:127.0.0.1")->host, "::1");
  for (const char* bad : {"", "h", "h:80", "h:80:", "h:x:1.2.3.4", "h:0:1.2.3.4", ":80:1.2.3.4", "h:80:1.2.3.4,"}) {
    const auto parsed = parse_resolve(bad);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_EQ(parsed.error().message, std::string("option --resolve: '") + bad + "' is not HOST:PORT:ADDR");
  }
}

TEST(ConnectTo, PartsMayBeEmpty) {
  const auto full = parse_connect_to("a:1:b:2");
  ASSERT_TRUE(full);
  EXPECT_EQ(full->host + full->to_host, "ab");
  EXPECT_EQ(full->port + full->to_port, 3);
  EXPECT_EQ(parse_connect_to("::b:")->to_host, "b");
  EXPECT_EQ(parse_connect_to("::[::1]:9")->to_host, "::1");
  EXPECT_EQ(parse_connect_to("a:1::").error().message, "option --connect-to: 'a:1::' is not HOST1:PORT1:HOST2:PORT2");
}

TEST(Pong, HasThreePolicies) {
  EXPECT_TRUE(parse_pong("on")->enabled);
  EXPECT_FALSE(parse_pong("off")->enabled);
  EXPECT_EQ(parse_pong("delay=250ms")->delay, std::chrono::milliseconds(250));
  EXPECT_FALSE(parse_pong("delay=x"));
  EXPECT_FALSE(parse_pong("maybe"));
}

std::string redirect(const char* from, int status, const char* location) {
  net::ConnectOptions options;
  options.url = *net::parse_url(from);
  options.basic_user = "me";
  options.headers = {{"Authorization", "Bearer x"}, {"X-Other", "1"}};
  handshake::Head answer;
  answer.status = status;
  answer.fields = {{"Location", location}};
  const auto next = redirected(options, answer, {});
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
    Endpoint endpoint;
    endpoint.interface_name = name;
    const auto checked = check_endpoint(endpoint, read_stub);
    return checked ? std::string() : checked.error().message;
  };
  EXPECT_EQ(error_of("lo"), "");
  EXPECT_EQ(error_of("127.0.0.1"), "");
  EXPECT_EQ(error_of("::1"), "");
  EXPECT_EQ(error_of("nope0"), "option --interface: 'nope0' is no interface of this machine, and no address");
}

TEST(Endpoint, RefusesFilesThatCannotBeRead) {
  const auto error_of = [](const net::TlsOptions& tls) {
    Endpoint endpoint;
    endpoint.tls = tls;
    const auto checked = check_endpoint(endpoint, read_stub);
    return checked ? std::string() : checked.error().message;
  };
  net::TlsOptions tls;
  EXPECT_EQ(error_of(tls), "");
  tls.key = "key.pem";
  EXPECT_EQ(error_of(tls), "option --key: no certificate to go with it");
  tls.cert = "cert.pem";
  EXPECT_EQ(error_of(tls), "cannot read cert.pem: no such file");
  tls.cacert = "ca.pem";
  EXPECT_EQ(error_of(tls), "cannot read ca.pem: no such file");
}

struct OptionsCase {
  const char* what;
  std::function<void(Endpoint&)> change;
  std::function<std::string(const net::ConnectOptions&)> seen;
  std::string expected;
};

TEST(Endpoint, BecomesWhatOneConnectionNeeds) {
  using Options = net::ConnectOptions;
  const std::vector<OptionsCase> cases = {
      {"the URL's user",
       [](Endpoint&) {},
       [](const Options& it) { return it.basic_user + "/" + it.basic_password; },
       "me/pw"},
      {"a user",
       [](Endpoint& it) {
         it.user = User{"you", ""};
       },
       [](const Options& it) { return it.basic_user + "/" + it.basic_password; },
       "you/"},
      {"the usual agent", [](Endpoint&) {}, [](const Options& it) { return it.user_agent; }, "whydrop"},
      {"no agent", [](Endpoint& it) { it.user_agent = ""; }, [](const Options& it) { return it.user_agent; }, ""},
      {"a ping's limit without pings",
       [](Endpoint&) {},
       [](const Options& it) { return std::to_string(it.ping_timeout.count()); },
       "0"},
      {"a ping's limit",
       [](Endpoint& it) { it.ping_interval = std::chrono::seconds(1); },
       [](const Options& it) { return std::to_string(it.ping_timeout.count()); },
       "10000000000"},
      {"a proxy",
       [](Endpoint& it) { it.proxies.for_wss = "p:1"; },
       [](const Options& it) { return it.proxy.url; },
       "http://p:1"},
      {"no proxy for a Unix socket",
       [](Endpoint& it) {
         it.proxies.for_wss = "p:1";
         it.unix_socket = "/run/it";
       },
       [](const Options& it) { return it.proxy.url; },
       ""},
      {"no proxy of the environment for a server that stands in",
       [](Endpoint& it) {
         it.proxies.for_wss = "p:1";
         it.at = *parse_stand_in("http://127.0.0.1:9");
       },
       [](const Options& it) { return it.proxy.url + it.overrides.at(0).to_host; },
       "127.0.0.1"},
      {"a header in place of one's own",
       [](Endpoint& it) { it.headers = {*header_line("Origin", "https://a")}; },
       [](const Options& it) { return it.headers.at(0).name + "=" + it.headers.at(0).value; },
       "Origin=https://a"},
  };
  for (const OptionsCase& test : cases) {
    Endpoint endpoint;
    test.change(endpoint);
    const auto options = connect_options(endpoint, *net::parse_url("wss://me:pw@h/p"));
    ASSERT_TRUE(options) << test.what << ": " << options.error().message;
    EXPECT_EQ(test.seen(*options), test.expected) << test.what;
  }
}

TEST(Endpoint, RefusesValuesThatWouldEndTheirHeaderEarly) {
  const auto error_of = [](const std::function<void(Endpoint&)>& change) {
    Endpoint endpoint;
    change(endpoint);
    const auto options = connect_options(endpoint, *net::parse_url("ws://h/"));
    return options ? std::string() : options.error().message;
  };
  EXPECT_EQ(error_of([](Endpoint& it) { it.origin = "a\nb"; }), "option --origin: it holds a line break");
  EXPECT_EQ(error_of([](Endpoint& it) { it.user_agent = "a\rb"; }), "option --user-agent: it holds a line break");
  EXPECT_EQ(error_of([](Endpoint& it) { it.cookie = "a\r\nb"; }), "option --cookie: it holds a line break");
  EXPECT_EQ(error_of([](Endpoint& it) { it.subprotocols = {"a b"}; }),
            "option --subprotocol: 'a b' is not a subprotocol's name");
}

TEST(GivesHeader, KnowsWhatMakesOne) {
  Endpoint endpoint;
  endpoint.headers = {*header_line("X-One", "1"), {"X-Two", "", true}};
  EXPECT_TRUE(gives_header(endpoint, "x-one"));
  EXPECT_TRUE(gives_header(endpoint, "X-TWO"));
  EXPECT_FALSE(gives_header(endpoint, "Origin"));
  EXPECT_FALSE(gives_header(endpoint, "Authorization"));
  endpoint.origin = "https://a";
  endpoint.user = User{"me", ""};
  endpoint.cookie = "a=1";
  EXPECT_TRUE(gives_header(endpoint, "origin") && gives_header(endpoint, "authorization") &&
              gives_header(endpoint, "Cookie"));
}

TEST(Address, KnowsWhetherItNamesAPath) {
  const std::vector<std::pair<const char*, bool>> cases = {
      {"wss://h", false}, {"wss://h:8", false}, {"wss://h/", true}, {"wss://h?a", true}, {"https://h/p", true}};
  for (const auto& [text, names_path] : cases) {
    const auto address = parse_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->names_path, names_path) << text;
    EXPECT_EQ(address->text, text);
  }
  EXPECT_FALSE(parse_address("ftp://h"));
}

TEST(StandIn, LeadsElsewhereUnderTheSameName) {
  Endpoint endpoint;
  endpoint.proxies.for_wss = "http://proxy:3128";
  endpoint.at = *parse_stand_in("http://127.0.0.1:8080");
  const net::Url url = *net::parse_url("wss://api.example.com/path?q");
  const auto led = connect_options(endpoint, url);
  ASSERT_TRUE(led);
  EXPECT_EQ(led->url.text(), "ws://api.example.com/path?q");
  EXPECT_EQ(led->url.host_header(), "api.example.com");
  EXPECT_EQ(led->proxy.url, "");
  ASSERT_EQ(led->overrides.size(), 1U);
  EXPECT_EQ(led->overrides[0].to_host, "127.0.0.1");
  EXPECT_EQ(led->overrides[0].to_port, 8080);
  endpoint.proxies.given = "http://own:1";
  EXPECT_EQ(connect_options(endpoint, url)->proxy.url, "http://own:1");
  for (const char* wrong : {"ws://h", "http://h/path", "h:80"}) {
    EXPECT_EQ(parse_stand_in(wrong).error().message,
              "option --at: '" + std::string(wrong) + "' is not http://HOST:PORT");
  }
}

}  // namespace
}  // namespace whydrop::target
