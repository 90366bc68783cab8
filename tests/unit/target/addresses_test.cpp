// Where to connect, as people type it.
#include "target/addresses.hpp"

#include <string>

#include <gtest/gtest.h>

namespace whydrop::target {
namespace {

std::string taken(const std::string& text) {
  const auto address = parse_address(text);
  return !address ? address.error().message
                  : address->text + (address->guessed ? " guessed" : "") + (address->names_path ? "" : " no path");
}

TEST(addresses, get_a_scheme_where_it_can_be_told) {
  const std::pair<const char*, const char*> rows[] = {
      {"wss://h/p", "wss://h/p"},
      {"ws://h", "ws://h no path"},
      {"localhost", "ws://localhost guessed no path"},
      {"localhost:8080/path", "ws://localhost:8080/path guessed"},
      {"127.0.0.1:9/", "ws://127.0.0.1:9/ guessed"},
      {"[::1]:9", "ws://[::1]:9 guessed no path"},
      {"api.example.com", "wss://api.example.com guessed no path"},
      {"example:443?x=1", "wss://example:443?x=1 guessed"},
      {"user:pw@localhost:1", "ws://user:pw@localhost:1 guessed no path"},
      {"example", "url example: the scheme is missing"},
      {"example/path", "url example/path: the scheme is missing"},
      {"", "url: it is empty"},
  };
  for (const auto& [text, expected] : rows) {
    EXPECT_EQ(taken(text), expected) << text;
  }
}

TEST(addresses, to_listen_on) {
  const auto told = [](const std::string& text) {
    const auto at = parse_listen_address("--metrics", text);
    return at ? at->host + " " + std::to_string(at->port) : at.error().message + "; " + at.error().hint;
  };
  EXPECT_EQ(told("9464"), "127.0.0.1 9464");
  EXPECT_EQ(told("0.0.0.0:0"), "0.0.0.0 0");
  EXPECT_EQ(told("[::1]:80"), "::1 80");
  for (const std::string text : {"", ":80", "host", "host:", "1:65536", "[::1]"}) {
    EXPECT_EQ(told(text), "option --metrics: '" + text + "' is not [HOST:]PORT; --metrics 127.0.0.1:9464");
  }
}

TEST(addresses, are_told_from_commands) {
  for (const char* address :
       {"wss://h", "http://h/", "localhost", "localhost:8080/x", "[::1]:9", "example.com/x", "h:1"}) {
    EXPECT_TRUE(is_address(address)) << address;
  }
  for (const char* other :
       {"connect", "conect", "run.ndjson", "-k", "--help", "", "a/b", "{\"a\":1}", "smoke/chat.json"}) {
    EXPECT_FALSE(is_address(other)) << other;
  }
}

}  // namespace
}  // namespace whydrop::target
