#include "base/hex.hpp"
#include "replay/raw_frames.hpp"
#include "unit/replay/tape.hpp"
#include "wire/decoder.hpp"
#include "wire/encoder.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace whydrop::replay {
namespace {

using session::Side;
using wire::Opcode;

RecordedFrame recorded(Opcode opcode, std::string_view payload, bool fin = true) {
  const auto frame = frame_of(Side::client, opcode, payload, fin);
  return {4, frame.header, std::string(payload), false, {}};
}

/// What a decoder sees in the frames: "text+ ab", joined by " | ".
std::string seen(const std::vector<std::string>& frames) {
  std::string out, bytes;
  for (const std::string& frame : frames) {
    bytes += frame;
  }
  wire::FrameDecoder decoder(1 << 20);
  decoder.feed(bytes);
  while (const auto item = decoder.next()) {
    const auto& frame = std::get<wire::Frame>(*item);
    out += fmt::format("{}{}{}{} {}",
                       out.empty() ? "" : " | ",
                       wire::name(frame.header.opcode),
                       frame.header.fin ? "" : "+",
                       frame.header.rsv != 0 ? " rsv" : "",
                       frame.payload);
  }
  return out;
}

Act message(std::vector<RecordedFrame> frames) {
  Act act;
  act.frames = std::move(frames);
  for (const RecordedFrame& frame : act.frames) {
    act.payload += wire::is_control(frame.header.opcode) ? "" : frame.payload;
  }
  return act;
}

TEST(RawFrames, AreAsTheyWereRecorded) {
  // Every oddity that a header can say.
  RecordedFrame odd = recorded(Opcode::text, "hi");
  odd.header.rsv = 3;
  odd.header.length_form = wire::LengthForm::bits_64;
  RecordedFrame unmasked = recorded(Opcode::reserved_b, "x");
  unmasked.header.masked = false;
  RecordedFrame partial = recorded(Opcode::binary, "abc");
  partial.header.length = 300;
  partial.header.length_form = wire::LengthForm::bits_16;
  struct Case {
    RecordedFrame frame;
    std::string hex;
  };
  const Case cases[] = {
      {odd, "b1ff000000000000000201020304696b"},
      {unmasked, "8b0178"},
      {partial, "82fe012c01020304606060"},
      {recorded(Opcode::text, ""), "818001020304"},
  };
  for (const Case& each : cases) {
    Act act;
    act.frames = {each.frame};
    const auto frames = raw_frames({&act, nullptr, {}, nullptr});
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0], *hex_decode(each.hex)) << hex_encode(frames[0]);
  }
  Act stray;
  stray.kind = Act::Kind::stray;
  stray.payload = "\xFF\xFF";
  EXPECT_EQ(raw_frames({&stray, nullptr, {}, nullptr}), std::vector<std::string>{"\xFF\xFF"});
}

TEST(RawFrames, KeepTheirShareOfAMessageThatChanged) {
  const Act act = message({recorded(Opcode::text, R"({"a":"xx)", false),
                           recorded(Opcode::ping, "p"),
                           recorded(Opcode::continuation, R"(xx","b")", false),
                           recorded(Opcode::continuation, ":1}")});
  struct Case {
    std::string name;
    std::vector<Change> changes;
    std::string payload, expected;
  };
  const Case cases[] = {
      {"longer",
       {{6, 4, "123456"}},
       R"({"a":"123456","b":1})",
       R"(text+ {"a":"12 | ping p | continuation+ 3456","b" | continuation :1})"},
      {"shorter",
       {{6, 4, "1"}},
       R"({"a":"1","b":1})",
       R"(text+ {"a":"1 | ping p | continuation+ ","b" | continuation :1})"},
      {"nothing left",
       {{6, 4, ""}},
       R"({"a":"","b":1})",
       R"(text+ {"a":" | ping p | continuation+ ","b" | continuation :1})"},
      {"after the first",
       {{13, 1, "bbb"}},
       R"({"a":"xxxx","bbb":1})",
       R"(text+ {"a":"xx | ping p | continuation+ xx","bbb" | continuation :1})"},
      {"given anew", {}, "0123456789", "text+ 0123 | ping p | continuation+ 4567 | continuation 89"},
      {"given anew, empty", {}, "", "text+  | ping p | continuation+  | continuation "},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(each.name);
    EXPECT_EQ(seen(raw_frames({&act, &each.payload, each.changes, nullptr})), each.expected);
    if (!each.changes.empty()) {
      EXPECT_EQ(with_changes(act.payload, each.changes), each.payload);
    }
  }
}

TEST(RawFrames, MakeTheLengthAnewInTheRecordedForm) {
  struct Case {
    wire::LengthForm form;
    std::size_t length;
    wire::LengthForm expected;
  };
  using Form = wire::LengthForm;
  const Case cases[] = {{Form::bits_7, 10, Form::bits_7},
                        {Form::bits_7, 200, Form::bits_16},
                        {Form::bits_16, 10, Form::bits_16},
                        {Form::bits_64, 10, Form::bits_64}};
  for (const Case& each : cases) {
    RecordedFrame frame = recorded(Opcode::text, "abc");
    frame.header.length_form = each.form;
    const Act act = message({frame});
    const std::string payload(each.length, 'x');
    const auto frames = raw_frames({&act, &payload, {}, nullptr});
    wire::FrameDecoder decoder(1 << 20);
    decoder.feed(frames.at(0));
    const auto header = std::get<wire::Frame>(*decoder.next()).header;
    EXPECT_EQ(header.length_form, each.expected);
    EXPECT_EQ(header.length, each.length);
    EXPECT_EQ(header.masking_key, frame.header.masking_key);
  }
}

TEST(RawFrames, OfACloseKeepItsCode) {
  Act act;
  act.kind = Act::Kind::close;
  act.close_code = 1008;
  act.payload = "no xx!";
  act.frames = {recorded(Opcode::close, close_payload(1008, act.payload))};
  const std::string payload = "no secret!";
  EXPECT_EQ(seen(raw_frames({&act, &payload, {{3, 2, "secret"}}, nullptr})), "close " + close_payload(1008, payload));
}

TEST(RawFrames, CompressAnew) {
  RecordedFrame first = recorded(Opcode::text, "", false);
  first.header.rsv = wire::kRsv1;
  first.header.length = 30;
  RecordedFrame last = recorded(Opcode::continuation, "");
  last.header.length = 10;
  Act act = message({first, last});
  act.compressed = true;
  act.payload = "Hello, Hello, Hello";
  EXPECT_EQ(seen(raw_frames({&act, nullptr, {}, nullptr})), "text+ Hello, Hello,  | continuation Hello");

  wire::Deflater deflater({});
  const auto frames = raw_frames({&act, nullptr, {}, &deflater});
  ASSERT_EQ(frames.size(), 2U);
  wire::Inflater inflater({});
  wire::FrameDecoder decoder(1 << 20);
  const std::string bytes = frames[0] + frames[1];
  decoder.feed(bytes);
  while (const auto item = decoder.next()) {
    inflater.feed(std::get<wire::Frame>(*item).payload);
  }
  EXPECT_EQ(inflater.finish().content, act.payload);
}

}  // namespace
}  // namespace whydrop::replay
