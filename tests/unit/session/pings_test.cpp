#include "session/pings.hpp"

#include <gtest/gtest.h>

namespace whydrop::session {
namespace {

TEST(Pings, PairsAPongWithThePingOfItsPayload) {
  Pings pings;
  pings.on_ping("a", 10, 1);
  pings.on_ping("b", 20, 2);
  EXPECT_EQ(pings.on_pong("x", 25), std::nullopt);
  EXPECT_EQ(pings.on_pong("a", 40), 30);
  EXPECT_EQ(pings.on_pong("b", 60), 40);
  EXPECT_EQ(pings.on_pong("b", 70), std::nullopt);
  EXPECT_EQ(pings.sent, 2U);
  EXPECT_EQ(pings.answered, 2U);
  EXPECT_EQ(pings.rtt_min_ns, 30);
  EXPECT_EQ(pings.rtt_max_ns, 40);
  EXPECT_EQ(pings.rtt_sum_ns, 70);
  EXPECT_TRUE(pings.pending.empty());
}

TEST(Pings, APongSettlesThePingsBeforeItsOwn) {
  Pings pings;
  for (std::uint64_t seq = 1; seq <= 3; ++seq) {
    pings.on_ping(std::to_string(seq), 0, seq);
  }
  EXPECT_EQ(pings.on_pong("2", 5), 5);
  EXPECT_EQ(pings.answered, 1U);
  EXPECT_EQ(pings.settled, 2U);
  ASSERT_EQ(pings.pending.size(), 1U);
  EXPECT_EQ(pings.pending.front().seq, 3U);
}

TEST(Pings, ThatLookAlikeAreAnsweredInTheirOrder) {
  Pings pings;
  pings.on_ping("", 0, 1);
  pings.on_ping("", 100, 2);
  EXPECT_EQ(pings.on_pong("", 110), 110);
  EXPECT_EQ(pings.on_pong("", 120), 20);
  EXPECT_EQ(pings.settled, 2U);
}

TEST(Pings, KeepsTheLastOnesOnly) {
  Pings pings;
  for (std::uint64_t seq = 1; seq <= Pings::kKept + 2; ++seq) {
    pings.on_ping(std::to_string(seq), 0, seq);
  }
  EXPECT_EQ(pings.pending.size(), Pings::kKept);
  EXPECT_EQ(pings.pending.front().seq, 3U);
  EXPECT_EQ(pings.on_pong("1", 1), std::nullopt);
  EXPECT_EQ(pings.sent, Pings::kKept + 2);
}

}  // namespace
}  // namespace whydrop::session
