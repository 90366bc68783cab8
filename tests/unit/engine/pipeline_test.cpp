#include "engine/pipeline.hpp"

#include "profile/bindings.hpp"
#include "profile/load.hpp"
#include "wire/encoder.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace whydrop::engine {
namespace {

using session::Event;
using session::Side;

constexpr char kRequest[] =
    "GET /chat HTTP/1.1\r\nHost: example.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
constexpr char kResponse[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

class Recorder final : public session::EventSink {
 public:
  Result<void> on_event(const Event& event) override {
    kinds.emplace_back(session::kind_name(event.body));
    seqs.push_back(event.seq);
    return {};
  }
  std::vector<std::string> kinds;
  std::vector<std::uint64_t> seqs;
};

class FullDisk final : public session::EventSink {
 public:
  Result<void> on_event(const Event&) override {
    ++asked;
    return fail(ErrorKind::local, "capture run.ndjson: no space left on device");
  }
  int asked = 0;
};

std::string frame(wire::Opcode opcode, std::string_view payload) {
  std::string out;
  wire::append_frame(out, opcode, payload);
  return out;
}

class PipelineTest : public testing::Test {
 protected:
  void open(ConnectionParts parts = {}) {
    conn = pipeline.begin({}, 0, std::move(parts));
    pipeline.on_bytes(conn, Side::client, kRequest, 1);
    pipeline.on_bytes(conn, Side::server, kResponse, 2);
  }
  Pipeline pipeline{PipelineOptions{}};
  std::uint32_t conn = 0;
};

TEST_F(PipelineTest, NumbersConnectionsFromOne) {
  EXPECT_EQ(pipeline.begin({}, 0), 1U);
  EXPECT_EQ(pipeline.begin({}, 0), 2U);
}

TEST_F(PipelineTest, IsUpgradedOnceTheAnswerIsGood) {
  conn = pipeline.begin({}, 0);
  pipeline.on_bytes(conn, Side::client, kRequest, 1);
  EXPECT_FALSE(pipeline.upgraded(conn));
  pipeline.on_bytes(conn, Side::server, kResponse, 2);
  EXPECT_TRUE(pipeline.upgraded(conn));
}

TEST_F(PipelineTest, AWrongAcceptKeyDoesNotUpgrade) {
  conn = pipeline.begin({}, 0);
  pipeline.on_bytes(conn, Side::client, kRequest, 1);
  std::string wrong = kResponse;
  wrong[wrong.find("s3p")] = 'x';
  pipeline.on_bytes(conn, Side::server, wrong, 2);
  EXPECT_FALSE(pipeline.upgraded(conn));
}

TEST_F(PipelineTest, AnInterimAnswerIsToldAndTheNextOneRead) {
  Recorder recorder;
  pipeline.add_sink(recorder);
  conn = pipeline.begin({}, 0);
  pipeline.on_bytes(conn, Side::client, kRequest, 1);
  pipeline.on_bytes(conn, Side::server, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n", 2);
  EXPECT_FALSE(pipeline.upgraded(conn));
  pipeline.on_bytes(conn, Side::server, kResponse + frame(wire::Opcode::text, "x"), 3);
  EXPECT_TRUE(pipeline.upgraded(conn));
  EXPECT_EQ(std::count(recorder.kinds.begin(), recorder.kinds.end(), "response"), 3);
  EXPECT_EQ(recorder.kinds.back(), "message");
}

TEST_F(PipelineTest, NoFramesFollowA101ThatNeverEnds) {
  Recorder recorder;
  pipeline.add_sink(recorder);
  conn = pipeline.begin({}, 0);
  pipeline.on_bytes(conn, Side::client, kRequest, 1);
  const std::string head =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nX: ";
  pipeline.on_bytes(conn, Side::server, head + std::string(1 << 20, 'x'), 2);
  EXPECT_FALSE(pipeline.upgraded(conn));
  session::Ending ending;
  ending.how = session::EndingHow::upgrade_refused;
  const auto verdict = pipeline.end(conn, ending, 3);
  EXPECT_EQ(std::count(recorder.kinds.begin(), recorder.kinds.end(), "frame"), 0);
  EXPECT_EQ(std::count(recorder.kinds.begin(), recorder.kinds.end(), "undecoded"), 0);
  EXPECT_EQ(verdict.code, std::nullopt);
  EXPECT_EQ(verdict.cause, "upgrade-head-too-large");
  ASSERT_EQ(verdict.findings.size(), 1U);
}

TEST_F(PipelineTest, KnowsWhatTheFrameUnderWayDeclares) {
  open();
  pipeline.on_bytes(conn, Side::server, std::string_view("\x82\x7f\0\0\0\1", 6), 3);
  EXPECT_EQ(pipeline.frame_under_way(conn, Side::server), std::nullopt);
  pipeline.on_bytes(conn, Side::server, std::string_view("\0\0\0\0", 4), 4);
  EXPECT_EQ(pipeline.frame_under_way(conn, Side::server), 1ULL << 32);
  EXPECT_EQ(pipeline.frame_under_way(conn, Side::client), std::nullopt);
}

TEST_F(PipelineTest, KnowsWhetherAFrameIsUnderWay) {
  open();
  const auto bytes = frame(wire::Opcode::text, "hello");
  pipeline.on_bytes(conn, Side::server, std::string_view(bytes).substr(0, 3), 3);
  EXPECT_TRUE(pipeline.in_frame(conn, Side::server));
  pipeline.on_bytes(conn, Side::server, std::string_view(bytes).substr(3), 4);
  EXPECT_FALSE(pipeline.in_frame(conn, Side::server));
}

TEST_F(PipelineTest, AFailedSinkIsDroppedAndReportedOnceWhileTheOthersGoOn) {
  FullDisk disk;
  Recorder recorder;
  pipeline.add_sink(disk);
  pipeline.add_sink(recorder);
  open();
  pipeline.flush();
  EXPECT_EQ(disk.asked, 1);
  ASSERT_EQ(pipeline.sink_errors().size(), 1U);
  EXPECT_EQ(pipeline.sink_errors()[0].message, "capture run.ndjson: no space left on device");
  EXPECT_GE(recorder.kinds.size(), 3U);
}

TEST_F(PipelineTest, WhatAnActorSendsWhileAnEventIsToldComesAfterIt) {
  Recorder recorder;
  pipeline.add_sink(recorder);
  const auto answer = frame(wire::Opcode::pong, "");
  open({[&](const Event& event) {
    const auto* seen = std::get_if<session::Frame>(&event.body);
    if (seen && seen->header.opcode == wire::Opcode::ping) {
      pipeline.on_bytes(conn, Side::client, answer, event.t_ns);
    }
  }});
  recorder.kinds.clear();
  recorder.seqs.clear();
  pipeline.on_bytes(conn, Side::server, frame(wire::Opcode::ping, "") + frame(wire::Opcode::text, "x"), 3);
  const std::vector<std::string> expected{"frame", "frame", "message", "frame", "finding"};
  EXPECT_EQ(recorder.kinds, expected);  // ping, text, then the (unmasked, hence found) pong
  EXPECT_EQ(recorder.seqs.back(), recorder.seqs.front() + 2);
}

TEST_F(PipelineTest, ConnectionsThatRunAtOnceHaveAnObserverEach) {
  std::vector<std::uint32_t> first, second;
  open({[&](const Event& event) { first.push_back(event.conn); }});
  const std::uint32_t one = conn;
  open({[&](const Event& event) { second.push_back(event.conn); }});
  pipeline.unobserve(one);
  const std::size_t seen = first.size();
  pipeline.on_bytes(one, Side::server, frame(wire::Opcode::ping, ""), 3);
  pipeline.on_bytes(conn, Side::server, frame(wire::Opcode::ping, ""), 3);
  EXPECT_GE(seen, 2U);
  EXPECT_EQ(first, std::vector<std::uint32_t>(seen, one));
  EXPECT_EQ(second.size(), seen + 1);
  EXPECT_EQ(second, std::vector<std::uint32_t>(second.size(), conn));
}

TEST_F(PipelineTest, AVerdictCountsEveryBreakOfARule) {
  open();
  for (int i = 0; i < 20; ++i) {
    pipeline.on_bytes(conn, Side::client, frame(wire::Opcode::text, "not masked"), 3);
  }
  const auto verdict = pipeline.end(conn, {}, 4);
  const auto found = std::find_if(verdict.findings.begin(), verdict.findings.end(), [](const auto& finding) {
    return finding.id == "mask-missing-from-client";
  });
  ASSERT_NE(found, verdict.findings.end());
  EXPECT_EQ(found->count, 20U);
}

TEST_F(PipelineTest, AFindingOfACallersCarriesTheLastFactAndIsCounted) {
  Recorder recorder;
  pipeline.add_sink(recorder);
  open();
  EXPECT_EQ(pipeline.last_seq(), 3U);
  pipeline.on_finding(conn, session::Finding("no-reply", 3), 4);
  EXPECT_EQ(recorder.kinds.back(), "finding");
  EXPECT_EQ(recorder.seqs.back(), 3U);
  EXPECT_EQ(pipeline.end(conn, {}, 5).findings.front().id, "no-reply");
}

TEST_F(PipelineTest, WithoutAProfileAllMayBeSentAndNothingIsFoundBefore) {
  open();
  EXPECT_TRUE(pipeline.ready(conn));
  EXPECT_TRUE(pipeline.preview(conn, true, "{}", 3).empty());
  EXPECT_TRUE(pipeline.ready(99));
}

/// What the sinks are shown of payloads and findings.
class Shown final : public session::EventSink {
 public:
  Result<void> on_event(const Event& event) override {
    if (const auto* seen = std::get_if<session::Frame>(&event.body)) {
      lines.emplace_back(seen->payload);
    } else if (const auto* message = std::get_if<session::Message>(&event.body)) {
      lines.push_back("message " + message->type);
    } else if (const auto* finding = std::get_if<session::Finding>(&event.body)) {
      lines.push_back(finding->id + ": " + finding->says);
    }
    return {};
  }
  std::vector<std::string> lines;
};

constexpr const char* kProfile = R"({"whydrop_profile":1,"name":"made","title":"t","about":"a","status":"generic",
  "sources":[],"socket":{"url":"ws://h/"},"secret_keys":["pin"],
  "variables":{"key":{"about":"a","secret":true}},
  "messages":{"client":{"go":{"about":"a","match":{"/type":"go"},
                              "schema":{"properties":{"key":{"maxLength":3}}}}},
              "server":{"key":{"about":"a","match":{"/type":"key"},"take":{"key":"/value"}}}},
  "sequence":{"start":"new","ready":"on","states":{"new":{"about":"new","server":{"key":"on"}},
                                                   "on":{"about":"on","client":{"go":""}}}}})";

class ProfilePipelineTest : public testing::Test {
 protected:
  ProfilePipelineTest() {
    PipelineOptions options;
    options.judge = std::make_shared<profile::Judge>(made);
    options.bindings = &bindings;
    pipeline = std::make_unique<Pipeline>(std::move(options));
    pipeline->add_sink(shown);
  }
  std::uint32_t open(session::Role role) {
    session::Open begin;
    begin.role = role;
    const auto conn = pipeline->begin(begin, 0);
    pipeline->on_bytes(conn, Side::client, kRequest, 1);
    pipeline->on_bytes(conn, Side::server, kResponse, 2);
    return conn;
  }

