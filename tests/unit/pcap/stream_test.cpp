#include "pcap/stream.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace whydrop::pcap {
namespace {

constexpr std::uint32_t kNearTheEnd = 0xFFFFFFF0;  // numbers wrap on the way

class Direction {
 public:
  explicit Direction(std::uint32_t first = kNearTheEnd) : first_(first) { stream_.begin(first); }

  void add(std::uint32_t at, std::string_view bytes, std::uint64_t missing = 0, bool fin = false) {
    Segment segment;
    segment.seq = first_ + at;
    segment.payload = bytes;
    segment.missing = missing;
    segment.fin = fin;
    stream_.add(segment, 0, [this](std::string_view got) { got_ += got; });
  }
  void acknowledge(std::uint32_t at) { stream_.acknowledge(first_ + at); }
  std::uint64_t pass_hole() {
    return stream_.pass_hole([this](std::string_view got) { got_ += got; });
  }
  const std::string& got() const { return got_; }
  const Stream& stream() const { return stream_; }

 private:
  std::uint32_t first_;
  Stream stream_;
  std::string got_;
};

TEST(Stream, PutsSegmentsInOrderAndTakesEachByteOnce) {
  const std::string text = "abcdefghijklmnopqrstuvwxyz0123456789";
  const std::vector<std::vector<std::pair<std::uint32_t, std::uint32_t>>> orders = {
      {{0, 10}, {10, 10}, {20, 16}},
      {{20, 16}, {0, 10}, {10, 10}},
      {{0, 10}, {0, 10}, {5, 15}, {20, 16}},
      {{10, 10}, {5, 20}, {0, 6}, {25, 11}},
      {{30, 6}, {0, 36}},
  };
  for (const auto& order : orders) {
    Direction direction;
    for (const auto& [at, size] : order) {
      direction.add(at, std::string_view(text).substr(at, size));
    }
    EXPECT_EQ(direction.got(), text);
  }
}

TEST(Stream, AProbeBeforeTheFirstByteIsNoData) {
  Direction direction;
  direction.add(static_cast<std::uint32_t>(-1), "x");
  direction.add(0, "ab");
  direction.add(1, "x");
  EXPECT_EQ(direction.got(), "ab");
}

TEST(Stream, WhatWasReceivedAndIsNotHereIsAHole) {
  Direction direction;
  direction.add(0, "ab");
  direction.add(4, "ef");
  EXPECT_FALSE(direction.stream().has_hole());  // it may come yet
  direction.acknowledge(6);
  EXPECT_TRUE(direction.stream().has_hole());
  EXPECT_EQ(direction.got(), "ab");
  EXPECT_EQ(direction.pass_hole(), 2U);
  EXPECT_EQ(direction.got(), "abef");
  EXPECT_FALSE(direction.stream().has_hole());
}

TEST(Stream, APacketThatWasKeptInPartLeavesAHole) {
  Direction direction;
  direction.add(0, "ab", 3);
  direction.acknowledge(5);
  EXPECT_TRUE(direction.stream().has_hole());
  EXPECT_EQ(direction.pass_hole(), 3U);
}

TEST(Stream, CountsWhatIsSentAgainUntilItIsAcknowledged) {
  Direction direction;
  direction.add(0, "ab");
  for (int i = 0; i < 3; ++i) {
    direction.add(0, "ab");
  }
  EXPECT_EQ(direction.stream().repeats(), 3U);
  EXPECT_EQ(direction.stream().unacknowledged(), 2U);
  direction.acknowledge(2);
  EXPECT_EQ(direction.stream().repeats(), 0U);
  EXPECT_EQ(direction.stream().unacknowledged(), 0U);
}

TEST(Stream, IsFinishedByAFinThatNothingIsMissingBefore) {
  Direction direction;
  direction.add(2, "", 0, true);
  EXPECT_FALSE(direction.stream().finished());
  direction.acknowledge(3);  // the FIN counts as one
  direction.add(0, "ab");
  EXPECT_TRUE(direction.stream().finished());
  EXPECT_FALSE(direction.stream().has_hole());
}

}  // namespace
}  // namespace whydrop::pcap
