#include "script/outbox.hpp"

#include "unit/script/wire_side.hpp"
#include "wire/decoder.hpp"

#include <gtest/gtest.h>

namespace whydrop::script::test {
namespace {

using Acts = std::vector<std::string>;
using Kind = engine::Outgoing::Kind;

std::uint32_t no_chance() {
  return 0x5A;
}

TEST(Outbox, WithoutAGateEverythingGoesAtOnce) {
  NotingChannel channel;
  Outbox outbox(no_chance, nullptr);
  outbox.open(channel);
  outbox.push({Kind::text, "one"});
  outbox.push({Kind::binary, "two"});
  outbox.push({Kind::ping, "three"});
  outbox.push({Kind::close, "bye", 4000});
  EXPECT_EQ((Acts{"text one", "binary two", "ping three", "close 4000 bye"}), channel.take());
  EXPECT_TRUE(outbox.idle());
}

TEST(Outbox, NothingIsKeptForASessionThatIsNotOpen) {
  NotingChannel channel;
  Outbox outbox(no_chance, nullptr);
  outbox.push({Kind::text, "lost"});
  outbox.open(channel);
  EXPECT_EQ(Acts{}, channel.take());
}

TEST(Outbox, WithAGateAMessageWaitsForTheOneBeforeIt) {
  NotingChannel channel;
  std::vector<std::string> asked;
  Outbox outbox(no_chance, [&](const Outbox::Item& item) {
    asked.push_back(item.payload);
    return true;
  });
  outbox.open(channel);
  outbox.push({Kind::text, "one"});
  outbox.push({Kind::text, "two"});
  EXPECT_EQ(Acts{"text one"}, channel.take());
  EXPECT_EQ(std::vector<std::string>{"one"}, asked) << "judged by all that came before it";
  EXPECT_EQ(3U, outbox.size());
  outbox.crossed();
  EXPECT_EQ(Acts{"text two"}, channel.take());
  EXPECT_FALSE(outbox.idle());
  outbox.crossed();
  EXPECT_TRUE(outbox.idle());
}

TEST(Outbox, WhatTheGateRefusesTakesTheRestWithIt) {
  NotingChannel channel;
  Outbox outbox(no_chance, [](const Outbox::Item& item) { return item.payload != "bad"; });
  outbox.open(channel);
  outbox.push({Kind::text, "good"});
  outbox.push({Kind::text, "bad"});
  outbox.push({Kind::text, "after"});
  outbox.crossed();
  EXPECT_EQ(Acts{"text good"}, channel.take());
  EXPECT_TRUE(outbox.idle());
  EXPECT_EQ(0U, outbox.size());
}

TEST(Outbox, AConnectionThatIsGoneTakesWhatWaitsWithIt) {
  NotingChannel first, second;
  Outbox outbox(no_chance, [](const Outbox::Item&) { return true; });
  outbox.open(first);
  outbox.push({Kind::text, "one"});
  outbox.push({Kind::text, "two"});
  outbox.gone();
  outbox.open(second);
  EXPECT_TRUE(outbox.idle());
  outbox.push({Kind::text, "three"});
  EXPECT_EQ(Acts{"text three"}, second.take());
}

/// RFC 6455 sections 5.3 and 5.4: the first frame has the message's opcode, the last one FIN, each its own masking key.
TEST(Outbox, AMessageInSeveralFramesIsMaskedByWhatIsHandedIn) {
  NotingChannel channel;
  std::uint32_t next = 0;
  Outbox outbox([&next] { return next++; }, nullptr);
  outbox.open(channel);
  outbox.push({Kind::text, "hello", 0, 2});
  EXPECT_EQ(std::string("\x01\x82\x00\x01\x02\x03", 6) + std::string("h\x64", 2) +
                std::string("\x80\x83\x04\x05\x06\x07", 6) + std::string("hii", 3),
            channel.raw);
}

}  // namespace
}  // namespace whydrop::script::test
