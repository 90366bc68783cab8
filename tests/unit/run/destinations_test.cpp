#include "run/destinations.hpp"

#include "support/folder.hpp"
#include "support/hand_host.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace whydrop::run {
namespace {

using Near = Destinations::Near;

class DestinationsTest : public testing::Test {
 protected:
  DestinationsTest() { hand_.variables["XDG_STATE_HOME"] = folder_.path(""); }

  /// "ok", or what is said.
  static std::string said(const Result<void>& result) {
    return result ? "ok" : result.error().message + " | " + result.error().hint;
  }
  std::string check(Destinations& destinations, const std::string& url, const Carried& it, Near near = Near::origin) {
    return said(destinations.check("cannot", *net::parse_url(url), {it}, near));
  }
  Destinations make(std::vector<std::string> send_to = {}, bool may_ask = true) {
    return {hand_.host(), std::move(send_to), may_ask};
  }

  test::Folder folder_;
  test::HandHost hand_;
};

const Carried kKnown{"key", "the-value", "the store", {"wss://a.example.com:443"}};
const Carried kUnknown{"key", "the-value", "--secret"};
const Carried kHomeless{"key", "the-value", "the environment", {}, true};

TEST_F(DestinationsTest, AValueGoesToItsHomeOnly) {
  auto to = make();
  EXPECT_EQ(check(to, "wss://a.example.com/x", kKnown), "ok");
  EXPECT_EQ(check(to, "wss://A.Example.com/x", kKnown), "ok");
  EXPECT_EQ(check(to, "wss://b.example.com/", kKnown, Near::site), "ok");
  EXPECT_EQ(check(to, "wss://b.example.com/", kKnown),
            "cannot: it leads to wss://b.example.com:443, and would take there key (the store; its home is "
            "wss://a.example.com:443) | --send-to b.example.com if that is meant");
  EXPECT_EQ(check(to, "ws://a.example.com/", kKnown, Near::site),
            "cannot: it leads to ws://a.example.com:80, and would take there key (the store; its home is "
            "wss://a.example.com:443) | --send-to a.example.com if that is meant");
  EXPECT_EQ(check(to, "wss://b.example.com/", kHomeless),
            "cannot: it leads to wss://b.example.com:443, and would take there key (the environment; its home is not "
            "known) | --send-to b.example.com if that is meant");
}

TEST_F(DestinationsTest, WhatHasNoHomeYetHasTheFirstPlace) {
  auto to = make();
  EXPECT_EQ(check(to, "ws://first/", kUnknown), "ok");
  EXPECT_EQ(check(to, "ws://first/", kUnknown), "ok");
  EXPECT_NE(check(to, "ws://second/", kUnknown), "ok");
  auto again = make();
  EXPECT_EQ(check(again, "ws://second/", kUnknown), "ok");
}

TEST_F(DestinationsTest, ThePersonsOwnCommandLineIsRemembered) {
  auto to = make();
  ASSERT_TRUE(to.adopt(*net::parse_url("ws://mine/"), {kUnknown, {"short", "abc", "--secret"}}));
  auto later = make();
  EXPECT_EQ(check(later, "ws://mine/", kHomeless), "ok");
  EXPECT_EQ(check(later, "ws://theirs/", {"other", "the-value", "--var"}),
            "cannot: it leads to ws://theirs:80, and would take there other (--var; its home is ws://mine:80) | "
            "--send-to theirs if that is meant");
  EXPECT_EQ(check(later, "ws://theirs/", {"short", "abc", "--var"}), "ok");  // anybody's word
}

TEST_F(DestinationsTest, SendToLetsItGo) {
  auto to = make({"B.example.com", "c.example.com:444"});
  EXPECT_EQ(check(to, "wss://b.example.com:1/", kKnown), "ok");
  EXPECT_EQ(check(to, "wss://c.example.com:444/", kKnown), "ok");
  EXPECT_NE(check(to, "wss://c.example.com/", kKnown), "ok");
}

TEST_F(DestinationsTest, APersonIsAskedOnceForEachPlace) {
  std::vector<std::string> asked;
  hand_.confirm = [&](const std::string& question) {
    asked.push_back(question);
    return true;
  };
  auto to = make();
  for (const char* url : {"ws://b/", "ws://b/x", "ws://c/"}) {
    EXPECT_EQ(check(to, url, kKnown), "ok");
  }
  EXPECT_EQ(asked,
            (std::vector<std::string>{"cannot: it leads to ws://b:80, and would take there key (the store; its home is "
                                      "wss://a.example.com:443). Send it there?",
                                      "cannot: it leads to ws://c:80, and would take there key (the store; its home is "
                                      "wss://a.example.com:443). Send it there?"}));
  EXPECT_FALSE(to.judge("cannot", *net::parse_url("ws://d/"), {kKnown}, Near::origin));
  auto unasked = make({}, false);
  EXPECT_NE(check(unasked, "ws://b/", kKnown), "ok");
  EXPECT_EQ(asked.size(), 2U);
  hand_.confirm = [](const std::string&) { return false; };
  auto refused = make();
  EXPECT_NE(check(refused, "ws://b/", kKnown), "ok");
}

}  // namespace
}  // namespace whydrop::run
