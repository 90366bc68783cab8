#include "base/text_scan.hpp"
#include "capture/decode.hpp"
#include "capture/plain_lines.hpp"
#include "capture/reader.hpp"
#include "unit/capture/samples.hpp"
#include "wire/encoder.hpp"

#include <functional>
#include <limits>
#include <set>
#include <utility>

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

/// Each header that a frame can have, with all its members and with those that are needed.
TEST(AppendEvent, WhatAFrameLeavesOutFollowsFromTheRest) {
  FrameLines lines;
  for (unsigned bits = 0; bits < 2 * 8 * 2 * 16; ++bits) {
    for (const std::uint64_t length : {0ULL, 125ULL, 126ULL, 65535ULL, 65536ULL}) {
      for (const auto form : {wire::LengthForm::bits_7, wire::LengthForm::bits_16, wire::LengthForm::bits_64}) {
        session::Frame frame = sample_frame(session::Side::server, static_cast<wire::Opcode>(bits & 15), "");
        frame.header.fin = (bits >> 4 & 1) != 0;
        frame.header.rsv = bits >> 5 & 7;
        frame.header.masked = (bits >> 8 & 1) != 0;
        frame.header.masking_key = {0x0A, 0x1B, static_cast<std::uint8_t>(bits), 0};
        frame.header.length = length;
        frame.header.length_form = form;
        frame.has_payload = false;
        std::string full, needed;
        append_event(full, Event{1, 2, 3, frame});
        append_event(needed, Event{1, 2, 3, frame}, Members::needed);
        needed.pop_back();
        Event fast;
        ASSERT_TRUE(lines.decode(needed, fast)) << needed;
        LineDecoder decoder;
        const Line any = decoder.decode(needed);
        for (const Event* event : {static_cast<const Event*>(&fast), std::get_if<Event>(&any)}) {
          ASSERT_NE(event, nullptr) << needed;
          std::string again;
          append_event(again, *event);
          ASSERT_EQ(again, full);
        }
      }
    }
  }
}

std::string plain_line(PlainLines& lines, const Event& event) {
  const auto& frame = std::get<session::Frame>(event.body);
  std::string line(PlainLines::room(frame.payload.size()), '?');
  const char* const end = lines.put(line.data(), event, frame);
  line.resize(end != nullptr ? static_cast<std::size_t>(end - line.data()) : 0);
  return line;
}

TEST(PlainLines, AreTheSameAsOthers) {
  std::vector<std::uint64_t> numbers{0};
  for (std::uint64_t power = 1; power <= 1'000'000'000'000'000'000U; power *= 10) {
    numbers.insert(numbers.end(), {power - 1, power, power + 1, 9 * power});
  }
  numbers.push_back(std::numeric_limits<std::uint64_t>::max());
  const std::string payloads[] = {"",
                                  "hi",
                                  "{\"a\":\"\\\"\\n\n\"}",
                                  std::string(125, '"'),
                                  std::string(126, 'x'),
                                  std::string(4096, '\x01'),
                                  "\u00e9\u202e" + std::string(70, '"') + "\u0085\U0001f642"};
  PlainLines lines;
  TextScan seen;
  std::size_t taken = 0;
  for (const std::string& payload : payloads) {
    for (const std::uint64_t number : numbers) {
      session::Frame frame =
          sample_frame(number % 2 == 0 ? session::Side::server : session::Side::client, wire::Opcode::text, payload);
      frame.header.length_form = wire::shortest_form(payload.size());
      frame.header.masked = number % 2 == 1;
      frame.header.masking_key = {0xFF, 0x0A, 0, static_cast<std::uint8_t>(number)};
      frame.offset = number;
      seen.look(frame.payload);
      frame.seen = &seen;
      const Event event{number, static_cast<std::int64_t>(number / 3), static_cast<std::uint32_t>(number % 7), frame};
      std::string wanted;
      append_event(wanted, event, Members::needed);
      const std::string line = plain_line(lines, event);
      taken += line.empty() ? 0 : 1;
      ASSERT_TRUE(line.empty() || line == wanted) << wanted;
    }
  }
  EXPECT_GT(taken, 300U);
}

