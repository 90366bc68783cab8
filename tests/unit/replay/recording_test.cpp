#include "replay/recording.hpp"

#include "capture/decode.hpp"
#include "unit/replay/tape.hpp"

#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace whydrop::replay {
namespace {

using session::Side;
using wire::Opcode;

struct Case {
  std::string name, text, expected;
  Recording::Settings settings;
};

Recording::Settings frames() {
  Recording::Settings settings;
  settings.frames = true;
  return settings;
}

Recording::Settings selected(std::uint32_t run,
                             std::optional<std::uint32_t> conn,
                             std::uint64_t from,
                             std::uint64_t to) {
  Recording::Settings settings;
  settings.selection = {run, conn, from, to};
  return settings;
}

constexpr std::string_view kDeflate = "permessage-deflate";

session::Frame compressed(Side from, Opcode opcode, std::uint64_t length, bool fin) {
  session::Frame frame = frame_of(from, opcode, "", fin);
  frame.header.rsv = opcode == Opcode::continuation ? 0 : wire::kRsv1;
  frame.header.length = length;
  frame.has_payload = false;
  return frame;
}

session::Inflated inflated(Side from, std::uint64_t seq, std::string_view content, std::string error = {}) {
  session::Inflated fact;
  fact.from = from;
  fact.frames = {seq};
  fact.content = content;
  fact.length = content.size();
  fact.error = std::move(error);
  return fact;
}

session::Frame cut(session::Frame frame, std::uint64_t length) {
  frame.header.length = length;
  return frame;
}

std::string fragmented() {
  session::Frame first = frame_of(Side::client, Opcode::text, R"({"token":"xx)", false);
  first.redact = {{10, 2, "token"}};
  session::Frame last = frame_of(Side::client, Opcode::continuation, R"(xx","a":1})");
  last.redact = {{0, 2, "token"}};
  return Tape::opened()
      .frame(first)
      .frame(frame_of(Side::client, Opcode::ping, "p"))
      .server("hi")
      .frame(last)
      .ending()
      .text();
}

const std::string kOpened = "began 1 ws://h/\nopened 101 3ms\n";

