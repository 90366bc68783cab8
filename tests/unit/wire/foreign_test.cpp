#include "wire/foreign.hpp"

#include "wire/decoder.hpp"

#include <string>

#include <gtest/gtest.h>

namespace whydrop::wire {
namespace {

using namespace std::string_literals;

struct Case {
  std::string bytes, protocol;
  std::size_t length;
};

const Case kCases[] = {
    {"HTTP/1.1 400 Bad Request\r\n", "HTTP/1", 7},
    {"<!DOCTYPE html>", "HTML", 9},
    {"<HTML><head>", "HTML", 5},
    {"\x16\x03\x01\x02"s, "TLS", 2},
    {"\x15\x03\x03\x00\x02\x02\x50"s, "TLS", 2},
    {"\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03"s, "HTTP/2", 9},
    {"PROXY TCP4 127.0.0.1", "PROXY", 6},
    {"\r\n\r\n\x00\r\nQUIT\n\x21"s, "PROXY", 12},
    {"SSH-2.0-OpenSSH_9.2\r\n", "SSH", 4},
    {"220 mail ESMTP\r\n", "banner", 4},
    {"{\"type\":\"hello\"}", "JSON", 2},
};

TEST(GuessForeign, KnowsEachByItsFirstBytes) {
  for (const Case& it : kCases) {
    const ForeignGuess guess = guess_foreign(it.bytes);
    EXPECT_EQ(guess.protocol, it.protocol);
    EXPECT_EQ(guess.length, it.length) << it.protocol;
    for (std::size_t size = 0; size < it.length; ++size) {
      const ForeignGuess early = guess_foreign(it.bytes.substr(0, size));
      EXPECT_TRUE(early.more && early.protocol.empty()) << it.protocol << " after " << size;
    }
  }
}

TEST(GuessForeign, KeepsNoFrameWaiting) {
  for (const std::string& frame : {"\x81\x02hi"s,
                                   "\x01\x02hi"s,
                                   "\xC1\x02hi"s,
                                   "\x41\x02hi"s,
                                   "\x82\x00"s,
                                   "\x88\x02\x03\xE8"s,
                                   "\x89\x00"s,
                                   "\x8A\x00"s}) {
    const ForeignGuess guess = guess_foreign(frame.substr(0, 1));
    EXPECT_TRUE(guess.protocol.empty() && !guess.more);
  }
}

TEST(GuessForeign, TakesNothingElse) {
  for (const std::string& bytes : {"\x00\x00\x00\x00"s, "HELO"s, "221 x"s, "\xFF"s, "hello"s}) {
    const ForeignGuess guess = guess_foreign(bytes);
    EXPECT_TRUE(guess.protocol.empty() && !guess.more) << bytes;
  }
}

}  // namespace
}  // namespace whydrop::wire
