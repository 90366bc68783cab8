#include "session/tracker.hpp"

#include "base/result.hpp"
#include "session/assembler.hpp"
#include "session/heads.hpp"
#include "support/facts.hpp"
#include "wire/deflate.hpp"

#include <functional>

#include <gtest/gtest.h>

namespace whydrop::session {
namespace {

using test::frame_fact;
using test::good_request;
using test::good_response;
using wire::Opcode;

constexpr auto kClient = Side::client;
constexpr auto kServer = Side::server;

std::string list(const std::vector<std::uint64_t>& frames) {
  std::string text;
  for (const auto seq : frames) {
    text += (text.empty() ? "" : ",") + std::to_string(seq);
  }
  return text;
}

std::string describe(const Message& message) {
  std::string text = std::string(name(message.from)) + (message.text ? " text " : " binary ") + list(message.frames) +
                     " \"" + std::string(message.payload) + "\" " + std::to_string(message.length);
  if (message.compressed) {
    text += " compressed " + std::to_string(message.wire_length);
  }
  for (const auto& span : message.redact) {
    text += " masked " + std::to_string(span.at) + "+" + std::to_string(span.length);
  }
  return text;
}

std::string describe(const Body& body) {
  return std::visit(overloaded{[](const State& state) {
                                 return std::string(name(state.side)) + " " + std::string(name(state.phase));
                               },
                               [](const Message& message) { return describe(message); },
                               [](const Inflated& inflated) {
                                 return "inflated " + list(inflated.frames) + " \"" + std::string(inflated.content) +
                                        "\" " + std::to_string(inflated.length) +
                                        (inflated.error.empty() ? "" : " error: " + inflated.error);
                               },
                               [](const auto&) { return std::string("?"); }},
                    body);
}

/// Feeds facts to a Tracker and keeps what it said, a line an event.
class Script {
 public:
  explicit Script(Tracker::Limits limits = {})
      : tracker_(limits, [this](Body&& body) { said_ += describe(body) + "\n"; }) {}

  std::uint64_t fact(Body body) {
    tracker_.on_fact({++seq_, 0, 1, std::move(body)});
    return seq_;
  }
  /// A good upgrade, facts 1 and 2, of which nothing is told.
  Script& upgraded(const char* extensions = "") {
    fact(good_request(extensions));
    fact(good_response(extensions));
    said_.clear();
    return *this;
  }
  std::string said() { return std::exchange(said_, ""); }
  Tracker& tracker() { return tracker_; }