  std::shared_ptr<const profile::Profile> made = profile::load(kProfile, "made.json").value();
  profile::Bindings bindings{*made, {}};
  Shown shown;
  std::unique_ptr<Pipeline> pipeline;
};

TEST_F(ProfilePipelineTest, ASecretOfAReplyIsMaskedInTheReplyItselfAndInWhatIsFound) {
  const auto conn = open(session::Role::websocket);
  EXPECT_FALSE(pipeline->ready(conn));
  pipeline->on_bytes(conn, Side::server, frame(wire::Opcode::text, R"({"type":"key","value":"sesame","pin":"1"})"), 3);
  EXPECT_TRUE(pipeline->ready(conn));
  const auto before = pipeline->preview(conn, true, R"({"type":"go","key":"sesame"})", 4);
  ASSERT_EQ(before.size(), 1U);
  EXPECT_EQ(before[0].says, "go: /key is a string of 6 characters; expected at most 3 characters.");
  pipeline->on_bytes(conn, Side::client, frame(wire::Opcode::text, R"({"type":"go","key":"sesame"})"), 4);
  EXPECT_EQ(shown.lines[0], R"({"type":"key","value":"xxxxxx","pin":"x"})");
  EXPECT_EQ(shown.lines[1], "message key");
  for (const auto& line : shown.lines) {
    EXPECT_EQ(line.find("sesame"), std::string::npos) << line;
  }
  EXPECT_EQ(shown.lines.back(), "schema-length: " + before[0].says);
}

TEST_F(ProfilePipelineTest, ARestCallIsNotCheckedAgainstMessages) {
  const auto conn = open(session::Role::http);
  EXPECT_TRUE(pipeline->ready(conn));
  EXPECT_TRUE(pipeline->preview(conn, true, R"({"type":"go"})", 4).empty());
}

TEST_F(PipelineTest, FactsAreNumberedWithoutGaps) {
  Recorder recorder;
  pipeline.add_sink(recorder);
  open();
  session::Ending ending;
  pipeline.end(conn, ending, 5);
  pipeline.finish(6);
  for (std::size_t i = 1; i < recorder.seqs.size(); ++i) {
    EXPECT_LE(recorder.seqs[i] - recorder.seqs[i - 1], 1U) << i;
  }
}

}  // namespace
}  // namespace whydrop::engine