std::vector<Case> cases() {
  return {
      {"messages of both sides",
       Tape::opened().client("a").server("b").frame(frame_of(Side::client, Opcode::binary, "c")).ending().text(),
       kOpened + "act #4 4ms text a\nheard #5 5ms text b\nact #6 6ms binary c\nover 7ms fin received:no sent:no\n",
       {}},
      {"a fragmented message with a ping and an answer between",
       fragmented(),
       kOpened + "act #5 5ms ping p\nheard #6 6ms text hi\n"
                 "act #4 7ms text {\"token\":\"xxxx\",\"a\":1} [10+4 token]\nover 8ms fin received:no sent:no\n",
       {}},
      {"its frames, the ping at its place among them",
       fragmented(),
       kOpened + "heard #6 6ms text hi\n"
                 "act #4 7ms text {\"token\":\"xxxx\",\"a\":1} [10+4 token] <text+ {\"token\":\"xx/12 [10+2 token]> "
                 "<ping p/1> "
                 "<continuation xx\",\"a\":1}/10 [0+2 token]>\nover 8ms fin received:no sent:no\n",
       frames()},
      {"a message whose last fragment never came",
       Tape::opened().frame(frame_of(Side::client, Opcode::text, "a", false)).ending().text(),
       kOpened + "act #4 4ms text  (the recording ends before its last fragment: only --raw sends it)\n"
                 "over 5ms fin received:no sent:no\n",
       {}},
      {"… as frames",
       Tape::opened().frame(frame_of(Side::client, Opcode::text, "a", false)).ending().text(),
       kOpened + "act #4 4ms text  <text+ a/1>\nover 5ms fin received:no sent:no\n",
       frames()},
      {"compressed, told by an inflated fact",
       Tape::opened(std::string(kDeflate))
           .frame(compressed(Side::client, Opcode::text, 3, false))
           .frame(compressed(Side::client, Opcode::continuation, 4, true))
           .event(inflated(Side::client, 4, "hello"))
           .ending()
           .text(),
       kOpened +
           "act #4 5ms text compressed hello <text+ rsv4 /3> <continuation /4>\nover 7ms fin received:no sent:no\n",
       frames()},
      {"compressed, the content not told",
       Tape::opened(std::string(kDeflate))
           .frame(compressed(Side::client, Opcode::text, 3, true))
           .client("b")
           .frame(compressed(Side::server, Opcode::text, 3, true))
           .ending()
           .text(),
       kOpened + "act #4 4ms text compressed  (its compressed content was not recorded)\nact #5 5ms text b\n"
                 "heard #6 6ms text cut \nover 7ms fin received:no sent:no\n",
       {}},
      {"compressed, not to be inflated",
       Tape::opened(std::string(kDeflate))
           .frame(compressed(Side::client, Opcode::text, 3, true))
           .event(inflated(Side::client, 4, "he", "invalid distance"))
           .ending()
           .text(),
       kOpened + "act #4 4ms text compressed he (its compressed content could not be inflated: invalid distance)\n"
                 "over 6ms fin received:no sent:no\n",
       {}},
      {"cut by --max-payload",
       Tape::opened()
           .frame(cut(frame_of(Side::client, Opcode::text, "abc"), 2000000))
           .frame(cut(frame_of(Side::server, Opcode::text, "abc"), 10))
           .ending()
           .text(),
       kOpened + "act #4 4ms text abc (only 3 of 2,000,000 bytes were recorded)\nheard #5 5ms text cut abc\n"
                 "over 6ms fin received:no sent:no\n",
       {}},
      {"a pong that answers is no act; one that does not is",
       Tape::opened()
           .frame(frame_of(Side::server, Opcode::ping, "1"))
           .frame(frame_of(Side::server, Opcode::ping, "2"))
           .frame(frame_of(Side::client, Opcode::pong, "2"))
           .frame(frame_of(Side::client, Opcode::pong, "1"))
           .frame(frame_of(Side::client, Opcode::pong, ""))
           .ending()
           .text(),
       kOpened + "act #7 7ms pong 1\nact #8 8ms pong \nover 9ms fin received:no sent:no\n",
       {}},
      {"the client's Close",
       Tape::opened()
           .frame(frame_of(Side::client, Opcode::close, close_payload(1000, "bye")))
           .frame(frame_of(Side::server, Opcode::close, close_payload(1000, "")))
           .ending()
           .text(),
       kOpened + "act #4 4ms close 1000 bye\nover 6ms fin received:1000  sent:1000 bye\n",
       {}},
      {"the server's Close, answered",
       Tape::opened()
           .frame(frame_of(Side::server, Opcode::close, close_payload(1008, "no")))
           .frame(frame_of(Side::client, Opcode::close, close_payload(1008, "")))
           .ending()
           .text(),
       kOpened + "over 6ms fin received:1008 no sent:1008 \n",
       {}},
      {"what no endpoint would send",
       Tape::opened()
           .frame(frame_of(Side::client, Opcode::reserved_3, "r"))
           .frame(frame_of(Side::client, Opcode::continuation, "c"))
           .frame(frame_of(Side::client, Opcode::close, ""))
           .client("late")
           .ending()
           .text(),
       kOpened + "act #4 4ms stray r (a frame with the opcode 3, which means nothing: only --raw sends it)\n"
                 "act #5 5ms stray c (a continuation of no message: only --raw sends it)\nact #6 6ms close \n"
                 "act #7 7ms text late (it was sent after the Close: only --raw sends it)\n"
                 "over 8ms fin received:no sent:- \n",
       {}},
      {"a refused attempt, a REST call, then the session",
       Tape()
           .open()
           .request()
           .response(503)
           .ending()
           .conn(2)
           .open(session::Role::http, "https://h/token")
           .event(session::Request{"POST /token HTTP/1.1", {}, "", 0, {}})
           .event(session::Response{"HTTP/1.1 200 OK", 200, {}, "{}", 2, "", 0, {}})
           .conn(3)
           .open()
           .request()
           .response()
           .client("a")
           .conn(2)
           .ending()
           .conn(3)
           .ending()
           .text(),
       "called #7 POST https://h/token 200 {}\nbegan 3 ws://h/\nopened 101 10ms\nact #11 11ms text a\n"
       "over 13ms fin received:no sent:no\n",
       {}},
      {"another connection than the first",
       Tape::opened().conn(2).open().request().response().client("b").conn(1).client("a").ending().text(),
       "began 2 ws://h/\nopened 101 6ms\nact #7 7ms text b\nover 7ms - received:no sent:no\n",
       selected(1, 2, 0, UINT64_MAX)},
      {"another run than the first",
       Tape::opened().client("a").header({}).open().request().response().client("b").ending().text(),
       "began 1 ws://h/\nopened 101 7ms\nact #4 8ms text b\nover 9ms fin received:no sent:no\n",
       selected(2, std::nullopt, 0, UINT64_MAX)},
      {"a run that another follows",
       Tape::opened().client("a").header({}).open().request().response().client("b").ending().text(),
       kOpened + "act #4 4ms text a\nover 4ms - received:no sent:no\n",
       {}},
      {"a part of it",
       Tape::opened().client("a").server("b").client("c").client("d").ending().text(),
       kOpened + "heard #5 5ms text b\nact #6 6ms text c\nover 8ms fin received:no sent:no\n",
       selected(1, std::nullopt, 5, 6)},
      {"a damaged line",
       Tape::opened().client("a").line("{\"seq\":5,\n").client("c").ending().text(),
       kOpened +
           "act #4 4ms text a\nact #5 4ms stray  (line 6 is damaged: not JSON: Missing a name for object member)\n"
           "act #6 5ms text c\nover 6ms fin received:no sent:no\n",
       {}},
      {"a cut last line",
       Tape::opened().client("a").line("{\"seq\":5,\"t_ns\":").text(),
       kOpened + "act #4 4ms text a\nover 4ms - received:no sent:no cut:line 6 is cut: its writer was stopped\n",
       {}},
      {"a HAR",
       R"({"log":{"entries":[{"_webSocketMessages":[{"type":"send","time":1767323045.5,"opcode":1,"data":"a"},
         {"type":"receive","time":1767323046,"opcode":2,"data":"AAE="}],"startedDateTime":"2026-01-02T03:04:05.000Z",
         "request":{"url":"wss://h/p"},"response":{"status":101}}]}})",
       "began 1 wss://h/p\nopened 101 0ms\nact #4 500ms text a\n" + std::string("heard #5 1000ms binary \0\1\n", 26) +
           "over 1000ms capture_ended received:no sent:no\n",
       {}},
      {"a HAR without the answer to the upgrade",
       R"({"log":{"entries":[{"_webSocketMessages":[{"type":"send","time":1767323045.5,"opcode":1,"data":"a"}],
         "startedDateTime":"2026-01-02T03:04:05.000Z","request":{"url":"wss://h/p"}}]}})",
       "began 1 wss://h/p\nopened 101 0ms\nact #4 500ms text a\nover 500ms capture_ended received:no sent:no\n",
       {}},
      {"lines",
       "\xEF\xBB\xBF{\"a\":1}\r\n\n  [2] \n\"three\"",
       "began 1 \nopened 0 0ms\nact #1 0ms text {\"a\":1}\nact #3 0ms text [2]\nact #4 0ms text \"three\"\n"
       "over 0ms - received:no sent:no\n",
       {}},
      {"a line that is no JSON",
       "{\"a\":1}\n{\"b\":}\n",
       "began 1 \nopened 0 0ms\nerror: x:2:6: not JSON: Invalid value\n",
       {}},
  };
}

