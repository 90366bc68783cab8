#include "profile/template.hpp"

#include <gtest/gtest.h>

namespace whydrop::profile {
namespace {

/// Pieces as one text: placeholders in angle brackets.
std::string shown(std::string_view text) {
  std::string out;
  for (const Piece& piece : pieces_of(text)) {
    out += piece.name ? "<" + piece.text + ">" : piece.text + "|";
  }
  return out;
}

TEST(template, is_cut_at_placeholders) {
  EXPECT_EQ(shown(""), "");
  EXPECT_EQ(shown("plain"), "plain|");
  EXPECT_EQ(shown("a{b}c{d_2}"), "a|<b>c|<d_2>");
  EXPECT_EQ(shown("{$epoch+60}{$/a~1b/0}{$token:x}"), "<$epoch+60><$/a~1b/0><$token:x>");
}

TEST(template, takes_doubled_braces_for_braces) {
  EXPECT_EQ(shown("{{a}}"), "{a}|");
  EXPECT_EQ(shown("{{{a}}}"), "{|<a>}|");
}

TEST(template, leaves_braces_alone_that_hold_no_name) {
  for (const char* text : {"{", "}", "{}", "{ a}", "{1}", "{a", "{a{", "{a\"}", "{a-b}", "{\"a\":\"b\"}"}) {
    EXPECT_EQ(shown(text), std::string(text) + "|");
  }
}

TEST(template, tells_where_a_placeholder_stands) {
  const auto pieces = pieces_of("ab{c}{{{d}");
  ASSERT_EQ(pieces.size(), 4U);
  EXPECT_EQ(pieces[1].offset, 2U);
  EXPECT_EQ(pieces[3].offset, 7U);
}

TEST(template, names_each_placeholder_once) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(placeholders_of("{b}{a}{b}"), (Names{"b", "a"}));
  EXPECT_EQ(placeholders_of(R"({"x":{"y":"{a}","{b}":["{$uuid}"]}})"), (Names{"a", "b", "$uuid"}));
}

TEST(template, finds_string_literals) {
  const std::string_view json = R"({"a\"b": ["c", 1]})";
  const Literal first = next_literal(json, 0);
  EXPECT_EQ(json.substr(first.begin, first.end - first.begin), R"("a\"b")");
  const Literal second = next_literal(json, first.end);
  EXPECT_EQ(json.substr(second.begin, second.end - second.begin), R"("c")");
  EXPECT_EQ(next_literal(json, second.end).begin, std::string_view::npos);
  EXPECT_EQ(next_literal("\"open\\", 0).end, 6U);
}

}  // namespace
}  // namespace whydrop::profile
