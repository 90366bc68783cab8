#include "base/text_scan.hpp"

#include "base/utf8.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace whydrop {
namespace {

bool bit(std::uint64_t bits, std::size_t at) {
  return (bits >> at & 1) != 0;
}

/// What the blocks should say of a byte, told byte by byte.
void expect_blocks(const TextKernel& kernel, std::string_view text) {
  constexpr std::string_view kSpecial = "\"\\\x7F\xC2\xD8\xE2";
  std::vector<TextBlock> blocks(text_blocks(text.size()), TextBlock{~0ULL, ~0ULL, ~0ULL, ~0ULL});
  kernel.scan(text, blocks.data());
  for (std::size_t at = 0; at < blocks.size() * kTextBlock; ++at) {
    const TextBlock& block = blocks[at / kTextBlock];
    const bool inside = at < text.size();
    const char c = inside ? text[at] : 'x';
    const bool special = static_cast<unsigned char>(c) < 0x20 || kSpecial.find(c) != std::string_view::npos;
    EXPECT_EQ(bit(block.special, at % kTextBlock), special) << kernel.name << " at " << at;
    EXPECT_EQ(bit(block.quotes, at % kTextBlock), c == '"') << kernel.name << " at " << at;
    EXPECT_EQ(bit(block.backslashes, at % kTextBlock), c == '\\') << kernel.name << " at " << at;
    EXPECT_EQ(bit(block.marks, at % kTextBlock), c == ':' || c == '=') << kernel.name << " at " << at;
  }
}

template <typename Check>
void each_kernel(Check check) {
  for (std::size_t i = 0; i < text_kernels().count; ++i) {
    check(text_kernels().kernels[i]);
  }
}

TEST(TextScan, TellsEveryByteAtEveryPlace) {
  each_kernel([](const TextKernel& kernel) {
    std::string all;
    for (int byte = 0; byte < 256; ++byte) {
      all += static_cast<char>(byte);
    }
    for (std::size_t shift = 0; shift < 70; ++shift) {
      expect_blocks(kernel, std::string(shift, 'x') + all);
    }
  });
}

TEST(TextScan, TellsTextsOfEverySize) {
  each_kernel([](const TextKernel& kernel) {
    for (std::size_t size = 0; size < 200; ++size) {
      expect_blocks(kernel, std::string(size, '"'));
      expect_blocks(kernel, std::string(size, ':'));
    }
  });
}

/// Two, three and four bytes of every kind, at every place of a block and over its end.
TEST(TextScan, AllKernelsAgreeOnWhatIsUtf8) {
  constexpr unsigned char kBytes[] = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF,
                                      0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF8, 0xFF};
  constexpr unsigned char kFourths[] = {0x41, 0x80, 0xBF, 0xC2};
  std::string text(130, 'a');
  for (const std::size_t at : {std::size_t{0},
                               std::size_t{29},
                               std::size_t{31},
                               std::size_t{61},
                               std::size_t{63},
                               std::size_t{100},
                               std::size_t{126}}) {
    for (const unsigned char first : kBytes) {
      for (const unsigned char second : kBytes) {
        for (const unsigned char third : kBytes) {
          for (const unsigned char fourth : kFourths) {
            std::string changed = text;
            const char four[] = {static_cast<char>(first),
                                 static_cast<char>(second),
                                 static_cast<char>(third),
                                 static_cast<char>(fourth)};
            changed.replace(at, 4, four, 4);
            const std::size_t prefix = utf8_valid_prefix_portable(changed);
            ASSERT_EQ(utf8_valid_prefix(changed), prefix);
            each_kernel([&](const TextKernel& kernel) {
              ASSERT_EQ(kernel.is_utf8(changed), prefix == changed.size()) << kernel.name << " at " << at;
            });
          }
        }
      }
    }
  }
}

TEST(TextScan, CutTextIsNotWhole) {
  each_kernel([](const TextKernel& kernel) {
    for (const std::size_t before :
         {std::size_t{0}, std::size_t{60}, std::size_t{61}, std::size_t{62}, std::size_t{63}, std::size_t{125}}) {
      for (const std::string& cut : {std::string("\xC3"), std::string("\xE2\x82"), std::string("\xF0\x9F\x98")}) {
        EXPECT_FALSE(kernel.is_utf8(std::string(before, 'a') + cut)) << kernel.name << " after " << before;
        EXPECT_FALSE(kernel.is_utf8(std::string(before, 'a') + cut + std::string(100, 'a'))) << kernel.name;
      }
    }
  });
}

TEST(Utf8Piece, CutsNoCharacter) {
  const std::string text = "aé€😀";  // 1, 2, 3 and 4 bytes
  const std::size_t ends[] = {4, 5, 6, 7, 8, 9, 10};
  const std::size_t wanted[] = {3, 3, 6, 6, 6, 6, 10};
  for (std::size_t i = 0; i < std::size(ends); ++i) {
    EXPECT_EQ(utf8_piece(text, ends[i]).size(), wanted[i]) << ends[i];
  }
  EXPECT_EQ(utf8_piece(std::string(9, '\x80'), 5).size(), 5U);
}

}  // namespace
}  // namespace whydrop
