#include "base/base64.hpp"
#include "base/hex.hpp"
#include "base/percent.hpp"

#include <random>

#include <gtest/gtest.h>

namespace whydrop {
namespace {

using std::string_literals::operator""s;

std::string random_bytes(std::size_t size) {
  std::minstd_rand random(static_cast<unsigned>(size) + 1);
  std::string bytes;
  while (bytes.size() < size) {
    bytes += static_cast<char>(random() & 0xFF);
  }
  return bytes;
}

TEST(Hex, BothWays) {
  EXPECT_EQ(hex_encode("\x00\x1f\xff"s), "001fff");
  EXPECT_EQ(hex_decode("001fff"), "\x00\x1f\xff"s);
  EXPECT_EQ(hex_decode(" 81 02\n68\t69 "), "\x81\x02hi");
  EXPECT_EQ(hex_decode("AbCd"), "\xab\xcd");
  EXPECT_EQ(hex_decode(""), "");
}

TEST(Hex, RefusesWhatIsNoHex) {
  for (const char* text : {"1", "1 2", "0g", "0x12", "12-34", "é0"}) {
    EXPECT_EQ(hex_decode(text), std::nullopt) << text;
  }
}

struct Base64Row {
  std::string bytes, text;
};

/// The vectors of RFC 4648 section 10, and bytes that need both special characters.
const Base64Row kBase64[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {"\xfb\xef\xbe\xff\xff\xff", "++++////"},
    {"\0\0"s, "AAA="},
};

TEST(Base64, BothWays) {
  for (const Base64Row& row : kBase64) {
    EXPECT_EQ(base64_encode(row.bytes), row.text);
    EXPECT_EQ(base64_decode(row.text), row.bytes);
  }
}

TEST(Base64, AppendsToWhatIsThere) {
  std::string out = "\"";
  append_base64(out, "foob");
  EXPECT_EQ(out, "\"Zm9vYg==");
}

TEST(Base64, EverySizeComesBack) {
  for (std::size_t size = 0; size < 200; ++size) {
    const std::string bytes = random_bytes(size);
    EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
  }
}

TEST(Base64, RefusesWhatIsNoBase64) {
  for (const char* text :
       {"Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm9v ", "Zm-_", "=Zg=", "Z=g=", "====", "\xff\xff\xff\xff"}) {
    EXPECT_EQ(base64_decode(text), std::nullopt) << text;
  }
}

TEST(Base64Url, WithAndWithoutPadding) {
  EXPECT_EQ(base64url_decode("--__"), "\xfb\xef\xff");
  EXPECT_EQ(base64url_decode("Zg"), "f");
  EXPECT_EQ(base64url_decode("Zg=="), "f");
  EXPECT_EQ(base64url_decode("Zm8"), "fo");
  for (const char* text : {"Z", "Zg=", "Zm+/", "Zh"}) {
    EXPECT_EQ(base64url_decode(text), std::nullopt) << text;
  }
}

TEST(Percent, ReadsEscapesAndLeavesWhatIsNone) {
  const struct {
    std::string text, decoded;
    bool whole;
  } rows[] = {{"", "", true},
              {"a%20b%2Fc", "a b/c", true},
              {"%c3%A9", "\xc3\xa9", true},
              {"%41", "A", true},
              {"%4", "%4", false},
              {"100%", "100%", false},
              {"%zz%41", "%zzA", false},
              {"%%41", "%A", false}};
  for (const auto& row : rows) {
    EXPECT_EQ(row.decoded, percent_decoded(row.text));
    EXPECT_EQ(row.whole, has_whole_escapes(row.text)) << row.text;
  }
}

TEST(Percent, EscapesWhatMayNotStay) {
  const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
  EXPECT_EQ("a%20b%2F%FF%00", percent_encoded("a b/\xff\0"s, letter));
}

}  // namespace
}  // namespace whydrop
