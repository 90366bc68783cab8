#include "base/utf8.hpp"

#include "support/bytes.hpp"

#include <gtest/gtest.h>

namespace whydrop {
namespace {

using test::hex;

struct Row {
  const char* name;
  std::string bytes;
  std::uint64_t valid_bytes;  ///< before the first bad sequence
  Utf8Status status;          ///< of the bytes as a whole
};

const Row kRows[] = {
    {"empty", "", 0, Utf8Status::valid},
    {"ascii", "hello", 5, Utf8Status::valid},
    {"nul", std::string(3, '\0'), 3, Utf8Status::valid},
    {"ascii over two blocks", std::string(77, 'a'), 77, Utf8Status::valid},
    {"two bytes", "é", 2, Utf8Status::valid},
    {"three bytes", "€", 3, Utf8Status::valid},
    {"four bytes", "😀", 4, Utf8Status::valid},
    {"smallest of two", hex("c2 80"), 2, Utf8Status::valid},
    {"largest of two", hex("df bf"), 2, Utf8Status::valid},
    {"smallest of three", hex("e0 a0 80"), 3, Utf8Status::valid},
    {"before surrogates", hex("ed 9f bf"), 3, Utf8Status::valid},
    {"after surrogates", hex("ee 80 80"), 3, Utf8Status::valid},
    {"noncharacter", hex("ef bf bf"), 3, Utf8Status::valid},
    {"smallest of four", hex("f0 90 80 80"), 4, Utf8Status::valid},
    {"largest of all", hex("f4 8f bf bf"), 4, Utf8Status::valid},
    {"mixed", "a€b😀c" + std::string(40, 'x') + "é", 52, Utf8Status::valid},
    {"lone continuation", hex("80"), 0, Utf8Status::invalid},
    {"overlong of two", hex("c0 80"), 0, Utf8Status::invalid},
    {"overlong of two, largest", hex("c1 bf"), 0, Utf8Status::invalid},
    {"overlong of three", hex("e0 9f bf"), 0, Utf8Status::invalid},
    {"overlong of four", hex("f0 8f bf bf"), 0, Utf8Status::invalid},
    {"surrogate", hex("61 ed a0 80"), 1, Utf8Status::invalid},
    {"over U+10FFFF", hex("f4 90 80 80"), 0, Utf8Status::invalid},
    {"five bytes", hex("f8 88 80 80 80"), 0, Utf8Status::invalid},
    {"fe", hex("fe"), 0, Utf8Status::invalid},
    {"ff after a block", std::string(32, 'a') + hex("ff"), 32, Utf8Status::invalid},
    {"ff inside a block", std::string(31, 'a') + hex("ff") + std::string(40, 'b'), 31, Utf8Status::invalid},
    {"bad third byte", hex("e2 82 41"), 0, Utf8Status::invalid},
    {"bad fourth byte", hex("f0 9f 98 c0"), 0, Utf8Status::invalid},
    {"lead after lead", hex("c3 c3"), 0, Utf8Status::invalid},
    {"cut after one of two", hex("61 c3"), 1, Utf8Status::incomplete},
    {"cut after two of three", hex("e2 82"), 0, Utf8Status::incomplete},
    {"cut after three of four", hex("f0 9f 98"), 0, Utf8Status::incomplete},
    // RFC 6455 section 8.1 wants these refused before their last byte comes.
    {"hopeless after two", hex("f4 90"), 0, Utf8Status::invalid},
    {"hopeless surrogate", hex("ed a0"), 0, Utf8Status::invalid},
};

TEST(Utf8, WholeText) {
  for (const Row& row : kRows) {
    EXPECT_EQ(is_utf8(row.bytes), row.status == Utf8Status::valid) << row.name;
    EXPECT_EQ(utf8_valid_prefix(row.bytes), row.valid_bytes) << row.name;
  }
}

TEST(Utf8, PiecesMakeNoDifference) {
  for (const Row& row : kRows) {
    for (const auto& pieces : test::splits(row.bytes)) {
      Utf8Validator validator;
      bool ok = true;
      for (const std::string& piece : pieces) {
        ok = validator.feed(piece);
      }
      EXPECT_EQ(ok, row.status != Utf8Status::invalid) << row.name;
      EXPECT_EQ(validator.ok(), ok) << row.name;
      EXPECT_EQ(validator.complete(), row.status == Utf8Status::valid) << row.name;
      EXPECT_EQ(validator.valid_bytes(), row.valid_bytes) << row.name;
    }
  }
}

TEST(Utf8, EveryCodePointComesBack) {
  for (char32_t c = 0x80; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) {
      continue;
    }
    std::string bytes;
    if (c < 0x800) {
      bytes = {static_cast<char>(0xC0 | c >> 6)};
    } else if (c < 0x10000) {
      bytes = {static_cast<char>(0xE0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 63))};
    } else {
      bytes = {static_cast<char>(0xF0 | c >> 18),
               static_cast<char>(0x80 | (c >> 12 & 63)),
               static_cast<char>(0x80 | (c >> 6 & 63))};
    }
    bytes += static_cast<char>(0x80 | (c & 63));
    const CodePoint point = decode_code_point(bytes);
    ASSERT_EQ(point.status, Utf8Status::valid) << std::hex << static_cast<unsigned>(c);
    ASSERT_EQ(point.value, c);
    ASSERT_EQ(point.size, bytes.size());
  }
}

TEST(Utf8, StaysRefusedUntilReset) {
  Utf8Validator validator;
  EXPECT_FALSE(validator.feed("ab\xff"));
  EXPECT_FALSE(validator.feed("fine"));
  EXPECT_EQ(validator.valid_bytes(), 2U);
  validator.reset();
  EXPECT_TRUE(validator.feed("fine"));
  EXPECT_TRUE(validator.complete());
}

}  // namespace
}  // namespace whydrop