TEST(Recording, TellsWhatTheClientDid) {
  for (const Case& each : cases()) {
    SCOPED_TRACE(each.name);
    for (const std::size_t piece : {SIZE_MAX, std::size_t{1}, std::size_t{7}, std::size_t{61}}) {
      EXPECT_EQ(entries_of(each.text, each.settings, piece), each.expected) << piece;
    }
  }
}

TEST(Recording, TellsTheSameOnceMore) {
  auto recording = open_text(fragmented());
  ASSERT_TRUE(recording);
  for (int reading = 0; reading < 2; ++reading) {
    int entries = 0;
    while (*(*recording)->next()) {
      ++entries;
    }
    EXPECT_EQ(entries, 6);
    ASSERT_TRUE((*recording)->rewind());
  }
}

/// What is taken without reading it must be readable, and of the length that is said.
TEST(Recording, SkimsOnlyWhatCouldBeRead) {
  constexpr std::string_view kPieces[] = {
      "a", "\\\"", "\"", "\\", "\\\\", "\\n", "\x1f", "\x7f", "\xc3\xbc", "{}~ ", "0123456789abcdef"};
  std::minstd_rand random(1);
  int plain = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string rest = ",\"text\":\"";
    const auto pieces = random() % 12;
    // Mostly of what is plain, so that both answers are seen.
    for (unsigned piece = 0; piece < pieces; ++piece) {
      rest += kPieces[random() % 8 == 0 ? random() % 11 : (random() % 3 == 0 ? 1 : random() % 2 == 0 ? 0 : 10)];
    }
    rest += "\"}";
    session::Frame frame;
    frame.header.length = SIZE_MAX;
    capture::FrameLines lines;
    const bool read = lines.decode_payload(rest, frame);
    const std::uint64_t length = frame.payload.size();
    const bool skimmed = capture::is_plain_payload(rest, length);
    plain += skimmed ? 1 : 0;
    EXPECT_TRUE(read || !skimmed) << rest;
    if (skimmed) {
      const std::string text(frame.payload);
      frame.header.length = length;
      EXPECT_TRUE(lines.decode_payload(rest, frame)) << rest;
      EXPECT_EQ(frame.payload, text);
    }
    EXPECT_FALSE(capture::is_plain_payload(rest, length + 1)) << rest;
  }
  EXPECT_GT(plain, 5000);
  EXPECT_TRUE(capture::is_plain_payload(",\"text\":\"" + std::string(100000, 'x') + "\"}", 100000));
}

