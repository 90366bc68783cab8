#include "capture/reader.hpp"

#include "unit/capture/samples.hpp"

#include <gtest/gtest.h>

namespace whydrop::capture {
namespace {

std::string header_line() {
  std::string line;
  append_header(line, sample_header());
  return line;
}

constexpr std::string_view kShutdown = R"({"seq":1,"t_ns":2,"conn":3,"kind":"shutdown","from":"server"})";

/// What a reader says of `bytes`, a line an item.
std::string story(std::string_view bytes) {
  Reader reader("c");
  reader.feed(bytes);
  reader.end();
  std::string out;
  while (true) {
    auto item = reader.next();
    if (!item) {
      return out + "error: " + item.error().message + "\n" +
             (item.error().hint.empty() ? "" : "hint: " + item.error().hint + "\n");
    }
    if (!*item) {
      return reader.unknown_kinds() == 0 ? out : out + "unknown: " + std::to_string(reader.unknown_kinds()) + "\n";
    }
    std::visit(overloaded{[&](const session::Event& event) {
                            out += std::to_string(event.seq) + " " + std::string(kind_name(event.body)) + "\n";
                          },
                          [&](const CaptureHeader&) { out += "header\n"; },
                          [&](const Damage& damage) {
                            out += std::to_string(damage.line) + ":" + std::to_string(damage.column) +
                                   (damage.cut ? " cut: " : " ") + damage.why + "\n";
                          }},
               **item);
  }
}

TEST(Reader, TellsWhatIsWrongWithALine) {
  const std::pair<std::string, std::string> cases[] = {
      {"{", "2:2 not JSON: Missing a name for object member\n"},
      {"[1]", "2:1 not a JSON object\n"},
      {"{\"a\":\"\xFF\"}", "2:7 not JSON: Invalid encoding in string\n"},
      {std::string(2000, '[') + std::string(2000, ']'), "2:1001 not JSON: too deep\n"},
      {R"({"seq":1,"t_ns":2,"conn":3})", "2:0 field \"kind\": missing\n"},
      {R"({"seq":-1,"t_ns":2,"conn":3,"kind":"shutdown"})", "2:0 field \"seq\": not a whole number in range\n"},
      {R"({"seq":1,"t_ns":-9223372036854775807,"conn":3,"kind":"frame"})",
       "2:0 field \"t_ns\": not a whole number in range\n"},
      {R"({"seq":1,"t_ns":2,"conn":3,"kind":"shutdown","from":"both"})", "2:0 field \"from\": not a known name\n"},
      {R"({"seq":1,"t_ns":2,"conn":3,"kind":"token","var":1})", "2:0 field \"var\": not a string\n"},
      {R"({"seq":1,"t_ns":2,"conn":3,"kind":"undecoded","from":"server","offset":0,"length":1,"base64":"?"})",
       "2:0 field \"base64\": not base64\n"},
      {R"({"seq":1,"t_ns":2,"conn":3,"kind":"frame","from":"server","opcode":16})",
       "2:0 field \"opcode\": not a whole number in range\n"},
      {R"({"seq":1,"t_ns":2,"conn":3,"kind":"frame","from":"server","opcode":1,"name":"text","fin":true,"rsv":0,)"
       R"("mask":null,"length":1,"length_form":7,"offset":0,"text":"ab"})",
       "2:0 field \"length\": smaller than the payload\n"},
      {R"({"seq":1,"t_ns":2,"conn":3,"kind":"frame","from":"server","opcode":1,"name":"text","fin":true,"rsv":0,)"
       R"("mask":"12","length":1,"length_form":7,"offset":0,"text":"a"})",
       "2:0 field \"mask\": not four bytes\n"},
      {R"({"seq":1,"t_ns":2,"conn":3,"kind":"finding","id":"x","evidence":[],"severity":"note"})",
       "2:0 field \"evidence\": empty\n"},
      {R"({"whydrop":2})", "2:1 format 2\n"},
  };
  for (const auto& [line, said] : cases) {
    EXPECT_EQ(story(header_line() + line + "\n" + std::string(kShutdown) + "\n"), "header\n" + said + "1 shutdown\n")
        << line;
  }
}

TEST(Reader, PassesOverWhatItDoesNotKnow) {
  EXPECT_EQ(story("\xEF\xBB\xBF" + header_line() + "\n \r\n" + R"({"seq":1,"t_ns":2,"conn":3,"kind":"new","from":7})" +
                  "\n" + std::string(kShutdown) + "\n"),
            "header\n1 shutdown\nunknown: 1\n");
}

TEST(Reader, ACutLastLineIsTold) {
  const std::string whole(kShutdown);
  EXPECT_EQ(story(header_line() + whole + "\n" + whole.substr(0, 20)),
            "header\n1 shutdown\n3:21 cut: the line is cut: its writer was stopped\n");
  EXPECT_EQ(story(header_line() + whole), "header\n1 shutdown\n");
}

TEST(Reader, AnotherRunMayFollow) {
  EXPECT_EQ(story(header_line() + header_line() + std::string(kShutdown) + "\n"), "header\nheader\n1 shutdown\n");
}

TEST(Reader, SaysWhatAFileIsThatIsNoCapture) {
  constexpr std::string_view kHint = "hint: a capture is written by --capture FILE\n";
  const std::pair<std::string, std::string> cases[] = {
      {"{ \"log\" : {", "a HAR"},
      {"[{}]", "a JSON array"},
      {"{\"a\":1}\n", "other JSON"},
      {"\x1F\x8B\x08", "a gzip file"},
      {"hello\n", "text"},
      {std::string("\0\xFF\xFF\xFF\xFF", 5), "binary data"},
      {"\x0A\x0D\x0D\x0A\x1C", "a pcapng file"},
  };
  for (const auto& [bytes, what] : cases) {
    EXPECT_EQ(story(bytes), "error: capture c: not a capture but " + what + "\n" + std::string(kHint)) << what;
  }
  EXPECT_EQ(story(std::string(2U << 20, 'x')), "error: capture c: not a capture but text\n" + std::string(kHint));
}

TEST(Reader, OtherErrorsOfTheFirstLine) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "error: capture c: empty\n"},
      {"\n\n", "error: capture c: empty\n"},
      {"{\"whydrop\":2,\"new\":1}\n",
       "error: capture c: written by a newer version (format 2): this one reads format 1\nhint: update whydrop\n"},
      {"{\"whydrop\":0}\n", "error: capture c: no known version (format 0)\n"},
      {"{\"whydrop\":1,\"ki", "error: capture c: cut in its first line\n"},
      {"{\"whydrop\":1}\n", "error: capture c: line 1: field \"started\": missing\n"},
  };
  for (const auto& [bytes, said] : cases) {
    EXPECT_EQ(story(bytes), said) << bytes;
  }
}

TEST(Reader, ALineWithoutEndIsDamageAndNotMemory) {
  Reader reader("c");
  reader.feed(header_line());
  ASSERT_TRUE(reader.next().value());
  const std::string block(16U << 20, 'x');
  std::size_t damages = 0;
  for (int i = 0; i < 20; ++i) {
    reader.feed(block);
    const auto item = reader.next();
    ASSERT_TRUE(item);
    if (*item) {
      ++damages;
      const auto& damage = std::get<Damage>(**item);
      EXPECT_EQ(damage.line, 2U);
      EXPECT_EQ(damage.why, "the line is longer than 128 MiB");
    }
  }
  EXPECT_EQ(damages, 1U);
  reader.feed("\n" + std::string(kShutdown) + "\n{\n");
  EXPECT_TRUE(std::holds_alternative<session::Event>(**reader.next()));
  EXPECT_EQ(std::get<Damage>(**reader.next()).line, 4U);
}

}  // namespace
}  // namespace whydrop::capture
