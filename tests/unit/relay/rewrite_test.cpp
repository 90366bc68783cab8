#include "relay/rewrite.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace whydrop::relay {
namespace {

struct Row {
  std::string head;
  RewriteRules rules;
  std::string raw;
  std::vector<std::string> changes;
};

RewriteRules rules_of(std::optional<std::string> host, std::optional<std::string> origin, bool of_proxy) {
  RewriteRules rules;
  rules.host = std::move(host);
  rules.origin = std::move(origin);
  rules.of_proxy = of_proxy;
  return rules;
}

TEST(Rewrite, ChangesWhatItIsToldToAndNothingElse) {
  const std::string odd = "GET /a HTTP/1.1\r\nhOST:  a.test  \nX:  y\r\nOrigin:\r\n\r\n";
  const Row kRows[] = {
      {odd, rules_of({}, {}, false), odd, {}},
      {odd,
       rules_of("b.test", "http://b.test", false),
       "GET /a HTTP/1.1\r\nhOST:  b.test\nX:  y\r\nOrigin:http://b.test\r\n\r\n",
       {"hOST: a.test became b.test", "Origin:  became http://b.test"}},
      {"GET / HTTP/1.1\r\nHost: b.test\r\n\r\n",
       rules_of("b.test", {}, false),
       "GET / HTTP/1.1\r\nHost: b.test\r\n\r\n",
       {}},
      {"GET http://a.test HTTP/1.1\r\nProxy-Connection: keep-alive\r\nProxy-Authorization: Basic eDp5\r\nHost: "
       "a.test\r\n\r\n",
       rules_of({}, {}, true),
       "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n",
       {"the request's target was in absolute-form, for a proxy",
        "Proxy-Connection was for the proxy",
        "Proxy-Authorization was for the proxy"}},
      {"GET http://a.test?q=http://x/ HTTP/1.1\r\n\r\n",
       rules_of({}, {}, true),
       "GET /?q=http://x/ HTTP/1.1\r\n\r\n",
       {"the request's target was in absolute-form, for a proxy"}},
      {"GET /a?to=http://x HTTP/1.1\r\n\r\n", rules_of({}, {}, true), "GET /a?to=http://x HTTP/1.1\r\n\r\n", {}},
  };
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.head);
    handshake::HeadParser parser(handshake::HeadParser::Kind::request);
    parser.feed(row.head);
    const RewrittenHead made = rewrite(parser.head(), row.rules);
    EXPECT_EQ(made.raw, row.raw);
    EXPECT_EQ(made.changes, row.changes);
  }
}

}  // namespace
}  // namespace whydrop::relay