/// Messages that are passed over, and acts that are messages, as text: "12 of 20".
std::string counted_by_skimming(const std::string& text, Recording::Settings settings, std::size_t piece) {
  const auto recording = open_text(text, std::move(settings), piece);
  std::uint64_t passed = 0, all = 0;
  while (true) {
    const std::uint64_t now = (*recording)->skim();
    passed += now;
    all += now;
    const auto entry = (*recording)->next();
    if (!*entry) {
      return fmt::format("{} of {}", passed, all);
    }
    const auto* act = std::get_if<Act>(*entry);
    all += act != nullptr && (act->kind == Act::Kind::text || act->kind == Act::Kind::binary) ? 1 : 0;
  }
}

TEST(Recording, SkimsPlainMessagesOnly) {
  Tape tape = Tape::opened();
  tape.client("a").client("b").client("ü").frame(frame_of(Side::client, Opcode::ping, "p")).client(R"({"c":1})");
  tape.frame(frame_of(Side::client, Opcode::text, "d", false));
  tape.frame(frame_of(Side::client, Opcode::continuation, "e"));
  tape.conn(2).client("of another connection").conn(1).client("f").server("g").client("h").line("{}\n").client("i");
  tape.frame(frame_of(Side::client, Opcode::close, close_payload(1000, ""))).client("after the Close").ending();
  EXPECT_EQ(counted_by_skimming(tape.text(), {}, SIZE_MAX), "4 of 9");
  Recording::Settings part;
  part.selection.from_seq = 5;
  part.selection.to_seq = 8;
  EXPECT_EQ(counted_by_skimming(tape.text(), part, SIZE_MAX), "2 of 3");
}

TEST(Recording, SkimsOverManyBlocks) {
  Tape tape = Tape::opened();
  for (int i = 0; i < 5000; ++i) {
    tape.client(R"({"type":"message"})");
  }
  // A line at a block's end is read in parts, and so is not skimmed, nor is the one behind it.
  EXPECT_EQ(counted_by_skimming(tape.ending().text(), {}, 1000), "4993 of 5000");
}

TEST(Recording, TellsDamagedLinesByTheirNumberAlsoAfterSkimming) {
  Tape tape = Tape::opened();
  for (int i = 0; i < 100; ++i) {
    tape.client("a");
  }
  EXPECT_NE(entries_of(tape.line("{}\n").text()).find("(line 105 is damaged: "), std::string::npos);
}

TEST(Recording, SaysWhatIsWrong) {
  const std::string newer = R"({"whydrop":9,"kind":"capture"})"
                            "\n";
  const std::string refused = Tape().open().request().response(403).ending().text();
  const Case wrong[] = {
      {"empty", "", "error: cannot replay x: empty\nhint: \n", {}},
      {"blank", " \n", "error: cannot replay x: empty\nhint: \n", {}},
      {"a gzip file",
       "\x1F\x8B\x08",
       "error: cannot replay x: not a recording but a gzip file\n"
       "hint: it takes a capture, a HAR, a Chromium net log, a packet capture, or a file of one JSON message a line\n",
       {}},
      {"newer",
       newer,
       "error: capture x: written by a newer version (format 9): this one reads format 1\nhint: update whydrop\n",
       {}},
      {"no such run",
       Tape::opened().text(),
       "error: cannot replay x: no run 2 in it\nhint: it holds 1 run\n",
       selected(2, std::nullopt, 0, UINT64_MAX)},
      {"no such connection",
       Tape::opened().text(),
       "error: cannot replay x: no WebSocket session opened on connection 7\nhint: whydrop inspect x shows what it "
       "holds\n",
       selected(1, 7, 0, UINT64_MAX)},
      {"none opened",
       refused,
       "error: cannot replay x: no WebSocket session opened in it\nhint: whydrop inspect x shows what it holds\n",
       {}},
      {"none at all",
       Tape().text(),
       "error: cannot replay x: no WebSocket connection in it\nhint: whydrop inspect x shows what it holds\n",
       {}},
      {"cut before it opened",
       Tape().open().line("{\"seq\":2").text(),
       "error: cannot replay x: no WebSocket session opened in it; line 3 is cut: its writer was stopped\n"
       "hint: whydrop inspect x shows what it holds\n",
       {}},
  };
  for (const Case& each : wrong) {
    SCOPED_TRACE(each.name);
    EXPECT_EQ(entries_of(each.text, each.settings), each.expected);
  }
}

}  // namespace
}  // namespace whydrop::replay
