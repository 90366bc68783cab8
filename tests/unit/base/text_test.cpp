#include "base/text.hpp"

#include "base/utf8.hpp"
#include "support/bytes.hpp"

#include <gtest/gtest.h>

namespace whydrop {
namespace {

using std::string_literals::operator""s;

TEST(EscapeForTerminal, Table) {
  const std::pair<std::string, std::string> rows[] = {
      {"plain text", "plain text"},
      {"", ""},
      {"{\"a\":\"b\\n\"}", "{\"a\":\"b\\n\"}"},
      {"café 中文 😀", "café 中文 😀"},
      {"a\nb\rc\td", "a\\nb\\rc\\td"},
      {"\x1b[2J\x1b]0;t\x07", "\\x1b[2J\\x1b]0;t\\x07"},
      {"nul\0del\x7f"s, "nul\\x00del\\x7f"},
      {"c1 \xc2\x9b end", "c1 \\u009b end"},
      {"\xe2\x80\xae"
       "evil",
       "\\u202eevil"},
      {"a\xe2\x81\xa6"
       "b\xe2\x81\xa9",
       "a\\u2066b\\u2069"},
      {"zero\xe2\x80\x8bwidth\xef\xbb\xbf", "zero\\u200bwidth\\ufeff"},
      {"line\xe2\x80\xa8sep", "line\\u2028sep"},
      {"tag\xf3\xa0\x81\xa1", "tag\\U000e0061"},
      {"bad \xff\xc3( \xe2\x82", "bad \\xff\\xc3( \\xe2\\x82"},
      {"\xed\xa0\x80", "\\xed\\xa0\\x80"},
  };
  for (const auto& [bytes, shown] : rows) {
    EXPECT_EQ(escape_for_terminal(bytes), shown);
  }
}

TEST(EscapeForTerminal, EveryByteBecomesOneSafeLine) {
  for (int i = 0; i < 256; ++i) {
    const std::string shown = escape_for_terminal(std::string(1, static_cast<char>(i)));
    EXPECT_TRUE(is_utf8(shown)) << i;
    for (const char c : shown) {
      EXPECT_TRUE(c >= 0x20 && c < 0x7F) << i;
    }
  }
}

TEST(EscapeLines, LeavesLineEndsAsTheyAre) {
  const std::pair<std::string, std::string> rows[] = {
      {"", ""}, {"one", "one"}, {"one\n", "one\n"}, {"a\x1b[2J\n\nb\r", "a\\x1b[2J\n\nb\\r"}};
  for (const auto& [bytes, shown] : rows) {
    EXPECT_EQ(shown, escape_lines(bytes));
  }
}

TEST(Trim, TakesBlanksAndLineEndsAway) {
  EXPECT_EQ("a b", trim(" \t a b\r\n"));
  EXPECT_EQ("", trim(" \n"));
  EXPECT_EQ("", trim(""));
}

TEST(LowerCase, ChangesLettersOfAsciiOnly) {
  EXPECT_EQ("az09-É", lower_case("AZ09-É"));
}

TEST(DisplayWidth, Table) {
  const std::pair<std::string, std::size_t> rows[] = {
      {"", 0},
      {"abc", 3},
      {"é", 1},
      {"e\xcc\x81", 1},
      {"中文", 4},
      {"ｱ", 1},
      {"Ａ", 2},
      {"한", 2},
      {"😀", 2},
      {"…", 1},
      {"\xff\xff", 2},
      {"א", 1},
      {"ก็", 1},
      {"a\xe2\x80\x8b"
       "b",
       2},
  };
  for (const auto& [text, width] : rows) {
    EXPECT_EQ(display_width(text), width) << text;
  }
}

struct ElideRow {
  std::string text;
  std::size_t columns;
  Elide where;
  std::string shown;
};

const ElideRow kElides[] = {
    {"hello", 5, Elide::right, "hello"},
    {"hello", 4, Elide::right, "hel…"},
    {"hello", 1, Elide::right, "…"},
    {"hello", 0, Elide::right, ""},
    {"", 0, Elide::right, ""},
    {"abcdefghij", 7, Elide::middle, "abc…hij"},
    {"abcdefghij", 6, Elide::middle, "abc…ij"},
    {"abcdefghij", 10, Elide::middle, "abcdefghij"},
    {"abcdefghij", 2, Elide::middle, "a…"},
    {"中文字符", 8, Elide::right, "中文字符"},
    {"中文字符", 7, Elide::right, "中文字…"},
    {"中文字符", 6, Elide::right, "中文…"},
    {"中文字符", 6, Elide::middle, "中…符"},
    {"ae\xcc\x81"
     "bc",
     3,
     Elide::right,
     "ae\xcc\x81…"},
    {"abcdefe\xcc\x81", 3, Elide::middle, "a…e\xcc\x81"},
    {"ééééé", 3, Elide::middle, "é…é"},
    {"\xff\xff\xff\xff", 2, Elide::right, "\xff…"},
    {"a\x80\x80\x80\x80\x80", 3, Elide::middle, "a…\x80"},
};

TEST(Elide, Table) {
  for (const ElideRow& row : kElides) {
    EXPECT_EQ(elide(row.text, row.columns, row.where), row.shown) << row.text << " in " << row.columns;
  }
}

TEST(Elide, NeverTooWideNorBroken) {
  const std::string text = "a中é😀e\xcc\x81z한…文b";
  for (std::size_t columns = 0; columns < 20; ++columns) {
    for (const Elide where : {Elide::right, Elide::middle}) {
      const std::string shown = elide(text, columns, where);
      EXPECT_LE(display_width(shown), columns);
      EXPECT_TRUE(is_utf8(shown)) << shown;
    }
  }
}

TEST(Nearest, SuggestsWhatWasMeant) {
  const std::vector<std::string_view> commands{"connect", "send", "inspect", "explain", "rehearse"};
  const std::pair<std::string_view, std::optional<std::string_view>> rows[] = {
      {"conect", "connect"},
      {"connect", "connect"},
      {"sned", "send"},
      {"inspct", "inspect"},
      {"x", std::nullopt},
      {"", std::nullopt},
      {"zzzzz", std::nullopt},
      {"reharse", "rehearse"},
  };
  for (const auto& [word, meant] : rows) {
    EXPECT_EQ(nearest(word, commands), meant) << word;
  }
  EXPECT_EQ(nearest("send", {}), std::nullopt);
  EXPECT_EQ(nearest(std::string(100000, 'c'), commands), std::nullopt);
}

TEST(Nearest, TakesTheFirstOfEquals) {
  EXPECT_EQ(nearest("bat", {"cat", "hat"}), "cat");
}

TEST(Spoken, TurnsTheStableWordIntoPlainText) {
  EXPECT_EQ(spoken("connection_refused"), "connection refused");
  EXPECT_EQ(spoken("not_tls: it says server_hello"), "not tls: it says server_hello");
  EXPECT_EQ(spoken("--key my_key.pem: bad decrypt"), "--key my_key.pem: bad decrypt");
  EXPECT_EQ(spoken(""), "");
}

}  // namespace
}  // namespace whydrop
