// What `connect` and `send` do from the first connect to the verdict, with a clock that only the test moves.
#include "run/client_run.hpp"

#include "run/sweep.hpp"
#include "support/hand_host.hpp"

#include <csignal>

#include <gtest/gtest.h>

namespace whydrop::run {
namespace {

using namespace std::chrono_literals;
using session::EndedBy;
using session::EndingHow;
using test::HandConnection;
using test::HandHost;
using Acts = std::vector<std::string>;

script::Move raw(std::string text) {
  profile::Step said;
  said.kind = profile::Step::Kind::raw;
  said.text = std::move(text);
  return script::saying(std::move(said), true);
}

Session session_to(const std::string& url) {
  Session session;
  session.address = *target::parse_address(url);
  session.output.asked = report::Output::messages;
  return session;
}

/// The exit code, or the error's words.
std::string run(HandHost& host, Session session, ClientPlan plan) {
  ProfileInUse none;
  const auto code = run_client(host.host(), std::move(session), none, false, std::move(plan));
  return code ? std::to_string(*code) : code.error().message;
}

void echo_server(HandConnection& it) {
  it.echo();
  it.accept();
}

ClientPlan saying(std::vector<std::string> messages) {
  ClientPlan plan;
  for (std::string& message : messages) {
    plan.script.moves.push_back(raw(std::move(message)));
  }
  plan.script.replies = {engine::ReplyRule::Kind::each};
  return plan;
}

TEST(RunClient, SendsWaitsForTheReplyAndCloses) {
  HandHost host;
  host.servers = {echo_server};
  EXPECT_EQ(run(host, session_to("ws://h/p"), saying({"hi"})), "0");
  EXPECT_EQ(host.acts, (Acts{"connect ws://h/p", "send hi", "close 1000"}));
  EXPECT_EQ(host.out.text, "hi\n");
}

TEST(RunClient, SendsWhatStandardInputHolds) {
  HandHost host;
  host.servers = {echo_server};
  host.input = {"one\ntw", "o\n"};
  ClientPlan plan = saying({});
  plan.script.input = engine::InputFormat::lines;
  EXPECT_EQ(run(host, session_to("ws://h/"), std::move(plan)), "0");
  EXPECT_EQ(host.acts, (Acts{"connect ws://h/", "send one", "send two", "close 1000"}));
  EXPECT_EQ(host.out.text, "one\ntwo\n");
}

TEST(RunClient, ClosesAsTheSessionSays) {
  HandHost host;
  host.servers = {echo_server};
  Session session = session_to("ws://h/");
  session.close_code = 4000;
  EXPECT_EQ(run(host, session, saying({"hi"})), "0");
  EXPECT_EQ(host.acts.back(), "close 4000");
}

TEST(RunClient, GivesUpAfterTheTimeoutOfTheRun) {
  HandHost host;
  host.servers = {[](HandConnection& it) { it.accept(); }};
  Session session = session_to("ws://h/");
  session.timeout = 3s;
  ClientPlan plan = saying({"hi"});
  plan.script.wait = 10s;
  EXPECT_EQ(run(host, session, std::move(plan)), "8");
  EXPECT_EQ(host.clock().now_ns(), std::chrono::nanoseconds(3s).count());
  EXPECT_NE(host.err.text.find("whydrop: --timeout ran out after 3 s"), std::string::npos) << host.err.text;
}

TEST(RunClient, IsEndedByASignal) {
  HandHost host;
  host.servers = {[&host](HandConnection& it) {
    it.accept();
    it.later(1s, [&host] { host.clock().signal(SIGINT); });
  }};
  ClientPlan plan = saying({});
  plan.script.stays = true;
  EXPECT_EQ(run(host, session_to("ws://h/"), std::move(plan)), std::to_string(128 + SIGINT));
  EXPECT_EQ(host.acts, (Acts{"connect ws://h/", "close 1000"}));
}

TEST(RunClient, EndsWhereTheReaderOfItsOutputIsGone) {
  HandHost host;
  host.servers = {[](HandConnection& it) {
    it.accept();
    it.later(1s, [&it] { it.says("unread"); });
  }};
  host.out.reader_is_gone = true;
  ClientPlan plan = saying({});
  plan.script.stays = true;
  EXPECT_EQ(run(host, session_to("ws://h/"), std::move(plan)), "0");
  EXPECT_EQ(host.clock().now_ns(), std::chrono::nanoseconds(1s).count());
}

TEST(RunClient, ConnectsAgainAfterADrop) {
  HandHost host;
  host.servers = {[](HandConnection& it) {
                    it.accept();
                    it.later(1s, [&it] { it.end(EndingHow::reset, EndedBy::server); });
                  },
                  echo_server};
  ClientPlan plan = saying({"hi"});
  plan.reconnects = 2;
  plan.script.wait = 1min;
  EXPECT_EQ(run(host, session_to("ws://h/"), std::move(plan)), "0");
  EXPECT_EQ(host.acts, (Acts{"connect ws://h/", "send hi", "connect ws://h/", "send hi", "close 1000"}));
  EXPECT_NE(host.err.text.find("whydrop: connecting again in "), std::string::npos) << host.err.text;
}

TEST(RunClient, GivesUpAfterSoManyAttempts) {
  HandHost host;
  host.servers = {[](HandConnection& it) { it.end(EndingHow::connect_failed, EndedBy::network); }};
  ClientPlan plan = saying({"hi"});
  plan.reconnects = 2;
  EXPECT_EQ(run(host, session_to("ws://h/"), std::move(plan)), "4");
  EXPECT_EQ(host.acts, (Acts{"connect ws://h/", "connect ws://h/", "connect ws://h/"}));
  EXPECT_NE(host.err.text.find("giving up: 2 of 2 attempts to connect again were made"), std::string::npos)
      << host.err.text;
}

TEST(RunClient, WaitsAsLongAsTheServerAsks) {
  HandHost host;
  host.servers = {[](HandConnection& it) { it.refuse(503, {{"Retry-After", "20"}}); }, echo_server};
  ClientPlan plan = saying({"hi"});
  plan.reconnects = 1;
  EXPECT_EQ(run(host, session_to("ws://h/"), std::move(plan)), "0");
  EXPECT_GE(host.clock().now_ns(), std::chrono::nanoseconds(20s).count());
}

struct RedirectCase {
  std::uint64_t most;
  Acts expected;
};

TEST(RunClient, FollowsRedirectsAsFarAsItMay) {
  const std::vector<RedirectCase> cases = {
      {0, {"connect ws://h/a"}},
      {1, {"connect ws://h/a", "connect ws://i/b", "send hi", "close 1000"}},
  };
  for (const auto& [most, expected] : cases) {
    HandHost host;
    host.servers = {[](HandConnection& it) { it.refuse(302, {{"Location", "ws://i/b"}}); }, echo_server};
    Session session = session_to("ws://h/a");
    session.endpoint.redirects = most;
    EXPECT_EQ(run(host, session, saying({"hi"})), most == 0 ? "5" : "0");
    EXPECT_EQ(host.acts, expected);
  }
}

TEST(RunClient, AnExpectedCloseIsNoFailureAndNoReasonToConnectAgain) {
  HandHost host;
  host.servers = {[](HandConnection& it) {
    it.accept();
    it.later(1s, [&it] { it.closes(4001, "bye"); });
  }};
  Session session = session_to("ws://h/");
  session.expect_close = {4001};
  ClientPlan plan = saying({});
  plan.reconnects = 5;
  EXPECT_EQ(run(host, session, std::move(plan)), "0");
  EXPECT_EQ(host.acts, (Acts{"connect ws://h/"}));
}

TEST(RunClient, SaysWhatWasExpectedAndDidNotCome) {
  HandHost host;
  host.servers = {echo_server};
  ClientPlan plan = saying({R"({"a":1})"});
  plan.script.expect = {{"/a=2"}};
  Session session = session_to("ws://h/");
  session.timeout = 5s;
  EXPECT_EQ(run(host, session, std::move(plan)), "8");
  EXPECT_NE(host.err.text.find(R"(expectation 1 of 1 was not met: /a=2; last message: {"a":1})"), std::string::npos)
      << host.err.text;
}

TEST(RunClient, MasksSecretsInAllThatItPrints) {
  HandHost host;
  host.servers = {echo_server};
  Session session = session_to("ws://h/?key=hush-hush");
  session.secrets.values = {{"key", "hush-hush"}};
  session.output.asked = report::Output::ndjson;
  EXPECT_EQ(run(host, session, saying({"say hush-hush"})), "0");
  EXPECT_EQ((host.out.text + host.err.text).find("hush-hush"), std::string::npos);
}

TEST(RunClient, NeedsAUrl) {
  HandHost host;
  Session session = session_to("ws://h/");
  session.address.reset();
  EXPECT_EQ(run(host, session, saying({})), "no URL given");
}

TEST(Sweep, FindsTheLongestSilenceThatSurvives) {
  HandHost host;
  host.servers = {[](HandConnection& it) { it.accept(); },
                  [](HandConnection& it) {
                    it.accept();
                    it.pongs = false;
                    it.later(40s, [&it] { it.end(EndingHow::reset, EndedBy::network); });
                  }};
  Session session = session_to("ws://h/");
  session.endpoint.ping_timeout = 10s;
  const auto code = sweep(host.host(), session, {}, {60s, 15s});
  ASSERT_TRUE(code) << code.error().message;
  EXPECT_EQ(host.acts, (Acts{"connect ws://h/", "ping whydrop-sweep", "close 1000", "connect ws://h/"}));
  EXPECT_EQ(*code, 0);
  EXPECT_NE(host.out.text.find("idle limit: over 15 s and at most 40 s"), std::string::npos) << host.out.text;
}

TEST(Sweep, AProfilesOptionNeedsAProfile) {
  const HandHost host;
  ProfileChoice choice;
  choice.needs_profile = "--strict";
  EXPECT_EQ(sweep(host.host(), session_to("ws://h/"), choice, {1s}).error().message,
            "option --strict: no profile to apply it to");
}

}  // namespace
}  // namespace whydrop::run
