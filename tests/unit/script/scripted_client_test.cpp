#include "script/scripted_client.hpp"

#include "support/hand_clock.hpp"
#include "unit/script/wire_side.hpp"

#include <gtest/gtest.h>

namespace whydrop::script::test {
namespace {

using namespace std::chrono_literals;
using Acts = std::vector<std::string>;

Move raw(std::string text) {
  profile::Step said;
  said.kind = profile::Step::Kind::raw;
  said.text = std::move(text);
  return saying(std::move(said), true);
}

/// A client with no profile on a connection that notes what it does; its clock and its input are the test's.
class Session {
 public:
  explicit Session(ClientScript script)
      : client_(*ScriptedClient::make({clock_,
                                       pipeline_,
                                       nullptr,
                                       [this](const std::string& line) { said.push_back(line); },
                                       [] { return 0U; },
                                       [this] { ++input_asked; },
                                       [this] { ++chunks_taken; }},
                                      std::move(script))) {}

  Acts opens() {
    client_->on_open(channel);
    return acts();
  }
  Acts hears(std::string payload, bool text = true) {
    tell(payload, text);
    return acts();
  }
  /// Of one read: nothing is done between them.
  Acts hears_at_once(const std::vector<std::string>& payloads) {
    for (const std::string& payload : payloads) {
      tell(payload, true);
    }
    return acts();
  }
  Acts passes(std::chrono::nanoseconds time) {
    clock_.pass(time);
    return acts();
  }
  Acts feeds(std::string chunk) {
    client_->feed(std::move(chunk));
    return acts();
  }
  Acts input_ends() {
    client_->end_of_input();
    return acts();
  }
  Acts writable() {
    client_->on_writable(channel);
    return acts();
  }
  ScriptedClient& client() { return *client_; }

  NotingChannel channel;
  bool writes = true;  ///< what the client sends is seen on the wire at once
  std::vector<std::string> said;
  int input_asked = 0, chunks_taken = 0;

 private:
  void tell(const std::string& payload, bool text) {
    session::Message message;
    message.from = session::Side::server;
    message.text = text;
    message.payload = payload;
    client_->on_event(channel, {0, clock_.now_ns(), 1, std::move(message)});
  }
  Acts acts() {
    clock_.settle();
    Acts done = channel.take();
    for (const std::string& act : done) {
      if (writes && (act.rfind("text ", 0) == 0 || act.rfind("binary ", 0) == 0)) {
        client_->on_event(channel, {0, clock_.now_ns(), 1, session::Message{}});
      }
    }
    return done;
  }

