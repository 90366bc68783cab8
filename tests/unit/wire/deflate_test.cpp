#include "wire/deflate.hpp"

#include "support/bytes.hpp"

#include <random>

#include <gtest/gtest.h>

namespace whydrop::wire {
namespace {

using test::hex;

struct Told {
  std::string content;
  std::uint64_t length;
  std::string error;
  bool operator==(const Told& o) const { return content == o.content && length == o.length && error == o.error; }
};

void PrintTo(const Told& told, std::ostream* out) {
  *out << told.content.substr(0, 200) << " (" << told.length << ") " << told.error;
}

Told inflate(Inflater& inflater, const std::vector<std::string>& pieces) {
  for (const std::string& piece : pieces) {
    inflater.feed(piece);
  }
  const InflatedMessage message = inflater.finish();
  return {std::string(message.content), message.length, message.error};
}

Told fine(std::string content) {
  return {content, content.size(), ""};
}

/// Inflates the messages of a direction in every way of feeding; all must tell the same.
std::vector<Told> inflate_all(Inflater::Options options, const std::vector<std::string>& messages) {
  std::vector<std::vector<Told>> ways;
  for (std::size_t way = 0; way < 6; ++way) {
    Inflater inflater(options);
    std::vector<Told>& told = ways.emplace_back();
    for (const std::string& message : messages) {
      told.push_back(inflate(inflater, test::splits(message, 4)[way]));
    }
    EXPECT_EQ(told, ways.front());
  }
  return ways.front();
}

struct Row {
  const char* name;
  std::string payload;
  Told expected;
};

/// The first rows are the examples of RFC 7692 section 7.2.3.
const Row kRows[] = {
    {"one block", hex("f2 48 cd c9 c9 07 00"), fine("Hello")},
    {"no compression", hex("00 05 00 fa ff 48 65 6c 6c 6f 00"), fine("Hello")},
    {"final block", hex("f3 48 cd c9 c9 07 00 00"), fine("Hello")},
    {"two blocks", hex("f2 48 05 00 00 00 ff ff ca c9 c9 07 00"), fine("Hello")},
    {"empty", hex("00"), fine("")},
    {"nothing at all", "", fine("")},
    {"two final blocks", hex("f3 48 cd c9 c9 07 00 f3 48 cd c9 c9 07 00 00"), fine("HelloHello")},
    {"cut", hex("f2 48 cd c9"), {"Hel", 3, "it ends inside a deflate block"}},
    {"bad block type", hex("07"), {"", 0, "it is not deflate data: invalid block type"}},
    {"bad distance", hex("f2 00 11 00 00"), {"H", 1, "it is not deflate data: invalid distance too far back"}},
    {"text", "hello", {"", 0, "it is not deflate data: invalid stored block lengths"}},
    {"good, then bad", hex("f2 48 05 00 00 00 ff ff 07"), {"He", 2, "it is not deflate data: invalid block type"}},
};

TEST(Inflater, Table) {
  for (const Row& row : kRows) {
    for (const bool takeover : {true, false}) {
      EXPECT_EQ(inflate_all({takeover, 1U << 20, 1U << 20}, {row.payload})[0], row.expected) << row.name;
    }
  }
}

TEST(Inflater, ContextReachesTheNextMessage) {
  // RFC 7692 section 7.2.3.2: the second "Hello" is a reference to the first.
  const std::vector<std::string> messages{hex("f2 48 cd c9 c9 07 00"), hex("f2 00 11 00 00")};
  EXPECT_EQ(inflate_all({true}, messages), (std::vector<Told>{fine("Hello"), fine("Hello")}));
  EXPECT_EQ(inflate_all({false}, messages)[1], (Told{"H", 1, "it is not deflate data: invalid distance too far back"}));
}

TEST(Inflater, ContextOutlivesAMessageOfNoBytes) {
  const std::vector<std::string> messages{hex("f2 48 cd c9 c9 07 00"), "", hex("f2 00 11 00 00")};
  EXPECT_EQ(inflate_all({true}, messages), (std::vector<Told>{fine("Hello"), fine(""), fine("Hello")}));
}

TEST(Inflater, ContextOutlivesAFinalBlock) {
  const std::vector<std::string> messages{hex("f3 48 cd c9 c9 07 00 00"), hex("f2 00 11 00 00")};
  EXPECT_EQ(inflate_all({true}, messages)[1], fine("Hello"));
}

TEST(Inflater, AnErrorSpoilsLaterMessagesOnlyWithContextTakeover) {
  const std::vector<std::string> messages{hex("ff"), hex("f2 48 cd c9 c9 07 00")};
  EXPECT_EQ(inflate_all({true}, messages)[1], (Told{"", 0, "an earlier message could not be inflated"}));
  EXPECT_EQ(inflate_all({false}, messages)[1], fine("Hello"));
}

TEST(Inflater, LosesAMessageWhoseBytesAreMissing) {
  for (const bool takeover : {true, false}) {
    Inflater inflater({takeover});
    inflater.feed(hex("f2 48"));
    inflater.lose("a frame of it was cut");
    EXPECT_EQ(inflater.finish().error, "a frame of it was cut");
    EXPECT_EQ(inflate(inflater, {hex("f2 48 cd c9 c9 07 00")}).error,
              takeover ? "an earlier message could not be inflated" : "");
  }
}

TEST(Inflater, CountsWhatItDoesNotKeep) {
  Deflater deflater({});
  const std::string payload = deflater.compress(std::string(1'000'000, 'a'));
  EXPECT_LT(payload.size(), 2000U);
  EXPECT_EQ(inflate_all({true, 10, 1'000'000}, {payload})[0], (Told{"aaaaaaaaaa", 1'000'000, ""}));
  EXPECT_EQ(inflate_all({true, 0, 1'000'000}, {payload})[0], (Told{"", 1'000'000, ""}));
}

TEST(Inflater, GivesUpABomb) {
  Deflater deflater({});
  const std::string payload = deflater.compress(std::string(4 << 20, 'a'));
  const Told told = inflate_all({true, 10, 1 << 20}, {payload})[0];
  EXPECT_EQ(told, (Told{"aaaaaaaaaa", 1 << 20, "it is larger than 1 MiB and was given up"}));
}

TEST(Inflater, GivesUpABombThatItWouldKeep) {
  Deflater deflater({});
  const std::string payload = deflater.compress(std::string(4 << 20, 'a'));
  const Told told = inflate_all({true, 8 << 20, 1 << 20}, {payload})[0];
  EXPECT_EQ(told, (Told{std::string(1 << 20, 'a'), 1 << 20, "it is larger than 1 MiB and was given up"}));
}

std::string noisy_text(std::size_t size) {
  std::minstd_rand random(7);
  std::string text;
  while (text.size() < size) {
    text += R"({"id":)" + std::to_string(random() % 5000) + R"(,"kind":"frame"})";
  }
  text.resize(size);
  return text;
}

TEST(Deflater, EveryWindowComesBack) {
  const std::vector<std::string> messages{
      "Hello", "", "Hello", "", "", noisy_text(100'000), noisy_text(100'000), std::string(1, 'x')};
  for (int window_bits = 8; window_bits <= 15; ++window_bits) {
    for (const bool takeover : {true, false}) {
      Deflater deflater({takeover, window_bits});
      Inflater inflater({takeover});
      for (const std::string& message : messages) {
        EXPECT_EQ(inflate(inflater, {deflater.compress(message)}), fine(message)) << window_bits;
      }
    }
  }
}

TEST(Deflater, TakesOverItsContextOnlyIfAsked) {
  for (const bool takeover : {true, false}) {
    Deflater deflater({takeover});
    const std::string message = noisy_text(2000);
    const std::size_t first = deflater.compress(message).size();
    const std::size_t second = deflater.compress(message).size();
    EXPECT_EQ(second < first / 4, takeover);
  }
}

TEST(Deflater, WritesAnEmptyMessageAsOneByte) {
  Deflater deflater({});
  EXPECT_EQ(deflater.compress(""), hex("00"));
  EXPECT_EQ(deflater.compress(""), hex("00"));
}

TEST(Deflater, LeavesOutTheTail) {
  Deflater deflater({});
  EXPECT_EQ(deflater.compress("Hello"), hex("f2 48 cd c9 c9 07 00"));
}

}  // namespace
}  // namespace whydrop::wire
