#include "support/bytes.hpp"
#include "unit/rules/checked.hpp"
#include "wire/close_code.hpp"

#include <gtest/gtest.h>

namespace whydrop::rules {
namespace {

using session::Frame;
using session::Side;
using test::frame_fact;
using wire::LengthForm;
using wire::Opcode;

constexpr auto kClient = Side::client;
constexpr auto kServer = Side::server;
constexpr const char* kDeflate = "permessage-deflate";

/// A frame that owns its payload, changed from a legal one.
struct Made {
  Side from;
  Opcode opcode;
  std::string payload;
  bool fin = true;
  std::function<void(wire::FrameHeader&)> change = {};

  Frame fact() const {
    auto frame = frame_fact(from, opcode, payload, fin);
    if (change) {
      change(frame.header);
    }
    return frame;
  }
};

const auto kMask = [](wire::FrameHeader& header) { header.masked = true; };
const auto kUnmask = [](wire::FrameHeader& header) { header.masked = false; };
std::function<void(wire::FrameHeader&)> rsv(std::uint8_t bits) {
  return [bits](wire::FrameHeader& header) { header.rsv = bits; };
}
std::function<void(wire::FrameHeader&)> form(LengthForm form) {
  return [form](wire::FrameHeader& header) { header.length_form = form; };
}
Made close(Side from, std::uint16_t code, std::string_view reason = {}) {
  return {from, Opcode::close, wire::close_payload(code, reason)};
}

struct Case {
  const char* name;
  const char* extensions;
  std::vector<Made> frames;           // facts 3, 4, …
  std::vector<std::string> expected;  // "id: says"
};

const std::string k126(126, 'x');
const std::string k125(125, 'x');
const std::string k65535(65535, 'x');

const Case kCases[] = {
    {"legal traffic",
     "",
     {{kClient, Opcode::text, "hi"},
      {kServer, Opcode::text, "h\xc3\xa4"},
      {kServer, Opcode::binary, "\xff"},
      {kServer, Opcode::text, "", false},
      {kServer, Opcode::ping, k125},
      {kClient, Opcode::pong, k125},
      {kServer, Opcode::continuation, k126},
      {kServer, Opcode::binary, k65535},
      {kServer, Opcode::pong, "unasked"},
      close(kServer, 1000, "bye"),
      {kServer, Opcode::pong, ""},
      {kClient, Opcode::text, "still allowed"},
      close(kClient, 1000)},
     {}},
    {"masked server frame",
     "",
     {{kServer, Opcode::text, "hi", true, kMask}},
     {"mask-from-server: The server masked its frame 3; only a client masks."}},
    {"unmasked client frame",
     "",
     {{kClient, Opcode::ping, "", true, kUnmask}},
     {"mask-missing-from-client: The client left its frame 3 unmasked; a client masks every frame."}},
    {"stray RSV bits",
     "",
     {{kServer, Opcode::text, "\xff", true, rsv(4)}, {kClient, Opcode::ping, "", true, rsv(7)}},
     {"rsv-without-extension: The server set RSV1 in its frame 3; no agreed extension gives that a meaning.",
      "rsv-without-extension: The client set RSV1, RSV2, RSV3 in its frame 4; no agreed extension gives that a "
      "meaning."}},
    {"RSV2 and RSV3 with deflate",
     kDeflate,
     {{kServer, Opcode::binary, std::string(1, '\0'), true, rsv(6)}, {kServer, Opcode::text, "a", true, rsv(1)}},
     {"rsv-without-extension: The server set RSV2 in its frame 3; no agreed extension gives that a meaning.",
      "rsv-without-extension: The server set RSV3 in its frame 5; no agreed extension gives that a meaning."}},
    {"RSV1 where deflate does not allow it",
     kDeflate,
     {{kServer, Opcode::ping, "", true, rsv(4)},
      {kServer, Opcode::text, "", false},
      {kServer, Opcode::continuation, "", true, rsv(4)}},
     {"rsv1-misplaced: The server set RSV1 in its ping frame 3; only the first frame of a message may have it.",
      "rsv1-misplaced: The server set RSV1 in its continuation frame 5; only the first frame of a message may have "
      "it."}},
    {"RSV1 where deflate allows it", kDeflate, {{kServer, Opcode::binary, std::string(1, '\0'), true, rsv(4)}}, {}},
    {"reserved opcodes",
     "",
     {{kServer, Opcode::reserved_3, "x"}, {kClient, Opcode::reserved_f, ""}},
     {"opcode-reserved: The server sent frame 3 with opcode 3, which is reserved.",
      "opcode-reserved: The client sent frame 4 with opcode 15, which is reserved."}},
    {"fragmented control frame",
     "",
     {{kServer, Opcode::ping, "a", false}},
     {"control-fragmented: The server sent its ping frame 3 without FIN; a control frame is never fragmented."}},
    {"oversize ping",
     "",
     {{kServer, Opcode::ping, k126}},
     {"control-too-long: The server sent a ping of 126 bytes in frame 3; a control frame carries at most 125."}},
    {"continuation of nothing",
     "",
     {{kServer, Opcode::continuation, "a", false}, {kServer, Opcode::continuation, "b"}, {kServer, Opcode::text, "c"}},
     {"continuation-unexpected: The server sent continuation frame 3 with no message under way.",
      "continuation-unexpected: The server sent continuation frame 4 with no message under way."}},
    {"message in mid-message",
     "",
     {{kServer, Opcode::text, "a", false}, {kServer, Opcode::binary, "b"}, {kServer, Opcode::text, "c"}},
     {"continuation-missing: The server began a binary message in frame 4 before the message that began in frame 3 was "
      "finished."}},
    {"long length forms",
     "",
     {{kServer, Opcode::text, "hi", true, form(LengthForm::bits_16)},
      {kServer, Opcode::text, "hi", true, form(LengthForm::bits_64)},
      {kServer, Opcode::text, k126, true, form(LengthForm::bits_64)}},
     {"length-not-minimal: The server wrote the length 2 of frame 3 in the 16-bit form; the 7-bit form holds it.",
      "length-not-minimal: The server wrote the length 2 of frame 4 in the 64-bit form; the 7-bit form holds it.",
      "length-not-minimal: The server wrote the length 126 of frame 5 in the 64-bit form; the 16-bit form holds it."}},
    {"after a Close",
     "",
     {close(kServer, 1000),
      {kServer, Opcode::text, "late"},
      {kServer, Opcode::continuation, "later"},
      close(kServer, 1001),
      {kServer, Opcode::ping, ""}},
     {"data-after-close: The server sent data in frame 4 after its Close in frame 3.",
      "continuation-unexpected: The server sent continuation frame 5 with no message under way.",
      "data-after-close: The server sent data in frame 5 after its Close in frame 3.",
      "frame-after-close: The server sent a close frame (6) after its Close in frame 3."}},
    {"Close of one byte",
     "",
     {{kServer, Opcode::close, "\x03"}},
     {"close-body-one-byte: The server sent Close frame 3 with a body of 1 byte; it is empty or begins with a code of "
      "2 "
      "bytes."}},
    {"Close without a body", "", {{kServer, Opcode::close, ""}}, {}},
    {"Close reason that is not UTF-8",
     "",
     {close(kServer, 1000, "a\xff")},
     {"utf8-invalid-close-reason: The server gave Close frame 3 a reason that is not UTF-8 (byte 1 of 2)."}},
    {"Close in mid-message",
     "",
     {{kServer, Opcode::text, "a", false}, close(kServer, 1001)},
     {"close-in-mid-message: The server closed in frame 4 in the middle of the message that began in frame 3."}},
    {"another code in the answer",
     "",
     {close(kServer, 1001), close(kClient, 1000)},
     {"close-echo-differs: The client answered Close 1001 in frame 3 with Close 1000; an answer usually repeats the "
      "code."}},
    {"an answer to an empty Close", "", {{kServer, Opcode::close, ""}, close(kClient, 1000)}, {}},
    {"text that is not UTF-8",
     "",
     {{kServer, Opcode::text, "ab\xc0\xaf"}},
     {"utf8-invalid: The server sent text that is not UTF-8: it breaks at byte 2 of the message that began in frame "
      "3."}},
    {"text that ends inside a character",
     "",
     {{kServer, Opcode::text, "ab\xc3"}},
     {"utf8-invalid: The server sent text that is not UTF-8: it ends inside a character at byte 2 of the message that "
      "began in frame 3."}},
    {"a character split over fragments",
     "",
     {{kServer, Opcode::text, "\xe2", false},
      {kServer, Opcode::continuation, "\x82", false},
      {kServer, Opcode::continuation, "\xac"}},
     {}},
    {"a break is told in the fragment that shows it, once",
     "",
     {{kServer, Opcode::text, "a\xe2", false},
      {kServer, Opcode::continuation, "(", false},
      {kServer, Opcode::continuation, "\xff"},
      {kServer, Opcode::text, "good"}},
     {"utf8-invalid: The server sent text that is not UTF-8: it breaks at byte 1 of the message that began in frame "
      "3."}},
    {"two rules at once",
     "",
     {{kServer, Opcode::reserved_b, k126, false, kMask}},
     {"mask-from-server: The server masked its frame 3; only a client masks.",
      "opcode-reserved: The server sent frame 3 with opcode 11, which is reserved.",
      "control-fragmented: The server sent its reserved_b frame 3 without FIN; a control frame is never fragmented.",
      "control-too-long: The server sent a reserved_b of 126 bytes in frame 3; a control frame carries at most 125."}},
    {"garbage as a compressed message",
     kDeflate,
     {{kServer, Opcode::text, "\xff\xff", true, rsv(4)}, {kServer, Opcode::text, "\xff\xff", true, rsv(4)}},
     {"deflate-data-invalid: The server sent a compressed message that cannot be inflated: it is not deflate data: "
      "invalid block type."}},
    {"compressed text that is not UTF-8",
     kDeflate,
     {{kServer, Opcode::text, test::hex("01 01 00 fe ff ff 00"), true, rsv(4)}},
     {"utf8-invalid: The server sent text that is not UTF-8: it breaks at byte 0 of the message that began in frame "
      "3."}},
};

TEST(FrameRules, FindWhatIsBrokenAndNothingElse) {
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    Checked checked;
    checked.upgraded(c.extensions);
    for (const auto& made : c.frames) {
      checked.fact(made.fact());
    }
    std::vector<std::string> found;
    for (const auto& finding : checked.findings()) {
      found.push_back(finding.id + ": " + finding.says);
    }
    EXPECT_EQ(found, c.expected);
  }
}

TEST(CloseCodes, AreJudgedAllTheWay) {
  for (unsigned code = 0; code <= 0xFFFF; ++code) {
    Checked checked;
    const auto payload = wire::close_payload(static_cast<std::uint16_t>(code));
    checked.fact(frame_fact(kServer, Opcode::close, payload));
    const bool reserved = code == 1004 || code == 1005 || code == 1006 || code == 1015;
    const bool in_range = (code >= 1000 && code <= 1015) || (code >= 3000 && code <= 4999);
    ASSERT_EQ(checked.ids(), reserved ? "close-code-reserved" : in_range ? "" : "close-code-out-of-range") << code;
  }
}

TEST(CloseCodes, AreToldInWords) {
  const std::pair<std::uint16_t, const char*> kSays[] = {
      {1006, "The server sent close code 1006 in frame 1; it must never be on the wire."},
      {2000, "The server sent close code 2000 in frame 1; no standard assigns it."},
      {999, "The server sent close code 999 in frame 1; codes are 1000 to 4999."},
      {5000, "The server sent close code 5000 in frame 1; codes are 1000 to 4999."},
  };
  for (const auto& [code, says] : kSays) {
    Checked checked;
    const auto payload = wire::close_payload(code);
    checked.fact(frame_fact(kServer, Opcode::close, payload));
    ASSERT_EQ(checked.findings().size(), 1U);
    EXPECT_EQ(checked.findings()[0].says, says);
  }
}

TEST(FrameRules, JudgeFramesBeforeTheUpgradeIsAnswered) {
  Checked checked;
  checked.fact(test::good_request());
  checked.fact(frame_fact(kClient, Opcode::text, "early"));
  session::Response interim;
  interim.status = 100;
  checked.fact(interim);
  checked.fact(frame_fact(kClient, Opcode::text, "early"));
  checked.fact(test::good_response());
  checked.fact(frame_fact(kClient, Opcode::text, "in time"));
  ASSERT_EQ(checked.ids(), "frame-before-upgrade interim-before-switch frame-before-upgrade");
  EXPECT_EQ(checked.findings()[0].says, "The client sent frame 2 before the upgrade was answered.");
  EXPECT_EQ(checked.findings()[0].evidence, (std::vector<std::uint64_t>{2, 1}));
}

TEST(FrameRules, JudgeTheHeaderOfAFrameThatWasCut) {
  session::Partial partial;
  partial.from = kServer;
  partial.has_header = true;
  partial.header.opcode = Opcode::ping;
  partial.header.masked = true;
  partial.header.length = 1ULL << 62;
  partial.header.length_form = LengthForm::bits_64;
  Checked checked;
  checked.upgraded().fact(partial);
  EXPECT_EQ(checked.ids(), "mask-from-server control-too-long");

  session::Partial header_cut;
  header_cut.header.masked = false;
  Checked other;
  other.upgraded().fact(header_cut);
  EXPECT_EQ(other.ids(), "");
}

TEST(FrameRules, JudgeTheTextOfAFrameThatWasCut) {
  session::Partial partial;
  partial.from = kServer;
  partial.has_header = true;
  partial.header.length = 100;
  partial.payload = "fine so far \xe2";
  Checked unfinished;
  unfinished.upgraded().fact(partial);
  EXPECT_EQ(unfinished.ids(), "") << "the rest may have mended it";
  partial.payload = "fine \xc3( and more";
  Checked broken;
  broken.upgraded().fact(partial);
  ASSERT_EQ(broken.ids(), "utf8-invalid");
  EXPECT_EQ(broken.findings()[0].says,
            "The server sent text that is not UTF-8: it breaks at byte 5 of the message that began in frame 3.");
}

struct EarlyRow {
  const char* name;
  std::uint8_t first;  // of the header
  const char* so_far;
  std::uint16_t code;
};

TEST(EarlyFailCode, IsKnownBeforeTheFrameIsWhole) {
  const EarlyRow rows[] = {
      {"text", 0x81, "fine \xe2\x82", 0},
      {"bad text", 0x81, "bad \xc3(", 1007},
      {"bad text with a reserved bit", 0xA1, "bad \xc3(", 1002},
      {"binary", 0x82, "bad \xc3(", 0},
      {"more of a text", 0x00, "\x82\xac fine", 0},
      {"bad end of a text", 0x80, "(", 1007},
      {"ping", 0x89, "p", 0},
      {"opcode 3", 0x83, "", 1002},
      {"ping without FIN", 0x09, "", 1002},
  };
  for (const EarlyRow& row : rows) {
    Checker checker([](session::Finding&&) {});
    auto begun = frame_fact(kServer, Opcode::text, "\xe2", false);
    const bool continues = (row.first & 15) == 0;
    if (continues) {
      checker.on_event({1, 0, 1, begun});
    }
    auto frame = frame_fact(kServer, static_cast<Opcode>(row.first & 15), row.so_far, (row.first & 0x80) != 0);
    frame.header.rsv = static_cast<std::uint8_t>(row.first >> 4 & 7);
    frame.header.length = 100;
    frame.offset = 3;
    const std::string_view all = frame.payload;
    std::uint16_t code = 0;
    for (std::size_t have = 0; have <= all.size(); ++have) {
      frame.payload = all.substr(0, have);
      code = checker.early_fail_code(frame);
    }
    EXPECT_EQ(code, row.code) << row.name;
    Checker whole([](session::Finding&&) {});
    if (continues) {
      whole.on_event({1, 0, 1, begun});
    }
    EXPECT_EQ(whole.early_fail_code(frame), row.code) << row.name;
  }
}

TEST(CloseCodes, WrittenAsSomethingElseAreRead) {
  const std::pair<std::string, const char*> rows[] = {
      {"1000",
       "The server's Close frame 1 begins with no close code (12592): the body is the text \"1000\": the code was "
       "written as digits, not as 2 bytes (0x03e8)."},
      {"going away",
       "The server's Close frame 1 begins with no close code (26479): the body is the text \"going away\", without a "
       "code of 2 bytes before it."},
      {"\xe8\x03",
       "The server's Close frame 1 begins with no close code (59395): low byte first its 2 bytes are 1000 "
       "(0x03e8)."},
      {std::string("\0\0\x03\xe8", 4),
       "The server's Close frame 1 begins with no close code (0): the code was written as 4 bytes, not as 2: they are "
       "1000 (0x03e8)."},
      {std::string("\xe8\x03\0\0", 4),
       "The server's Close frame 1 begins with no close code (59395): the code was written as 4 bytes, low byte first: "
       "they are 1000 (0x03e8)."},
  };
  for (const auto& [body, says] : rows) {
    Checked checked;
    checked.fact(frame_fact(kServer, Opcode::close, body));
    ASSERT_EQ(checked.ids().substr(0, 23), "close-code-out-of-range");
    EXPECT_EQ(checked.findings()[0].says, says);
    EXPECT_EQ(checked.findings()[0].fix, "Write the code as two bytes, most significant first: 1000 is 0x03 0xe8.");
  }
}

TEST(FrameRules, JudgeALengthOver63Bits) {
  session::UndecodedBytes bytes;
  bytes.from = kServer;
  const auto wire_bytes = test::hex("82 7f 80 00 00 00 00 00 00 01 aa");
  bytes.bytes = wire_bytes;
  Checked checked;
  checked.upgraded().fact(bytes);
  ASSERT_EQ(checked.ids(), "length-too-large");
  EXPECT_EQ(checked.findings()[0].says,
            "The server wrote a frame length of 9223372036854775809 bytes; the highest bit must be 0, so nothing after "
            "it can be read.");
  checked.fact(bytes);
  EXPECT_EQ(checked.findings().size(), 1U) << "only the first bytes are a header";
}

TEST(FrameRules, LeaveOtherLostBytesAlone) {
  for (const char* digits : {"82 7f 7f 00 00 00 00 00 00 01", "82 7e 80 00 00 00 00 00 00 01", "82 7f 80 00 00", ""}) {
    const auto wire_bytes = test::hex(digits);
    session::UndecodedBytes bytes;
    bytes.bytes = wire_bytes;
    Checked checked;
    checked.upgraded().fact(bytes);
    EXPECT_EQ(checked.ids(), "") << digits;
  }
}

TEST(FrameRules, DoNotJudgeBytesThatAreNotThere) {
  auto cut = frame_fact(kServer, Opcode::text, "a\xe2");
  cut.header.length = 9;
  auto masked = frame_fact(kServer, Opcode::text, "xxx");
  masked.redact = {{0, 3, "token"}};
  auto bare = frame_fact(kServer, Opcode::text, "");
  bare.has_payload = false;
  auto close = frame_fact(kServer, Opcode::close, "\x03\xe8xxx");
  close.redact = {{2, 3, "token"}};
  Checked checked;
  checked.upgraded();
  for (const auto& frame : {cut, masked, bare, close}) {
    checked.fact(frame);
  }
  EXPECT_EQ(checked.ids(), "");
}

/// Masks leave faults as they are, so that a recording is judged as the session was.
TEST(FrameRules, JudgeWhatIsMasked) {
  auto text = frame_fact(kServer, Opcode::text, "xxx\xffxx");
  text.redact = {{0, 6, "token"}};
  auto close = frame_fact(kServer, Opcode::close, "\x03\xe8x\xff");
  close.redact = {{2, 2, "token"}};
  Checked checked;
  checked.upgraded().fact(text);
  checked.fact(close);
  EXPECT_EQ(checked.ids(), "utf8-invalid utf8-invalid-close-reason");
}

TEST(FrameRules, JudgeTheKeptPartOfACutFrame) {
  auto cut = frame_fact(kServer, Opcode::text, "a\xff");
  cut.header.length = 9;
  Checked checked;
  checked.upgraded().fact(cut);
  EXPECT_EQ(checked.ids(), "utf8-invalid");
}

TEST(FrameRules, GiveTheWholeFinding) {
  Checked checked;
  checked.upgraded();
  checked.fact(frame_fact(kClient, Opcode::text, "a", false));
  checked.fact(frame_fact(kClient, Opcode::text, "b"));
  ASSERT_EQ(checked.findings().size(), 1U);
  const auto& finding = checked.findings()[0];
  EXPECT_EQ(finding.severity, session::Severity::error);
  EXPECT_EQ(finding.confidence, session::Confidence::certain);
  EXPECT_EQ(finding.basis, session::Basis::observed);
  EXPECT_EQ(finding.at_fault, session::Party::client);
  EXPECT_EQ(finding.evidence, (std::vector<std::uint64_t>{4, 3}));
  EXPECT_EQ(finding.fix, "Fix the client's frame writer.");
  EXPECT_EQ(finding.citation, "RFC 6455 section 5.4");
  EXPECT_EQ(finding.count, 1U);
}

TEST(Checker, CountsWhatItDoesNotTell) {
  Checked checked;
  checked.upgraded();
  for (int i = 0; i < 100; ++i) {
    checked.fact(frame_fact(kServer, Opcode::reserved_3, ""));
  }
  ASSERT_EQ(checked.findings().size(), kMaxPerId);
  checked.fact(session::Ending{});
  ASSERT_EQ(checked.findings().size(), kMaxPerId + 1);
  const auto& last = checked.findings().back();
  EXPECT_EQ(last.id, "opcode-reserved");
  EXPECT_EQ(last.count, 92U);
  EXPECT_EQ(last.evidence, std::vector<std::uint64_t>{102});
  EXPECT_EQ(last.at_fault, session::Party::server);
  EXPECT_EQ(last.says, "The same was broken 92 more times, the last time in event 102.");
  checked.fact(session::Ending{});
  EXPECT_EQ(checked.findings().size(), kMaxPerId + 1);
}

}  // namespace
}  // namespace whydrop::rules