 private:
  std::string said_;
  std::uint64_t seq_ = 0;
  Tracker tracker_;
};

TEST(Tracker, OpensWithAGoodAnswer) {
  Script script;
  script.fact(Open{});
  script.fact(good_request());
  EXPECT_EQ(script.said(), "");
  script.fact(good_response());
  EXPECT_EQ(script.said(), "client open\nserver open\n");
}

TEST(Tracker, WaitsOnAnInterimAnswerAndClosesOnARefusal) {
  Script script;
  Response interim;
  interim.status = 103;
  Response refused;
  refused.status = 401;
  script.fact(good_request());
  script.fact(interim);
  EXPECT_EQ(script.said(), "");
  script.fact(refused);
  EXPECT_EQ(script.said(), "client closed\nserver closed\n");
  script.fact(good_request());
  EXPECT_EQ(script.said(), "client connecting\nserver connecting\n");
  script.fact(good_response());
  EXPECT_EQ(script.said(), "client open\nserver open\n");
}

TEST(Tracker, DescribesFramesAfterABadAnswerWithoutOpening) {
  Script script;
  script.fact(good_request());
  script.fact(test::with(good_response(), "Sec-WebSocket-Accept", "wrong"));
  EXPECT_EQ(script.said(), "client closed\nserver closed\n");
  script.fact(frame_fact(kServer, Opcode::text, "hi"));
  EXPECT_EQ(script.said(), "server text 3 \"hi\" 2\n");
}

TEST(Tracker, EndsEachSideOnce) {
  Script script;
  script.upgraded();
  script.fact(Shutdown{kServer});
  EXPECT_EQ(script.said(), "server closed\n");
  script.fact(Ending{});
  EXPECT_EQ(script.said(), "client closed\n");
}

TEST(Tracker, BorrowsAWholeMessage) {
  std::string_view told;
  Tracker tracker({}, [&](Body&& body) { told = std::get<Message>(body).payload; });
  const std::string payload(200, 'x');
  tracker.on_fact({1, 0, 1, frame_fact(kServer, Opcode::text, payload)});
  EXPECT_EQ(told.data(), payload.data());
  EXPECT_EQ(told.size(), payload.size());
}

TEST(Tracker, JoinsFragmentsAroundControlFrames) {
  Script script;
  script.upgraded();
  script.fact(frame_fact(kServer, Opcode::binary, "ab", false));
  script.fact(frame_fact(kServer, Opcode::ping, "p"));
  script.fact(frame_fact(kClient, Opcode::text, "hi"));
  script.fact(frame_fact(kServer, Opcode::continuation, "", false));
  script.fact(frame_fact(kServer, Opcode::continuation, "cd"));
  EXPECT_EQ(script.said(), "client text 5 \"hi\" 2\nserver binary 3,6,7 \"abcd\" 4\n");
}

TEST(Tracker, DropsAMessageThatAnotherOneInterrupts) {
  Script script;
  script.upgraded();
  script.fact(frame_fact(kServer, Opcode::text, "lost", false));
  script.fact(frame_fact(kServer, Opcode::text, "a"));
  script.fact(frame_fact(kServer, Opcode::continuation, "stray"));
  script.fact(frame_fact(kServer, Opcode::reserved_3, "no message"));
  EXPECT_EQ(script.said(), "server text 4 \"a\" 1\n");
}

TEST(Tracker, KeepsAPrefixOfAMessageThatIsCut) {
  Script script;
  script.upgraded();
  auto cut = frame_fact(kServer, Opcode::text, "abc", false);
  cut.header.length = 5;
  script.fact(cut);
  script.fact(frame_fact(kServer, Opcode::continuation, "def"));
  EXPECT_EQ(script.said(), "server text 3,4 \"abc\" 8\n");
}

TEST(Tracker, StopsKeepingAtItsLimit) {
  Tracker::Limits limits;
  limits.max_message = 4;
  Script script(limits);
  script.upgraded();
  script.fact(frame_fact(kServer, Opcode::text, "abcdef"));
  script.fact(frame_fact(kServer, Opcode::text, "abc", false));
  script.fact(frame_fact(kServer, Opcode::continuation, "def"));
  EXPECT_EQ(script.said(), "server text 3 \"abcd\" 6\nserver text 4,5 \"abcd\" 6\n");
}

TEST(Tracker, NamesABoundedNumberOfFrames) {
  std::size_t named = 0;
  Tracker tracker({}, [&](Body&& body) { named = std::get<Message>(body).frames.size(); });
  tracker.on_fact({1, 0, 1, frame_fact(kServer, Opcode::text, "", false)});
  for (std::uint64_t seq = 2; seq <= 3 * kMaxFramesNamed; ++seq) {
    tracker.on_fact({seq, 0, 1, frame_fact(kServer, Opcode::continuation, "", seq == 3 * kMaxFramesNamed)});
  }
  EXPECT_EQ(named, kMaxFramesNamed);
}

TEST(Tracker, CarriesMaskedSpansOver) {
  Script script;
  script.upgraded();
  auto first = frame_fact(kClient, Opcode::text, "a=xx", false);
  first.redact = {{2, 2, "token"}};
  auto second = frame_fact(kClient, Opcode::continuation, "xx;");
  second.redact = {{0, 2, "token"}};
  script.fact(first);
  script.fact(second);
  EXPECT_EQ(script.said(), "client text 3,4 \"a=xxxx;\" 7 masked 2+4\n");
}

TEST(Tracker, ClosesEachSideOnce) {
  Script script;
  script.upgraded();
  script.fact(frame_fact(kServer, Opcode::close, std::string_view("\x03\xf0why", 5)));
  EXPECT_EQ(script.said(), "server closing\n");
  script.fact(frame_fact(kServer, Opcode::close, std::string_view("\x03\xe8", 2)));
  script.fact(frame_fact(kClient, Opcode::close, ""));
  EXPECT_EQ(script.said(), "client closing\n");
}

TEST(ReadClose, Table) {
  const CloseSeen whole = read_close(std::string_view("\x03\xf0why", 5), 3);
  EXPECT_EQ(whole.code, 1008);
  EXPECT_EQ(whole.reason, "why");
  EXPECT_EQ(whole.seq, 3U);
  for (const std::string_view without : {"", "\x03"}) {
    const CloseSeen seen = read_close(without, 5);
    EXPECT_EQ(seen.code, std::nullopt);
    EXPECT_EQ(seen.reason, "");
    EXPECT_EQ(seen.seq, 5U);
  }
}

TEST(Tracker, DescribesDataAfterAClose) {
  Script script;
  script.upgraded();
  script.fact(frame_fact(kServer, Opcode::close, "\x03"));
  script.fact(frame_fact(kServer, Opcode::text, "late"));
  EXPECT_EQ(script.said(), "server closing\nserver text 4 \"late\" 4\n");
}

/// One side's frames of compressed messages, as a sender with its own Deflater makes them.
class Sender {
 public:
  explicit Sender(bool context_takeover) : deflater_({context_takeover, 15}) {}
  const std::string& compress(std::string_view text) { return payload_ = deflater_.compress(text); }

