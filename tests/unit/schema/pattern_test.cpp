#include "schema/pattern.hpp"

#include "schema/content.hpp"
#include "schema/format.hpp"
#include "schema/keys.hpp"
#include "schema/program.hpp"
#include "schema/uri.hpp"

#include <gtest/gtest.h>

namespace whydrop::schema {
namespace {

TEST(Pattern, MatchesAsEcmaDoes) {
  const struct {
    const char* pattern;
    std::string_view text;
    bool matches;
  } rows[] = {
      {"", "", true},
      {"b", "abc", true},
      {"^b", "abc", false},
      {"^abc$", "abc\n", false},
      {"a.c", "a\nc", false},
      {"a[^]c", "a\nc", true},
      {"a[]c", "ac", false},
      {"^\\d+$", "\xD9\xA1", false},
      {"^\\d$", "7", true},
      {"^\\w$", "é", false},
      {"^\\W$", "é", true},
      {"^\\s\\s$", "\v\xC2\xA0", true},
      {"^\\S$", "\xEF\xBB\xBF", false},
      {"^\\u0041\\x42\\cA$", "AB\x01", true},
      {"^\\u{1F600}$", "\xF0\x9F\x98\x80", true},
      {"^\\uD83D\\uDE00$", "\xF0\x9F\x98\x80", true},
      {"^[\\uD83D\\uDE00-\\uD83D\\uDE02]$", "\xF0\x9F\x98\x81", true},
      {"^[\\d\\-x]+$", "1-x", true},
      {"^[a-\\d]+$", "a-5", true},
      {"[\\b]", "\b", true},
      {"\\bfoo\\b", "a foo b", true},
      {"\\Boo", "foo", true},
      {"^[[:a]$", "[", true},
      {"^[^\\w]$", "-", true},
      {"^[^\\W]$", "-", false},
      {"^\\/a\\.b$", "/a.b", true},
      {"^(?<year>\\d{4})-(?:x|y)$", "2024-x", true},
      {"^a{,3}$", "a{,3}", true},
      {"^a{2}$", "aaa", false},
      {"^a{2,}$", "aaa", true},
      {"^a{$", "a{", true},
      {"^a+?b*?$", "aab", true},
      {"^\\p{Lu}\\P{L}$", "Ä1", true},
      {"^\\p{Uppercase_Letter}$", "Ä", true},
      {"^\\p{Script=Greek}$", "λ", true},
      {"^\\p{sc=Grek}$", "λ", true},
      {"^\\p{Script=Han}$", "漢", true},
      {"^\\p{gc=digit}$", "٣", true},
      {"^\\p{digit}+$", "1٣", true},
      {"^\\p{Letter}cole$", "École", true},
      {"^\\p{Alphabetic}+$", "aλⅫ\u0345Ⓐ", true},
      {"^\\P{Alphabetic}+$", "1 -", true},
      {"^\\P{Alphabetic}$", "Ⓐ", false},
      {"^[\\P{L}a]$", "a", true},
      {"^[\\P{L}a]$", "b", false},
      {"^\\p{Lowercase}\\p{Uppercase}\\p{White_Space}$", "ªⅠ\u0085", true},
      {"^\\p{ASCII_Hex_Digit}\\p{Hex_Digit}$", "fＦ", true},
      {"^\\p{LC}$", "ǅ", true},
      {"^\\P{Any}$", "a", false},
      {"^\\P{ASCII}$", "é", true},
      {"^[\\p{L}_]+$", "aλ_", true},
      {"^.$", "𝄞", true},
      {"^\\0$", std::string_view("\0", 1), true},
      {"^\\t\\n\\v\\f\\r$", "\t\n\v\f\r", true},
      {"^\\a\\-$", "a-", true},
      {"a|b|", "", true},
      {"^(a|b){2}$", "ab", true},
      {"^é$", "é", true},
      {"^]}$", "]}", true},
  };
  for (const auto& row : rows) {
    const auto pattern = Pattern::compile(row.pattern);
    ASSERT_TRUE(pattern) << row.pattern << ": " << pattern.error();
    EXPECT_EQ(pattern->matches(row.text), row.matches) << row.pattern;
  }
}

TEST(Pattern, RepeatsOverAThousand) {
  const struct {
    const char* pattern;
    std::size_t count;
    bool matches;
  } rows[] = {
      {"^a{1,2500}$", 2500, true},
      {"^a{1,2500}$", 2501, false},
      {"^a{2500}$", 2499, false},
      {"^a{2500}$", 2500, true},
      {"^a{1500,}$", 1499, false},
      {"^a{1500,}$", 9000, true},
      {"^x?a{1,2500}$", 2500, true},
      {"^x?a{1,2500}$", 2501, false},
      {"^(?:a{50}){50}$", 2500, true},
      {"^(?:a{50}){50}$", 2499, false},
      {"^(?:aa){1,1200}$", 2400, true},
      {"^(?:aa){1,1200}$", 2402, false},
      {"^(?:aa){1,1200}$", 2399, false},
      {"^(.|\\n){0,4000}$", 4000, true},
      {"^(.|\\n){0,4000}$", 4001, false},
      {"^[^]{3}$", 3, true},
      {"^[b-z]{0,2000}$", 5, false},
      {"^.{1,2500}|b$", 3000, true},
  };
  for (const auto& row : rows) {
    const auto pattern = Pattern::compile(row.pattern);
    ASSERT_TRUE(pattern) << row.pattern << ": " << pattern.error();
    EXPECT_EQ(pattern->matches(std::string(row.count, 'a')), row.matches) << row.pattern << " " << row.count;
  }
}

TEST(Pattern, WhatCannotBe) {
  const std::pair<std::string, std::string_view> rows[] = {
      {"(?=a)", "it looks ahead with (?="},
      {"a(?!b)", "it looks ahead with (?!"},
      {"(?<=a)b", "it looks behind with (?<="},
      {"(?<!a)b", "it looks behind with (?<!"},
      {"(a)\\1", "it refers back with \\1"},
      {"(?<n>a)\\k<n>", "it refers back with \\k"},
      {"(a", "a group is not closed"},
      {"a)", "a ) closes nothing"},
      {"[a", "a class is not closed"},
      {"[b-a]", "a range of a class is the wrong way round"},
      {"a{3,2}", "a quantifier's bounds are the wrong way round"},
      {"*a", "a quantifier follows nothing that can be repeated"},
      {"a**", "a quantifier follows nothing that can be repeated"},
      {"^*", "a quantifier follows nothing that can be repeated"},
      {"\\p{Emoji}", "\\p{Emoji} is no Unicode property that is known here"},
      {"\\p{Script=Letter}", "\\p{Script=Letter} is no Unicode property that is known here"},
      {"\\p{scx=Greek}", "\\p{scx=Greek} is no Unicode property that is known here"},
      {"[\\P{Alphabetic}x]", "its class holds the opposite of a Unicode property that is made of several"},
      {"(?i)a", "a group begins with (? and something unknown"},
      {"(?<n", "a group's name has no end"},
      {"a\\", "it ends in \\"},
      {"[\\", "it ends in \\"},
      {"(?:ab){1000000}", "it is too large"},
      {"x(?:a{1,1000000000})y", "it is too large"},
      {std::string(30'000, 'a'), "it is too large"},
      {std::string(1000, '(') + std::string(1000, ')'), "its groups nest too deep"},
  };
  for (const auto& [pattern, why] : rows) {
    const auto compiled = Pattern::compile(pattern);
    ASSERT_FALSE(compiled) << pattern;
    EXPECT_EQ(compiled.error(), why) << pattern;
  }
}

TEST(Format, Table) {
  const struct {
    std::string_view format;
    std::string text;
    bool holds;
  } rows[] = {
      {"date-time", "2024-05-06T07:08:09Z", true},
      {"date-time", "2024-05-06t07:08:09.123456789+23:59", true},
      {"date-time", "0001-01-01T00:00:00Z", true},
      {"date-time", "2024-02-29T00:00:00Z", true},
      {"date-time", "2023-02-29T00:00:00Z", false},
      {"date-time", "1998-12-31T23:59:60Z", true},
      {"date-time", "1998-12-31T15:59:60-08:00", true},
      {"date-time", "1998-12-31T22:59:60Z", false},
      {"date-time", "2024-05-06 07:08:09Z", false},
      {"date-time", "2024-05-06T07:08:09", false},
      {"date-time", "2024-05-06T24:00:00Z", false},
      {"date-time", "2024-05-06T07:08:09.Z", false},
      {"date", "2024-04-31", false},
      {"date", "2024-00-10", false},
      {"date", "2000-02-29", true},
      {"date", "1900-02-29", false},
      {"time", "07:08:09+01:00", true},
      {"time", "07:08:09", false},
      {"uuid", "123e4567-E89B-12d3-a456-426614174000", true},
      {"uuid", "123e4567e89b12d3a456426614174000", false},
      {"uuid", "123e4567-e89b-12d3-a456-42661417400g", false},
      {"uri", "https://example.org:443/a?b#c", true},
      {"uri", "mailto:a@b.example", true},
      {"uri", "http://[::1]:80/", true},
      {"uri", "/relative", false},
      {"uri", "http://a b/", false},
      {"uri", "http://a/%zz", false},
      {"uri", "http://[::1/", false},
      {"uri", "http://h:8x/", false},
      {"uri", "http://a/#b#c", false},
      {"email", "a.b+c@example.org", true},
      {"email", "\"a b\"@example.org", true},
      {"email", "a@[192.0.2.1]", true},
      {"email", "a@[IPv6:::1]", true},
      {"email", "a..b@example.org", false},
      {"email", "@example.org", false},
      {"email", "a@", false},
      {"ipv4", "192.0.2.255", true},
      {"ipv4", "192.0.2.256", false},
      {"ipv4", "192.0.2", false},
      {"ipv4", "192.0.02.1", false},
      {"ipv4", "1.2.3.4.", false},
      {"ipv6", "2001:db8::ffff:1", true},
      {"ipv6", "::ffff:192.0.2.1", true},
      {"ipv6", "1:2:3:4:5:6:7:8", true},
      {"ipv6", "1:2:3:4:5:6:7::", true},
      {"ipv6", "1:2:3:4:5:6:7:8::", false},
      {"ipv6", "1::2::3", false},
      {"ipv6", ":1", false},
      {"ipv6", "1:", false},
      {"ipv6", "::1%eth0", false},
      {"hostname", "a-b.example", true},
      {"hostname", "a_b", false},
      {"hostname", "a..b", false},
      {"hostname", "", false},
      {"hostname", "a.", false},
      {"hostname", "xn--nxasmq6b.example", true},
      {"hostname", "xn--X.example", false},
      {"hostname", "bücher.example", false},
      {"hostname", std::string(63, 'a') + "." + std::string(63, 'b'), true},
      {"hostname", std::string(64, 'a'), false},
      {"idn-hostname", "bücher。example", true},
      {"idn-hostname", "xn--bcher-kva.example", true},
      {"idn-hostname", "ab--cd", false},
      {"idn-hostname", "a··l", false},
      {"idn-hostname", "l·l", true},
      {"idn-email", "jörg@bücher.example", true},
      {"idn-email", "\"jörg x\"@[192.0.2.1]", true},
      {"idn-email", "jörg@", false},
      {"email", "jörg@example.org", false},
      {"email", "\"a\\\"b\"@example.org", true},
      {"email", "\"a\"b\"@example.org", false},
      {"uri", "http://[fe80::1]x/", false},
      {"uri", "http://a[b@c/", false},
      {"uri-reference", "../a?b#c", true},
      {"uri-reference", "a:b/c", true},
      {"uri-reference", "1a:b/c", false},
      {"uri-reference", "//h:80/", true},
      {"uri-reference", "\\\\host\\share", false},
      {"uri-reference", "ä", false},
      {"iri", "http://ƒøø.example/?∂éœ=πîx#πîüx", true},
      {"iri", "âππ", false},
      {"iri", "http://a/\uE000", false},
      {"iri", "http://a/?\uE000", true},
      {"iri-reference", "âππ", true},
      {"iri-reference", "#a\\b", false},
      {"uri-template", "/a{/b,c*}{?d:3}{&e}%20", true},
      {"uri-template", "/a{b", false},
      {"uri-template", "/a}b", false},
      {"uri-template", "/{}", false},
      {"uri-template", "/{a:0}", false},
      {"uri-template", "/{a..b}", false},
      {"uri-template", "/{a,}", false},
      {"uri-template", "/<a>", false},
      {"json-pointer", "", true},
      {"json-pointer", "/a~1b~0/0/", true},
      {"json-pointer", "a", false},
      {"json-pointer", "/~2", false},
      {"json-pointer", "/~", false},
      {"relative-json-pointer", "0#", true},
      {"relative-json-pointer", "12/a", true},
      {"relative-json-pointer", "01/a", false},
      {"relative-json-pointer", "/a", false},
      {"relative-json-pointer", "1#/a", false},
      {"relative-json-pointer", "0+1/a", true},
      {"relative-json-pointer", "1-0#", true},
      {"relative-json-pointer", "0-01", false},
      {"relative-json-pointer", "0+", false},
      {"idn-hostname", "0a.\u05d0", false},
      {"idn-hostname", "a0.\u05d0", true},
      {"idn-hostname", "a\u05d0", false},
      {"idn-hostname", "\u05d00\u0660", false},
      {"idn-hostname", "\u0628\u0660", true},
      {"idn-hostname", "xn---9uc", false},
      {"idn-hostname", "cafe\u0301.example", false},
      {"idn-email", "user@cafe\u0301.example", true},
      {"email", "user@[01.0.0.1]", true},
      {"email", "user@[0001.0.0.1]", false},
      {"email", "user@[192.0.2.300]", false},
      {"regex", "^(?=a)(?<!b)(?<n>c)\\k<n>\\1[\\P{Alphabetic}x]{1,100000}$", true},
      {"regex", "^(abc]", false},
      {"regex", "^a\\Z", false},
      {"regex", "a\\-b", true},
      {"regex", "\\p{Emoji}", false},
  };
  for (const auto& row : rows) {
    const Format* format = find_format(row.format);
    ASSERT_TRUE(format) << row.format;
    EXPECT_EQ(format->holds(row.text), row.holds) << row.format << " " << row.text;
  }
  EXPECT_FALSE(find_format("int64"));
}

TEST(Content, Table) {
  const struct {
    const char *encoding, *media, *text;
    const char* fault;
  } rows[] = {
      {"base64", nullptr, "aGk=", nullptr},
      {"BASE64", nullptr, "aG\r\nk=", nullptr},
      {"base64", nullptr, "aGk", "contentEncoding"},
      {"base64url", nullptr, "aGk", nullptr},
      {"7bit", nullptr, "é", "contentEncoding"},
      {"8bit", nullptr, "é", nullptr},
      {nullptr, "application/json", "{", "contentMediaType"},
      {nullptr, "application/problem+json; charset=utf-8", "{}", nullptr},
      {"base64", "application/json", "e30=", nullptr},
      {"base64", "application/json", "aGk=", "contentMediaType"},
      {"base64", "application/json", "{}", "contentEncoding"},
  };
  for (const auto& row : rows) {
    StringRules rules;
    rules.encoding = row.encoding == nullptr ? nullptr : find_content_encoding(row.encoding);
    rules.media = row.media == nullptr ? nullptr : find_content_media(row.media);
    const char* const fault = content_fault(rules, row.text);
    EXPECT_STREQ(fault, row.fault) << row.text;
  }
  EXPECT_FALSE(find_content_encoding("quoted-printable"));
  EXPECT_FALSE(find_content_media("+json"));
}

TEST(ResolveUri, ExamplesOfRfc3986) {
  constexpr std::string_view kBase = "http://a/b/c/d;p?q";
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"g:h", "g:h"},
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g"},
      {"?y", "http://a/b/c/d;p?y"},
      {"#s", "http://a/b/c/d;p?q#s"},
      {"g?y#s", "http://a/b/c/g?y#s"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../../g", "http://a/g"},
      {"../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"g.", "http://a/b/c/g."},
      {"./g/.", "http://a/b/c/g/"},
      {"g;x=1/../y", "http://a/b/c/y"},
      {"g#s/../x", "http://a/b/c/g#s/../x"},
  };
  for (const auto& [reference, expected] : rows) {
    EXPECT_EQ(resolve_uri(kBase, reference), expected) << reference;
  }
  EXPECT_EQ(resolve_uri("", "lib/../a.json#x"), "a.json#x");
  EXPECT_EQ(resolve_uri("lib/a.json", "b.json"), "lib/b.json");
  EXPECT_EQ(resolve_uri("http://a.example", "b"), "http://a.example/b");
  EXPECT_EQ(fragment_of("a#/x%25y%2"), "/x%y%2");
}

TEST(KeyTable, FindsWhatIsThere) {
  std::vector<std::string> names{""};
  for (int i = 0; i < 3000; ++i) {
    names.push_back("member" + std::to_string(i));
    names.push_back("a name that is alike at both ends " + std::to_string(i) + " but differs in the middle");
  }
  KeyTable table;
  EXPECT_EQ(table.find("x"), KeyTable::kNone);
  table.build(names);
  for (std::uint32_t i = 0; i < names.size(); ++i) {
    ASSERT_EQ(table.find(names[i]), i) << names[i];
  }
  EXPECT_EQ(table.find("member3000"), KeyTable::kNone);
  EXPECT_EQ(table.find("Member1"), KeyTable::kNone);
}

}  // namespace
}  // namespace whydrop::schema
