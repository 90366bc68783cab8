#include "cli/options/curl.hpp"

#include <gtest/gtest.h>

namespace whydrop::cli {
namespace {

using Words = std::vector<std::string>;

struct SplitCase {
  const char* text;
  Words words;
};

TEST(SplitShellWords, CutsAsAShellDoes) {
  const std::vector<SplitCase> cases = {
      {"a  b\tc", {"a", "b", "c"}},
      {"'a b' \"c d\"", {"a b", "c d"}},
      {"a'b'\"c\"", {"abc"}},
      {"'' x", {"", "x"}},
      {"a \\\n  b", {"a", "b"}},
      {"a\\ b", {"a b"}},
      {"\"a\\\"b\\n\"", {"a\"b\\n"}},
      {"$'a\\'b\\n\\u00e9\\x41'",
       {"a'b\n\xC3\xA9"
        "A"}},
      {"'a\\b'", {"a\\b"}},
      {"^\"wss://h/?a=1^&b=^%^7B^\" ^\n  -H ^\"X: ^\\^\"q^\\^\" \\\\ e^\"",
       {"wss://h/?a=1&b=%7B", "-H", "X: \"q\" \\ e"}},
      {"\"wss://h/?a^b\" ^\r\n  -H \"Y: 1\" ^\r\n  --compressed", {"wss://h/?a^b", "-H", "Y: 1", "--compressed"}},
      {"", {}},
  };
  for (const SplitCase& test : cases) {
    const auto words = split_shell_words(test.text);
    ASSERT_TRUE(words) << test.text;
    EXPECT_EQ(*words, test.words) << test.text;
  }
}

TEST(SplitShellWords, NamesTheOpenQuote) {
  EXPECT_EQ(split_shell_words("a 'b").error().message, "curl command: a quote (') is not closed");
  EXPECT_EQ(split_shell_words("a \"b").error().message, "curl command: a quote (\") is not closed");
}

struct CurlCase {
  Words curl, ours;
};

TEST(TranslateCurl, KeepsWhatMatters) {
  const std::vector<CurlCase> cases = {
      {{"https://h/p"}, {"https://h/p"}},
      {{"https://h/p", "-H", "Origin: https://a", "--compressed"}, {"https://h/p", "--header", "Origin: https://a"}},
      {{"-sSkL", "https://h"}, {"https://h", "--insecure", "--location"}},
      {{"-XGET", "-i", "-g", "--url", "wss://h"}, {"wss://h"}},
      {{"wss://h", "-HX: 1", "-m", "5"}, {"wss://h", "--timeout", "5", "--header", "X: 1"}},
      {{"wss://h", "-b", "a=1", "-u", "me:pw", "-A", "x"},
       {"wss://h", "--cookie", "a=1", "--user", "me:pw", "--user-agent", "x"}},
      {{"wss://h", "-e", "https://r"}, {"wss://h", "--header", "Referer: https://r"}},
      {{"wss://h", "-H", "Sec-WebSocket-Key: x", "-H", "connection: Upgrade", "-H", "Upgrade: websocket"}, {"wss://h"}},
      {{"wss://h", "-H", "Sec-WebSocket-Protocol: a, b"}, {"wss://h", "--subprotocol", "a", "--subprotocol", "b"}},
      {{"wss://h:8/p", "-H", "Host: H:8"}, {"wss://h:8/p"}},
      {{"-H", "Host: other", "wss://h"}, {"wss://h", "--header", "Host: other"}},
      {{"--oauth2-bearer", "abc", "wss://h"}, {"wss://h", "--header", "Authorization: Bearer abc"}},
      {{"-G", "-d", "token=abc", "--data-urlencode", "q=a b&c", "wss://h/p?x=1"},
       {"wss://h/p?x=1&token=abc&q=a%20b%26c"}},
      {{"--include", "--no-buffer", "-T", ".", "wss://h"}, {"wss://h"}},
      {{"wss://h", "-H", "X-Empty;"}, {"wss://h", "--header", "X-Empty;"}},
  };
  for (const CurlCase& test : cases) {
    const auto ours = translate_curl(test.curl);
    ASSERT_TRUE(ours) << test.curl.front() << ": " << ours.error().message;
    EXPECT_EQ(*ours, test.ours);
  }
}

TEST(TranslateCurl, NamesWhatItDoesNotKnow) {
  EXPECT_EQ(translate_curl({"wss://h", "--data", "x"}).error().message,
            "curl command: an upgrade to WebSocket has no body, and -d sends one");
  EXPECT_EQ(translate_curl({"wss://h", "-sF", "x"}).error().message, "curl command: -F has no meaning here");
  EXPECT_EQ(translate_curl({"wss://h", "-H"}).error().message, "curl command: -H needs a value");
  EXPECT_EQ(translate_curl({"wss://h", "wss://i"}).error().message, "curl command: a second URL, wss://i");
  EXPECT_EQ(translate_curl({"-k"}).error().message, "curl command: it has no URL");
}

TEST(TranslateCurl, KeepsOurOwnFlagsThatWereWrittenBehindIt) {
  const std::vector<OptionInfo> own = {OptionInfo::option("--capture", "FILE", ""),
                                       OptionInfo::option("-v,--echo", "", "")};
  const auto ours = translate_curl({"wss://h", "--capture", "run.ndjson", "-k", "--echo", "--capture=b"}, own);
  ASSERT_TRUE(ours) << ours.error().message;
  EXPECT_EQ(*ours, (Words{"wss://h", "--capture", "run.ndjson", "--insecure", "--echo", "--capture=b"}));
  EXPECT_EQ(translate_curl({"wss://h", "--form", "x"}, own).error().message,
            "curl command: --form has no meaning here");
}

}  // namespace
}  // namespace whydrop::cli
