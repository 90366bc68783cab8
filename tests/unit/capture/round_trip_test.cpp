#include "capture/decode.hpp"
#include "capture/reader.hpp"
#include "unit/capture/samples.hpp"

#include <set>

#include <gtest/gtest.h>

namespace whydrop::capture {
namespace {

using session::Event;

constexpr std::string_view kHeaderLine =
    R"({"whydrop":1,"kind":"capture","started":"2026-01-02T03:04:05.678Z","tool":"whydrop 0.1.0","profile":null,)"
    R"("run":{"id":"7f3a","n":1,"of":1,"options":{"max_payload":1048576}},"redacted":["guest_token"]})"
    "\n";

std::string line_of(const Sample& sample) {
  std::string line;
  append_event(line, Event{1, 2, 3, sample.body});
  return line;
}

/// Reads `bytes` in pieces and writes what was read.
std::string read_and_write(std::string_view bytes, std::size_t piece) {
  Reader reader("c.ndjson");
  std::string out;
  for (std::size_t at = 0; at <= bytes.size(); at += piece) {
    reader.feed(std::string(bytes.substr(at, piece)));
    if (at + piece > bytes.size()) {
      reader.end();
    }
    for (auto item = reader.next(); item && *item; item = reader.next()) {
      std::visit(overloaded{[&](const Event& event) { append_event(out, event); },
                            [&](const CaptureHeader& header) { append_header(out, header); },
                            [&](const Damage& damage) { out += "damage: " + damage.why + "\n"; }},
                 **item);
    }
  }
  return out;
}

TEST(AppendEvent, WritesEachKindAsDocumented) {
  for (const Sample& sample : samples()) {
    EXPECT_EQ(line_of(sample), R"({"seq":1,"t_ns":2,"conn":3,)" + sample.line + "}\n") << sample.name;
  }
}

TEST(AppendEvent, SamplesHoldEveryAlternative) {
  std::set<std::size_t> seen;
  for (const Sample& sample : samples()) {
    seen.insert(sample.body.index());
  }
  EXPECT_EQ(seen.size(), std::variant_size_v<session::Body>);
}

TEST(AppendEvent, TheRunBelongsToNoConnection) {
  std::string line;
  append_event(line, Event{9, 8, 0, session::State{}});
  EXPECT_EQ(line,
            R"({"seq":9,"t_ns":8,"conn":null,"kind":"state","from":"client","phase":"connecting"})"
            "\n");
}

TEST(AppendHeader, WritesLineOne) {
  std::string line;
  append_header(line, sample_header());
  EXPECT_EQ(line, kHeaderLine);
}

TEST(AppendHeader, TellsTheVariablesThatWereKnownAtTheStart) {
  CaptureHeader header = sample_header();
  header.variables = {{"region", "mypurecloud.ie"}, {"idle_limit", "1s \"\\"}};
  std::string line;
  append_header(line, header);
  std::string expected(kHeaderLine.substr(0, kHeaderLine.size() - 2));
  expected += R"(,"variables":{"region":"mypurecloud.ie","idle_limit":"1s \"\\"}})";
  EXPECT_EQ(line, expected + "\n");
  EXPECT_EQ(read_and_write(line, 7), line);

  header.given = {"region"};
  line.clear();
  append_header(line, header);
  EXPECT_EQ(line, expected.substr(0, expected.size() - 1) + R"(,"given":["region"]})" + "\n");
  EXPECT_EQ(read_and_write(line, 7), line);
}

TEST(RoundTrip, WriteReadWriteIsByteIdentical) {
  std::string written(kHeaderLine);
  for (const Sample& sample : samples()) {
    written += line_of(sample);
  }
  for (const std::size_t piece : {written.size(), std::size_t{1}, std::size_t{7}, std::size_t{100}}) {
    EXPECT_EQ(read_and_write(written, piece), written) << piece;
  }
}

TEST(RoundTrip, FieldOrderAndWhiteSpaceDoNotMatter) {
  const std::string mixed =
      std::string(kHeaderLine) +
      R"( {"kind": "frame", "text": "hi", "new": [1, {}], "from": "server", "offset": 0, "length_form": 7,)"
      R"( "length": 2, "mask": null, "rsv": 0, "fin": true, "opcode": 1, "conn": 3, "t_ns": 2, "seq": 1} )"
      "\r\n";
  Sample plain{"", sample_frame(session::Side::server, wire::Opcode::text, "hi"), ""};
  EXPECT_EQ(read_and_write(mixed, 1000), std::string(kHeaderLine) + line_of(plain));
}

TEST(DecodeFrameLine, TakesWhatTheWriterWritesMost) {
  std::size_t taken = 0;
  for (const Sample& sample : samples()) {
    std::string line = line_of(sample);
    line.pop_back();
    std::string scratch;
    Event event;
    if (decode_frame_line(line, scratch, event)) {
      std::string again;
      append_event(again, event);
      EXPECT_EQ(again, line + "\n") << sample.name;
      ++taken;
    }
  }
  EXPECT_EQ(taken, 6U);
}

TEST(DecodeFrameLine, LooksAtTheLineWhereNothingWasEscaped) {
  std::string line = line_of({"", sample_frame(session::Side::server, wire::Opcode::text, "hello"), ""});
  line.pop_back();
  std::string scratch;
  Event event;
  ASSERT_TRUE(decode_frame_line(line, scratch, event));
  const auto payload = std::get<session::Frame>(event.body).payload;
  EXPECT_EQ(payload, "hello");
  EXPECT_TRUE(payload.data() > line.data() && payload.data() < line.data() + line.size());
}

TEST(CutText, EndsAtACharacter) {
  session::Frame frame = sample_frame(session::Side::server, wire::Opcode::text, "a\xC3");
  frame.header.length = 5;
  std::string line;
  append_event(line, Event{1, 2, 3, frame});
  EXPECT_NE(line.find(R"("cut":1,"text":"a"})"), std::string::npos) << line;
}

}  // namespace
}  // namespace whydrop::capture