  whydrop::test::HandClock clock_;
  engine::Pipeline pipeline_{engine::PipelineOptions{}};
  std::unique_ptr<ScriptedClient> client_;
};

ClientScript saying_one() {
  ClientScript script;
  script.moves = {raw("one")};
  return script;
}

TEST(ScriptedClient, ClosesOnceEachMessageWasAnswered) {
  Session session(saying_one());
  EXPECT_EQ(Acts{"text one"}, session.opens());
  EXPECT_EQ(Acts{"close 1000"}, session.hears("an answer"));
  EXPECT_TRUE(session.client().finished());
}

TEST(ScriptedClient, WaitsForAReplyToEachMessage) {
  ClientScript script = saying_one();
  script.moves.push_back(raw("two"));
  Session session(std::move(script));
  EXPECT_EQ((Acts{"text one", "text two"}), session.opens());
  EXPECT_EQ(Acts{}, session.hears("to one"));
  EXPECT_EQ(Acts{"close 1000"}, session.hears("to two"));
}

TEST(ScriptedClient, SendsTheNextOnceWhatIsExpectedBeforeItHasCome) {
  ClientScript script = saying_one();
  script.moves.push_back(raw("two"));
  script.moves.push_back(raw("three"));
  script.moves.back().after_met = 1;
  script.moves.push_back(raw("four"));
  script.moves.back().after_met = 2;
  script.expect = {{"text:ok"}, engine::any_message(), {"text:ok"}};
  Session session(std::move(script));
  EXPECT_EQ((Acts{"text one", "text two"}), session.opens());
  EXPECT_EQ(Acts{}, session.hears("no"));
  EXPECT_EQ(Acts{"text three"}, session.hears("ok"));
  EXPECT_EQ(Acts{"text four"}, session.hears("anything"));
  EXPECT_EQ(Acts{}, session.hears("anything"));
  EXPECT_EQ(Acts{"close 1000"}, session.hears("ok"));
}

TEST(ScriptedClient, WhatComesBeforeAMessageIsNotExpectedOfIt) {
  ClientScript script = saying_one();
  script.moves.push_back(raw("two"));
  script.moves.back().after_met = 1;
  script.expect = {{"text:a"}, {"text:b"}};
  Session session(std::move(script));
  EXPECT_EQ(Acts{"text one"}, session.opens());
  EXPECT_EQ(Acts{"text two"}, session.hears_at_once({"b", "a", "b"}));
  EXPECT_EQ(1U, session.client().expectations().met());
  EXPECT_EQ(Acts{"close 1000"}, session.hears("b"));
}

TEST(ScriptedClient, AGreetingIsNoReply) {
  Session session(saying_one());
  session.writes = false;
  session.opens();
  EXPECT_EQ(Acts{}, session.hears("welcome"));
  const session::Awaited awaited = session.client().awaited();
  EXPECT_EQ("reply", awaited.what);
  EXPECT_EQ(0U, awaited.came);
}

TEST(ScriptedClient, NothingAnswersAMessageThatIsBeingWritten) {
  Session session(saying_one());
  session.channel.queued = std::size_t{1} << 20;
  session.opens();
  EXPECT_EQ(Acts{}, session.hears("too early"));
  EXPECT_EQ(Acts{}, session.passes(1h)) << "silence does not count yet";
  session.channel.queued = 0;
  EXPECT_EQ(Acts{}, session.writable());
  EXPECT_EQ(Acts{"close 1000"}, session.hears("an answer"));
}

TEST(ScriptedClient, GivesUpAfterSoMuchSilence) {
  Session session(saying_one());
  session.opens();
  EXPECT_EQ(Acts{}, session.passes(1999ms));
  EXPECT_EQ(Acts{"close 1000"}, session.passes(1ms));
  const session::Awaited awaited = session.client().awaited();
  EXPECT_EQ("wait", awaited.limit);
  EXPECT_EQ(2'000'000'000, awaited.limit_ns);
  EXPECT_EQ(1U, awaited.wanted);
  EXPECT_EQ(0U, awaited.came);
}

TEST(ScriptedClient, SilenceCountsFromTheLastMessage) {
  ClientScript script = saying_one();
  script.replies = {engine::ReplyRule::Kind::number, 3};
  Session session(std::move(script));
  session.opens();
  session.passes(1500ms);
  session.hears("one of three");
  EXPECT_EQ(Acts{}, session.passes(1999ms));
  EXPECT_EQ(Acts{"close 1000"}, session.passes(1ms));
}

TEST(ScriptedClient, ClosesOnceSoManyMessagesCame) {
  ClientScript script = saying_one();
  script.opening = {raw("hello"), expecting("", {})};
  script.messages = 2;
  Session session(std::move(script));
  session.opens();
  EXPECT_EQ(Acts{"text one"}, session.hears("welcome"));  // to the opening
  EXPECT_EQ(Acts{}, session.hears("first"));
  EXPECT_EQ(Acts{}, session.passes(1h));  // silence ends nothing
  EXPECT_EQ(2U, session.client().awaited().wanted);
  EXPECT_EQ(1U, session.client().awaited().came);
  EXPECT_EQ(Acts{"close 1000"}, session.hears("second"));
}

TEST(ScriptedClient, WaitsForNoInputOnceSoManyMessagesCame) {
  ClientScript script;
  script.input = engine::InputFormat::lines;
  script.messages = 1;
  Session session(std::move(script));
  session.opens();
  EXPECT_EQ(Acts{"text one"}, session.feeds("one\n"));
  EXPECT_EQ(Acts{"close 1000"}, session.hears("an answer"));
}

TEST(ScriptedClient, LingersForTheServersOwnClose) {
  ClientScript script = saying_one();
  script.linger = 200ms;
  Session session(std::move(script));
  session.opens();
  EXPECT_EQ(Acts{}, session.hears("an answer"));
  EXPECT_EQ(Acts{}, session.hears("another"));
  EXPECT_EQ(Acts{}, session.passes(199ms));
  EXPECT_EQ(Acts{"close 1000"}, session.passes(1ms));
}

TEST(ScriptedClient, StaysOpenAsLongAsItSays) {
  ClientScript script = saying_one();
  script.stay_open = 1min;
  script.close_code = 4000;
  script.close_reason = "enough";
  Session session(std::move(script));
  session.opens();
  EXPECT_EQ(Acts{}, session.hears("an answer"));
  EXPECT_EQ(Acts{"close 4000 enough"}, session.passes(1min));
}

TEST(ScriptedClient, StaysSoLongAfterTheLastSend) {
  ClientScript script = saying_one();
  script.stay_after_send = 5s;
  Session session(std::move(script));
  session.opens();
  session.hears("an answer");
  EXPECT_EQ(Acts{}, session.passes(4999ms));
  EXPECT_EQ(Acts{"close 1000"}, session.passes(1ms));
}

TEST(ScriptedClient, WaitsForWhatIsExpected) {
  ClientScript script = saying_one();
  script.expect = {{"/is=ready"}};
  Session session(std::move(script));
  session.opens();
  EXPECT_EQ(Acts{}, session.hears(R"({"is":"busy"})"));
  EXPECT_EQ(Acts{}, session.passes(1h));
  EXPECT_EQ("/is=ready", session.client().awaited().next);
  EXPECT_EQ(Acts{"close 1000"}, session.hears(R"({"is":"ready"})"));
  EXPECT_EQ(1U, session.client().awaited().came);
}

TEST(ScriptedClient, AnExpectationThatIsNoneIsAnError) {
  whydrop::test::HandClock clock;
  engine::Pipeline pipeline{engine::PipelineOptions{}};
  ClientScript script;
  script.expect = {{"no equals sign"}};
  const auto made = ScriptedClient::make({clock, pipeline, nullptr, nullptr, nullptr}, std::move(script));
  ASSERT_FALSE(made);
  EXPECT_EQ(ErrorKind::usage, made.error().kind);
}

TEST(ScriptedClient, LeavesTheCloseToTheServerWhereItIsExpected) {
  ClientScript script = saying_one();
  script.awaits_close = true;
  Session session(std::move(script));
  session.opens();
  EXPECT_EQ(Acts{}, session.hears("an answer"));
  EXPECT_EQ(Acts{}, session.passes(1h));
}

TEST(ScriptedClient, EchoesTextAsTextAndBinaryAsBinary) {
  ClientScript script;
  script.echo = true;
  script.stays = true;
  Session session(std::move(script));
  EXPECT_EQ(Acts{}, session.opens());
  EXPECT_EQ(Acts{"text a"}, session.hears("a"));
  EXPECT_EQ(Acts{"binary b"}, session.hears("b", false));
}

TEST(ScriptedClient, StopsEchoingToAPeerThatDoesNotRead) {
  ClientScript script;
  script.echo = true;
  script.stays = true;
  Session session(std::move(script));
  session.opens();
  session.channel.queued = (std::size_t{64} << 20) + 1;
  EXPECT_EQ(Acts{"close 1008 echoes are not read"}, session.hears("a"));
  EXPECT_EQ(Acts{}, session.hears("b"));
}

ClientScript reading() {
  ClientScript script;
  script.input = engine::InputFormat::lines;
  script.replies.kind = engine::ReplyRule::Kind::none;
  return script;
}

TEST(ScriptedClient, SendsEachLineOfItsInput) {
  Session session(reading());
  EXPECT_EQ(0, session.input_asked) << "not before a session is open";
  EXPECT_EQ(Acts{}, session.opens());
  EXPECT_EQ(1, session.input_asked);
  EXPECT_EQ((Acts{"text one", "text two"}), session.feeds("one\ntwo\nthr"));
  EXPECT_EQ(1, session.chunks_taken);
  EXPECT_EQ((Acts{"text three", "close 1000"}), (session.feeds("ee"), session.input_ends()));
}

TEST(ScriptedClient, InputWaitsWhileTheConnectionIsFull) {
  Session session(reading());
  session.opens();
  session.channel.queued = 512 * 1024;
  EXPECT_EQ(Acts{}, session.feeds("one\n"));
  EXPECT_EQ(0, session.chunks_taken);
  session.channel.queued = 0;
  EXPECT_EQ(Acts{"text one"}, session.writable());
  EXPECT_EQ(1, session.chunks_taken);
}

TEST(ScriptedClient, InputComesAfterTheMoves) {
  ClientScript script = reading();
  script.moves = {raw("first"), expecting("", {})};
  Session session(std::move(script));
  EXPECT_EQ(Acts{"text first"}, session.opens());
  EXPECT_EQ(Acts{}, session.feeds("second\n"));
  EXPECT_EQ(Acts{"text second"}, session.hears("go on"));
}

TEST(ScriptedClient, InputThatIsNotUnderstoodEndsIt) {
  ClientScript script = reading();
  script.input = engine::InputFormat::jsonl;
  Session session(std::move(script));
  session.opens();
  EXPECT_EQ(Acts{"close 1000"}, session.feeds("not json\n"));
  ASSERT_TRUE(session.client().input_error());
}

TEST(ScriptedClient, InputIsReadOnceForAllSessions) {
  Session session(reading());
  session.opens();
  session.client().on_gone();
  EXPECT_FALSE(session.client().open());
  EXPECT_EQ(Acts{}, session.feeds("while away\n"));
  EXPECT_EQ(Acts{"text while away"}, session.opens());
  EXPECT_EQ(1, session.input_asked);
}

TEST(ScriptedClient, MovesAreMadeInEachSession) {
  ClientScript script = saying_one();
  script.replies = {engine::ReplyRule::Kind::number, 1};
  Session session(std::move(script));
  EXPECT_EQ(Acts{"text one"}, session.opens());
  session.client().on_gone();
  EXPECT_EQ(Acts{"text one"}, session.opens());
}

TEST(ScriptedClient, RepliesToTheOpeningDoNotCount) {
  ClientScript script = saying_one();
  script.opening = {raw("hello"), expecting("", {})};
  Session session(std::move(script));
  EXPECT_EQ(Acts{"text hello"}, session.opens());
  EXPECT_EQ(Acts{"text one"}, session.hears("welcome"));
  EXPECT_EQ(Acts{"close 1000"}, session.hears("an answer"));
}

TEST(ScriptedClient, SaysWhyItCannotGoOn) {
  ClientScript script;
  script.moves = {expecting("ready", {})};
  script.moves[0].step.number = "1";
  Session session(std::move(script));
  session.opens();
  EXPECT_EQ("waited for ready: it did not come", session.client().missing());
  EXPECT_EQ(Acts{"close 1000"}, session.passes(10s));
  EXPECT_EQ(std::vector<std::string>{"error: step 1 (expect ready): waited 10 s; no message came"}, session.said);
  EXPECT_TRUE(session.client().unsaid());
}

TEST(ScriptedClient, SaysWhatAPersonTypes) {
  ClientScript script;
  script.stays = true;
  Session session(std::move(script));
  session.opens();
  session.client().say({engine::Outgoing::Kind::ping, "p"});
  session.client().say({engine::Outgoing::Kind::close, "bye", 4001});
  session.client().say({engine::Outgoing::Kind::text, "too late"});
  EXPECT_EQ((Acts{"ping p", "close 4001 bye"}), session.channel.take());
}

}  // namespace
}  // namespace whydrop::script::test
