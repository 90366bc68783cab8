#include "report/progress.hpp"
#include "report/wrap.hpp"
#include "unit/report/samples.hpp"

#include <gtest/gtest.h>

namespace whydrop::report {
namespace {

using samples::event;
using samples::frame;
using samples::plain;
using samples::rendered;
using session::Side;
using wire::Opcode;

session::Message message(Side from, std::string_view payload, bool text = true) {
  session::Message out;
  out.from = from;
  out.frames = {4};
  out.payload = payload;
  out.text = text;
  out.length = payload.size();
  return out;
}

TEST(Outputs, StandInTheOrderOfTheirNumbers) {
  std::string names;
  for (const OutputRow& row : outputs()) {
    EXPECT_EQ(&row, &row_of(row.output));
    EXPECT_FALSE(row.says.empty());
    names += std::string(row.name) + " ";
  }
  EXPECT_EQ(names, "log messages ndjson summary drops sessions ");
}

TEST(Messages, GivesTheServersPayloadsAsTheyCame) {
  session::Verdict verdict;
  verdict.headline = "Done.";
  EXPECT_EQ(rendered(Output::messages,
                     plain(),
                     {event(4, 0, message(Side::server, "one\x1b\ntwo")),
                      event(5, 0, message(Side::client, "ours")),
                      event(6, 0, message(Side::server, std::string_view("\0\xff", 2), false)),
                      event(6, 0, verdict),
                      event(6, 0, verdict, 0)}),
            "one\x1b\ntwo\nAP8=\n--talk--\n" + verdict_block(verdict, plain()));
}

TEST(Messages, EscapesForATerminal) {
  Style style = plain();
  style.escape = true;
  EXPECT_EQ(rendered(Output::messages, style, {event(4, 0, message(Side::server, "a\x1b[2J"))}), "a\\x1b[2J\n");
}

TEST(Messages, QuietGivesOnlyTheVerdict) {
  Style style = plain();
  style.quiet = true;
  session::Verdict verdict;
  EXPECT_EQ(rendered(Output::messages, style, {event(4, 0, message(Side::server, "a")), event(4, 0, verdict, 0)}),
            "--talk--\n" + verdict_block(verdict, style));
}

TEST(Ndjson, GivesEveryEventALine) {
  session::Verdict verdict;
  const std::string out = rendered(Output::ndjson,
                                   plain(),
                                   {event(4, 0, frame(Side::server, Opcode::text, "hi")),
                                    event(4, 0, message(Side::server, "hi")),
                                    event(4, 0, verdict, 0)});
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 3);
  for (const char* kind : {R"("kind":"frame")", R"("kind":"message")", R"("kind":"verdict")"}) {
    EXPECT_NE(out.find(kind), std::string::npos) << kind << out;
  }
}

TEST(Ndjson, TellsTheVerdictOfTheOnlyConnectionOnce) {
  session::Verdict verdict;
  const auto verdicts = [&](const std::vector<session::Event>& events) {
    const std::string out = rendered(Output::ndjson, plain(), events);
    std::string conns;
    for (std::size_t at = 0; (at = out.find(R"("conn":)", at)) != std::string::npos; at += 7) {
      conns += out.substr(at + 7, out.find(',', at) - at - 7) + " ";
    }
    return conns;
  };
  EXPECT_EQ(verdicts({event(4, 0, verdict, 1), event(4, 0, verdict, 0)}), "null ");
  EXPECT_EQ(verdicts({event(4, 0, verdict, 1), event(8, 0, verdict, 2), event(8, 0, verdict, 0)}), "1 2 null ");
  EXPECT_EQ(verdicts({event(4, 0, verdict, 1), event(5, 0, message(Side::server, "hi"))}), "1 1 ");
}

TEST(Summary, CountsEachDirection) {
  session::Open open;
  session::Response response;
  response.status = 101;
  session::Verdict verdict;
  EXPECT_EQ(rendered(Output::summary,
                     plain(),
                     {event(1, 0, open),
                      event(2, 60, response),
                      event(3, 100, frame(Side::client, Opcode::text, "hello")),
                      event(3, 100, message(Side::client, "hello")),
                      event(4, 110, frame(Side::client, Opcode::ping, "1")),
                      event(5, 130, frame(Side::server, Opcode::pong, "1")),
                      event(6, 200, frame(Side::client, Opcode::ping, "2")),
                      event(7, 201, frame(Side::server, Opcode::pong, "unasked")),
                      event(8, 240, frame(Side::server, Opcode::pong, "2")),
                      event(9, 1'500, verdict, 0)}),
            "  sent       1 message, 5 B; 3 frames, 25 B on the wire; 2 pings, 0 pongs\n"
            "  received   0 messages, 0 B; 3 frames, 15 B on the wire; 0 pings, 3 pongs\n"
            "  lasted     240 ms, open after 60 ms\n"
            "  ping       40 ms / 40 ms / 40 ms (p50, p95, most of 2)\n"
            "\n" +
                verdict_block(verdict, plain()));
}

TEST(ProgressLine, TellsWhatLasts) {
  Progress progress;
  progress.elapsed_ns = 12'345'000'000;
  progress.frames = 340;
  progress.since_last_ns = 410'000'000;
  EXPECT_EQ(progress_line(progress, 0), "↻ 12 s · 340 frames · last 0.4 s ago");
  EXPECT_EQ(progress_line(progress, 12), "↻ 12 s · 34…");
  Progress reading;
  reading.elapsed_ns = 125'000'000'000;
  reading.frames = 1;
  reading.bytes_done = 144ULL << 20;
  reading.bytes_all = 350ULL << 20;
  EXPECT_EQ(progress_line(reading, 0), "↻ 2 min 5 s · 1 frame · 41% of 350 MiB");
}

TEST(Wrap, BreaksAtBlanksAndKeepsUnits) {
  using Lines = std::vector<std::string_view>;
  EXPECT_EQ(wrap("", 10), Lines{""});
  EXPECT_EQ(wrap("one two", 7), Lines{"one two"});
  EXPECT_EQ(wrap("one two", 6), (Lines{"one", "two"}));
  EXPECT_EQ(wrap("after 12 ms it", 8), (Lines{"after", "12 ms it"}));
  EXPECT_EQ(wrap("abcdefgh", 3), (Lines{"abc", "def", "gh"}));
  EXPECT_EQ(wrap("äöü äöü", 3), (Lines{"äöü", "äöü"}));
  EXPECT_EQ(wrap("12 ms", 3), (Lines{"12 ", "ms"}));
}

}  // namespace
}  // namespace whydrop::report
