#include "net/endpoint.hpp"

#include "wire/close_code.hpp"
#include "wire/decoder.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace whydrop::net {
namespace {

using engine::Payload;
using wire::Opcode;

struct Sent {
  Opcode opcode;
  std::string payload;
  bool masked;
  std::uint8_t rsv;
};

/// An endpoint whose output is decoded again. Masking keys come from a counter.
class EndpointTest : public testing::Test {
 protected:
  void open(const handshake::Negotiated& agreed = {}) { endpoint_.open(agreed); }

  std::vector<Sent> sent() {
    std::vector<Sent> result;
    decoder_.feed(wire_);
    while (const auto item = decoder_.next()) {
      const auto& frame = std::get<wire::Frame>(*item);
      result.push_back({frame.header.opcode, std::string(frame.payload), frame.header.masked, frame.header.rsv});
    }
    wire_.clear();
    return result;
  }

  bool answer_pings_ = true;
  std::vector<std::string> pings_;
  std::uint32_t counter_ = 0;
  std::string wire_;
  wire::FrameDecoder decoder_{1 << 20};
  Endpoint endpoint_{{[this](std::string_view bytes) { wire_ += bytes; },
                      [this](const std::string& payload) {
                        pings_.push_back(payload);
                        return answer_pings_;
                      }},
                     [this] { return ++counter_; }};
};

TEST_F(EndpointTest, MakesItsKeyFromTheInjectedNumbers) {
  EXPECT_EQ(endpoint_.key(), "AQAAAAIAAAADAAAABAAAAA==");
  EXPECT_EQ(wire_, "");
}

TEST_F(EndpointTest, RefusesToSendBeforeItIsOpen) {
  EXPECT_FALSE(endpoint_.is_open());
  EXPECT_FALSE(endpoint_.send(Payload::text, "early"));
  EXPECT_FALSE(endpoint_.ping("early"));
  EXPECT_FALSE(endpoint_.close(1000, ""));
  EXPECT_EQ(wire_, "");
}

TEST_F(EndpointTest, MasksWhatItSends) {
  open();
  ASSERT_TRUE(endpoint_.is_open());
  EXPECT_TRUE(endpoint_.send(Payload::text, "hello"));
  EXPECT_TRUE(endpoint_.send(Payload::binary, std::string_view("\0\xFF", 2)));
  EXPECT_TRUE(endpoint_.send(Payload::text, ""));
  const auto frames = sent();
  ASSERT_EQ(frames.size(), 3U);
  EXPECT_EQ(frames[0].opcode, Opcode::text);
  EXPECT_EQ(frames[0].payload, "hello");
  EXPECT_TRUE(frames[0].masked);
  EXPECT_EQ(frames[0].rsv, 0);
  EXPECT_EQ(frames[1].opcode, Opcode::binary);
  EXPECT_EQ(frames[1].payload, std::string("\0\xFF", 2));
  EXPECT_EQ(frames[2].payload, "");
}

TEST_F(EndpointTest, CompressesWhereThatWasAgreed) {
  handshake::Negotiated agreed;
  agreed.deflate = handshake::DeflateParameters{};
  open(agreed);
  ASSERT_TRUE(endpoint_.send(Payload::text, std::string(1000, 'a')));
  const auto frames = sent();
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].rsv, wire::kRsv1);
  EXPECT_LT(frames[0].payload.size(), 50U);
}

TEST_F(EndpointTest, SendsPlainWhereTheAgreedWindowIsTooSmallForZlib) {
  handshake::Negotiated agreed;
  agreed.deflate = handshake::DeflateParameters{false, false, 15, 8};
  open(agreed);
  ASSERT_TRUE(endpoint_.send(Payload::text, "plain"));
  const auto frames = sent();
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].rsv, 0);
  EXPECT_EQ(frames[0].payload, "plain");
}

TEST_F(EndpointTest, RefusesTextThatIsNotUtf8) {
  open();
  EXPECT_FALSE(endpoint_.send(Payload::text, "\xFF"));
  EXPECT_EQ(wire_, "");
}

TEST_F(EndpointTest, AnswersAPingWithItsPayload) {
  open();
  endpoint_.on_control(Opcode::ping, "are you there");
  const auto frames = sent();
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].opcode, Opcode::pong);
  EXPECT_EQ(frames[0].payload, "are you there");
  EXPECT_EQ(pings_, std::vector<std::string>{"are you there"});
}

TEST_F(EndpointTest, WithholdsThePongWhenToldTo) {
  answer_pings_ = false;
  open();
  endpoint_.on_control(Opcode::ping, std::string(125, 'x'));
  EXPECT_EQ(wire_, "");
  EXPECT_EQ(pings_.size(), 1U);
  EXPECT_TRUE(endpoint_.pong("later"));
  EXPECT_EQ(sent()[0].payload, "later");
}

TEST_F(EndpointTest, EchoesAClose) {
  open();
  endpoint_.on_control(Opcode::close, wire::close_payload(4001, "go"));
  const auto frames = sent();
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].opcode, Opcode::close);
  EXPECT_EQ(frames[0].payload, wire::close_payload(4001, "go"));
  EXPECT_FALSE(endpoint_.is_open());
}

TEST_F(EndpointTest, AnswersAnEmptyClose) {
  open();
  endpoint_.on_control(Opcode::close, "");
  const auto frames = sent();
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].payload, wire::close_payload(1000));
}

TEST_F(EndpointTest, ClosesOnceAndTakesTheAnswer) {
  open();
  EXPECT_TRUE(endpoint_.close(1000, "done"));
  EXPECT_FALSE(endpoint_.close(1000, "again"));
  EXPECT_FALSE(endpoint_.send(Payload::text, "late"));
  endpoint_.on_control(Opcode::ping, "late");
  endpoint_.on_control(Opcode::close, wire::close_payload(1000, "done"));
  const auto frames = sent();
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].payload, wire::close_payload(1000, "done"));
}

TEST_F(EndpointTest, ClosesWithoutACode) {
  open();
  EXPECT_TRUE(endpoint_.close(0, ""));
  const auto frames = sent();
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].opcode, Opcode::close);
  EXPECT_EQ(frames[0].payload, "");
}

TEST_F(EndpointTest, FailsTheConnectionWithTheCodeOfTheBrokenRule) {
  open();
  EXPECT_TRUE(endpoint_.close(1002, ""));
  EXPECT_EQ(sent()[0].payload, wire::close_payload(1002));
  EXPECT_FALSE(endpoint_.is_open());
}

TEST_F(EndpointTest, RefusesACloseCodeThatMayNotBeSent) {
  open();
  EXPECT_FALSE(endpoint_.close(1005, ""));
  EXPECT_FALSE(endpoint_.close(1006, ""));
  EXPECT_EQ(wire_, "");
}

TEST_F(EndpointTest, RefusesAControlPayloadOver125Bytes) {
  open();
  EXPECT_FALSE(endpoint_.ping(std::string(126, 'x')));
  EXPECT_FALSE(endpoint_.pong(std::string(126, 'x')));
  EXPECT_EQ(wire_, "");
}

}  // namespace
}  // namespace whydrop::net