 private:
  wire::Deflater deflater_;
  std::string payload_;
};

Frame compressed_fact(Side from, std::string_view payload, bool fin = true) {
  auto frame = frame_fact(from, Opcode::text, payload, fin);
  frame.header.rsv = wire::kRsv1;
  return frame;
}

TEST(TrackerInflates, BothDirectionsWithAndWithoutContextTakeover) {
  for (const bool takeover : {true, false}) {
    const char* extension =
        takeover ? "permessage-deflate" : "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    Script script;
    script.upgraded(extension);
    Sender client(takeover), server(takeover);
    for (int round = 0; round < 2; ++round) {
      for (const auto side : {kClient, kServer}) {
        const auto& payload = (side == kClient ? client : server).compress("hello hello hello");
        const auto seq = std::to_string(script.fact(compressed_fact(side, payload)));
        EXPECT_EQ(script.said(),
                  "inflated " + seq + " \"hello hello hello\" 17\n" + std::string(name(side)) + " text " + seq +
                      " \"hello hello hello\" 17 compressed " + std::to_string(payload.size()) + "\n");
      }
    }
  }
}

TEST(TrackerInflates, KeepsTheContextsOfTheSidesApart) {
  Script script;
  script.upgraded("permessage-deflate; server_no_context_takeover");
  Sender client(true), server(false);
  for (int round = 0; round < 2; ++round) {
    script.fact(compressed_fact(kClient, client.compress("one two three")));
    script.fact(compressed_fact(kServer, server.compress("one two three")));
  }
  const auto said = script.said();
  for (const char* seq : {"3", "4", "5", "6"}) {
    EXPECT_NE(said.find(std::string("inflated ") + seq + " \"one two three\" 13\n"), std::string::npos) << said;
  }
}

TEST(TrackerInflates, FragmentsAroundControlFramesAndPlainMessages) {
  Script script;
  script.upgraded("permessage-deflate");
  Sender server(true);
  const auto payload = server.compress("abcabcabc");
  const std::string_view view(payload);
  script.fact(compressed_fact(kServer, view.substr(0, 2), false));
  script.fact(frame_fact(kServer, Opcode::ping, ""));
  script.fact(frame_fact(kServer, Opcode::continuation, view.substr(2)));
  EXPECT_EQ(script.said(),
            "inflated 3,5 \"abcabcabc\" 9\nserver text 3,5 \"abcabcabc\" 9 compressed " +
                std::to_string(payload.size()) + "\n");
  script.fact(frame_fact(kServer, Opcode::text, "plain"));
  EXPECT_EQ(script.said(), "server text 6 \"plain\" 5\n");
}

TEST(TrackerInflates, TellsWhichFramesNeedNoPayload) {
  Script script;
  script.upgraded("permessage-deflate");
  Sender server(true);
  const auto payload = server.compress("abcabcabc");
  const auto deflated = [&](const Frame& frame) {
    script.fact(frame);
    return script.tracker().last_frame_deflated(kServer);
  };
  EXPECT_TRUE(deflated(compressed_fact(kServer, std::string_view(payload).substr(0, 2), false)));
  EXPECT_FALSE(script.tracker().last_frame_deflated(kClient));
  EXPECT_FALSE(deflated(frame_fact(kServer, Opcode::ping, "")));
  EXPECT_TRUE(deflated(frame_fact(kServer, Opcode::continuation, std::string_view(payload).substr(2))));
  EXPECT_FALSE(deflated(frame_fact(kServer, Opcode::continuation, "stray")));
  auto reserved = compressed_fact(kServer, "x");
  reserved.header.opcode = Opcode::reserved_3;
  EXPECT_FALSE(deflated(reserved));
}

TEST(TrackerInflates, NothingWithoutAgreement) {
  Script script;
  script.upgraded();
  script.fact(compressed_fact(kServer, "\x01"));
  EXPECT_EQ(script.said(), "server text 3 \"\x01\" 1\n");
}

TEST(TrackerInflates, ReportsGarbageAndGoesOn) {
  Script script;
  script.upgraded("permessage-deflate; server_no_context_takeover");
  script.fact(compressed_fact(kServer, "\xff\xff\xff"));
  EXPECT_EQ(script.said(),
            "inflated 3 \"\" 0 error: it is not deflate data: invalid block type\n"
            "server text 3 \"\" 0 compressed 3\n");
  Sender server(false);
  script.fact(compressed_fact(kServer, server.compress("hi")));
  EXPECT_EQ(script.said().substr(0, 18), "inflated 4 \"hi\" 2\n");
}

TEST(TrackerInflates, SaysWhatACutFrameLost) {
  Script script;
  script.upgraded("permessage-deflate");
  Sender server(true);
  const auto first = server.compress("hello");
  auto cut = compressed_fact(kServer, std::string_view(first).substr(0, 3));
  cut.header.length = first.size();
  script.fact(cut);
  EXPECT_NE(script.said().find("error: part of its payload was not kept\n"), std::string::npos);
  script.fact(compressed_fact(kServer, server.compress("hello")));
  EXPECT_NE(script.said().find("error: an earlier message could not be inflated\n"), std::string::npos);
}

TEST(TrackerInflates, GivesUpABomb) {
  Tracker::Limits limits;
  limits.max_message = 10;
  limits.max_inflated = 1000;
  Script script(limits);
  script.upgraded("permessage-deflate");
  Sender server(true);
  script.fact(compressed_fact(kServer, server.compress(std::string(1000, 'x'))));
  EXPECT_EQ(script.said().substr(0, 29), "inflated 3 \"xxxxxxxxxx\" 1000\n");
  script.fact(compressed_fact(kServer, server.compress(std::string(100'000, 'x'))));
  const auto said = script.said();
  EXPECT_NE(said.find("inflated 4 \"xxxxxxxxxx\" "), std::string::npos);
  EXPECT_NE(said.find(" error: it is larger than "), std::string::npos);
}

TEST(TrackerInflates, NothingThatTheCaptureTellsItself) {
  Script script;
  script.upgraded("permessage-deflate");
  auto bare = compressed_fact(kServer, "");
  bare.has_payload = false;
  bare.header.length = 20;
  Inflated told;
  told.from = kServer;
  told.frames = {3};
  told.content = "recorded xxxx";
  told.length = 13;
  told.redact = {{9, 4, "token"}};
  script.fact(bare);
  EXPECT_EQ(script.said(), "");
  script.fact(told);
  EXPECT_EQ(script.said(), "server text 3 \"recorded xxxx\" 13 compressed 20 masked 9+4\n");
  script.fact(told);
  EXPECT_EQ(script.said(), "") << "one content a message";
}

}  // namespace
}  // namespace whydrop::session