TEST(PlainLines, AreOfPlainFramesOnly) {
  const std::string payload = "hi";
  TextScan seen, other;
  seen.look(payload);
  const std::string copy = payload;
  other.look(copy);
  session::Frame plain = sample_frame(session::Side::server, wire::Opcode::text, payload);
  plain.seen = &seen;
  PlainLines lines;
  EXPECT_NE(plain_line(lines, Event{1, 2, 3, plain}), "");
  const std::function<void(session::Frame&)> changes[] = {
      [](session::Frame& frame) { frame.header.fin = false; },
      [](session::Frame& frame) { frame.header.rsv = 4; },
      [](session::Frame& frame) { frame.header.opcode = wire::Opcode::binary; },
      [](session::Frame& frame) { frame.header.length = 3; },
      [](session::Frame& frame) { frame.header.length_form = wire::LengthForm::bits_64; },
      [](session::Frame& frame) { frame.offset = 1ULL << 53; },
      [](session::Frame& frame) {
        frame.redact = {{0, 1, "a"}};
      },
      [](session::Frame& frame) { frame.seen = nullptr; },
      [&](session::Frame& frame) { frame.seen = &other; },
      [](session::Frame& frame) { frame.has_payload = false; }};
  for (const auto& change : changes) {
    session::Frame frame = plain;
    change(frame);
    EXPECT_EQ(plain_line(lines, Event{1, 2, 3, frame}), "");
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

TEST(AppendHeader, TellsTheMinorVersion) {
  CaptureHeader header = sample_header();
  header.minor = 1;
  std::string line;
  append_header(line, header);
  EXPECT_EQ(line.substr(0, 37), R"({"whydrop":1,"minor":1,"kind":"captur)");
  EXPECT_EQ(read_and_write(line, 7), line);
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

TEST(FrameLines, TakesWhatTheWriterWritesMost) {
  FrameLines lines;
  std::size_t taken = 0;
  for (const Sample& sample : samples()) {
    std::string line = line_of(sample);
    line.pop_back();
    Event event;
    if (lines.decode(line, event)) {
      std::string again;
      append_event(again, event);
      EXPECT_EQ(again, line + "\n") << sample.name;
      ++taken;
    }
  }
  EXPECT_EQ(taken, 6U);
}

TEST(FrameLines, LooksAtTheLineWhereNothingWasEscaped) {
  std::string line = line_of({"", sample_frame(session::Side::server, wire::Opcode::text, "hello"), ""});
  line.pop_back();
  FrameLines lines;
  Event event;
  ASSERT_TRUE(lines.decode(line, event));
  const auto payload = std::get<session::Frame>(event.body).payload;
  EXPECT_EQ(payload, "hello");
  EXPECT_TRUE(payload.data() > line.data() && payload.data() < line.data() + line.size());
}

TEST(FrameLines, ReadsNumbersOfAnySize) {
  constexpr std::uint64_t kNumbers[] = {0,
                                        9,
                                        10,
                                        1234567,
                                        12345678,
                                        99999999,
                                        100000000,
                                        123456789012345,
                                        1234567890123456,
                                        12345678901234567,
                                        INT64_MAX,
                                        UINT64_MAX};
  FrameLines lines;
  for (const std::uint64_t number : kNumbers) {
    std::string line;
    append_event(line, Event{number, -5, 4294967295, sample_frame(session::Side::client, wire::Opcode::text, "hi")});
    line.pop_back();
    Event event;
    ASSERT_TRUE(lines.decode(line, event)) << line;
    std::string again;
    append_event(again, event);
    EXPECT_EQ(again, line + "\n");
  }
}

TEST(FrameLines, TakesNothingForCommonThatDiffers) {
  FrameLines lines;
  for (int round = 0; round < 3; ++round) {
    for (const std::uint32_t conn : {1U, 2U, 12U}) {
      for (const session::Side side : {session::Side::client, session::Side::server}) {
        for (const wire::Opcode opcode : {wire::Opcode::text, wire::Opcode::ping}) {
          std::string line;
          append_event(line, Event{1, 2, conn, sample_frame(side, opcode, "hi")});
          line.pop_back();
          Event event;
          ASSERT_TRUE(lines.decode(line, event)) << line;
          std::string again;
          append_event(again, event);
          EXPECT_EQ(again, line + "\n");
        }
      }
    }
  }
}

TEST(FrameLines, LeavesWhatNoWriterWritesToOthers) {
  const std::string line =
      R"({"seq":1,"t_ns":2,"conn":3,"kind":"frame","from":"client","opcode":1,"name":"text","fin":true,"rsv":0,)"
      R"("mask":"0a1b2c3d","length":2,"length_form":7,"offset":0,"text":"hi"})";
  Event event;
  EXPECT_TRUE(FrameLines().decode(line, event));
  const std::pair<std::string_view, std::string> changes[] = {
      {"\"seq\":1,", "\"seq\":18446744073709551616,"},
      {"\"t_ns\":2,", "\"t_ns\":9223372036854775807,"},
      {"\"t_ns\":2,", "\"t_ns\":,"},
      {"\"conn\":3,", "\"conn\":4294967296,"},
      {"\"conn\":3,", "\"conn\":" + std::string(300, '0') + "3,"},
      {"client", "nobody"},
      {"\"opcode\":1,", "\"opcode\":17,"},
      {"\"rsv\":0,", "\"rsv\":8,"},
      {"0a1b2c3d", "0a1b2c3D"},
      {"0a1b2c3d", "0a1b2c3g"},
      {"0a1b2c3d", "0a1b2c"},
      {"\"length\":2,", "\"length\":1,"},
      {"\"length\":2,", "\"length\":-2,"},
      {"\"length_form\":7,", "\"length_form\":8,"},
      {"hi\"}", "hi\"} "},
      {"hi\"}", "hi\\\"}"},
      {",\"text\":\"hi\"}", ""},
  };
  for (const auto& [from, to] : changes) {
    std::string changed = line;
    changed.replace(changed.find(from), from.size(), to);
    EXPECT_FALSE(FrameLines().decode(changed, event)) << changed;
  }
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
