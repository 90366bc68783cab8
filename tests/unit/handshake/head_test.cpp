#include "handshake/head.hpp"

#include <gtest/gtest.h>

namespace whydrop::handshake {
namespace {

using Kind = HeadParser::Kind;

struct Fed {
  Head head;
  std::size_t used = 0;
  bool done = false;
};

Fed feed_in_pieces(Kind kind, std::string_view bytes, std::size_t piece, std::size_t max_bytes) {
  HeadParser parser(kind, max_bytes);
  Fed fed;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const auto part = bytes.substr(at, piece);
    const auto used = parser.feed(part);
    fed.used += used;
    if (used < part.size()) {
      break;
    }
  }
  fed.head = parser.head();
  fed.done = parser.done();
  return fed;
}

std::string describe(const Head& head) {
  std::string text = head.start_line + " [" + std::to_string(head.status) + "]";
  for (const auto& field : head.fields) {
    text += " " + field.name + "=" + field.value;
  }
  text += head.complete ? " complete" : "";
  text += head.over_limit ? " over" : "";
  return head.fault.empty() ? text : text + " fault: " + head.fault;
}

struct Case {
  const char* name;
  Kind kind;
  std::string bytes;
  std::string expected;
  std::size_t left_over = 0;
};

const Case kCases[] = {
    {"response",
     Kind::response,
     "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
     "HTTP/1.1 101 Switching Protocols [101] Upgrade=websocket complete"},
    {"frames follow", Kind::response, "HTTP/1.1 101 OK\r\n\r\n\x81\x02hi", "HTTP/1.1 101 OK [101] complete", 4},
    {"no reason", Kind::response, "HTTP/1.1 404\r\n\r\n", "HTTP/1.1 404 [404] complete"},
    {"empty reason", Kind::response, "HTTP/1.1 404 \r\n\r\n", "HTTP/1.1 404  [404] complete"},
    {"request", Kind::request, "GET /a?b HTTP/1.1\r\nHost: x\r\n\r\n", "GET /a?b HTTP/1.1 [0] Host=x complete"},
    {"blanks around a value",
     Kind::response,
     "HTTP/1.1 200 OK\r\nA: \t b c \t\r\nB:\r\n\r\n",
     "HTTP/1.1 200 OK [200] A=b c B= complete"},
    {"lf only",
     Kind::response,
     "HTTP/1.1 200 OK\nA: b\n\n",
     "HTTP/1.1 200 OK [200] A=b complete fault: line 1 ends in LF without CR"},
    {"lf in one line",
     Kind::response,
     "HTTP/1.1 200 OK\r\nA: b\n\r\n",
     "HTTP/1.1 200 OK [200] A=b complete fault: line 2 ends in LF without CR"},
    {"folded",
     Kind::response,
     "HTTP/1.1 200 OK\r\nA: b\r\n  c\r\n\td\r\n\r\n",
     "HTTP/1.1 200 OK [200] A=b c d complete fault: line 3 is folded"},
    {"folded before any field",
     Kind::response,
     "HTTP/1.1 200 OK\r\n c\r\n\r\n",
     "HTTP/1.1 200 OK [200] complete fault: line 2 is folded"},
    {"no colon",
     Kind::response,
     "HTTP/1.1 200 OK\r\nabc\r\nA: b\r\n\r\n",
     "HTTP/1.1 200 OK [200] A=b complete fault: line 2 has no colon"},
    {"blank before colon",
     Kind::response,
     "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
     "HTTP/1.1 200 OK [200] A=b complete fault: line 2 has a header name that is not a token"},
    {"no name",
     Kind::response,
     "HTTP/1.1 200 OK\r\n: b\r\n\r\n",
     "HTTP/1.1 200 OK [200] =b complete fault: line 2 has a header name that is not a token"},
    {"control character",
     Kind::response,
     "HTTP/1.1 200 OK\r\nA: b\x01\r\n\r\n",
     "HTTP/1.1 200 OK [200] A=b\x01 complete fault: line 2 holds a control character"},
    {"cr inside a value",
     Kind::response,
     "HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n",
     "HTTP/1.1 200 OK [200] A=b\rc complete fault: line 2 holds a control character"},
    {"first fault is kept",
     Kind::response,
     "HTTP/1.1 200 OK\r\nabc\r\nA: b\n\r\n",
     "HTTP/1.1 200 OK [200] A=b complete fault: line 2 has no colon"},
    {"long status",
     Kind::response,
     "HTTP/1.1 1010 X\r\n\r\n",
     "HTTP/1.1 1010 X [0] complete fault: the first line is not a status line"},
    {"no status",
     Kind::response,
     "HTTP/1.1\r\n\r\n",
     "HTTP/1.1 [0] complete fault: the first line is not a status line"},
    {"odd version",
     Kind::response,
     "HTTP/2 200 OK\r\n\r\n",
     "HTTP/2 200 OK [200] complete fault: the first line is not a status line"},
    {"request without version",
     Kind::request,
     "GET /\r\n\r\n",
     "GET / [0] complete fault: the first line is not a request line"},
    {"request with blanks in the target",
     Kind::request,
     "GET /a b HTTP/1.1\r\n\r\n",
     "GET /a b HTTP/1.1 [0] complete fault: the first line is not a request line"},
    {"not http", Kind::response, "SSH-2.0-OpenSSH\r\n", " [0] over fault: the first line is not HTTP", 16},
    {"almost http", Kind::response, "HTTPS", " [0] over fault: the first line is not HTTP", 0},
    {"tls hello as a request", Kind::request, "\x16\x03\x01", " [0] over fault: the first line is not HTTP", 2},
    {"cut", Kind::response, "HTTP/1.1 200 OK\r\nA: b\r\nB: c", "HTTP/1.1 200 OK [200] A=b"},
    {"nothing", Kind::response, "", " [0]"},
};

TEST(HeadParser, ReadsEveryCaseWholeAndSplit) {
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    const auto whole = feed_in_pieces(c.kind, c.bytes, c.bytes.size() + 1, HeadParser::kMaxHead);
    EXPECT_EQ(describe(whole.head), c.expected);
    EXPECT_EQ(c.bytes.size() - whole.used, c.left_over);
    EXPECT_EQ(whole.head.raw, c.bytes.substr(0, whole.used));
    for (std::size_t piece = 1; piece < c.bytes.size(); ++piece) {
      const auto split = feed_in_pieces(c.kind, c.bytes, piece, HeadParser::kMaxHead);
      EXPECT_EQ(describe(split.head), c.expected) << "pieces of " << piece;
      EXPECT_EQ(split.used, whole.used) << "pieces of " << piece;
      EXPECT_EQ(split.done, whole.done) << "pieces of " << piece;
    }
  }
}

TEST(HeadParser, EndsAtItsSizeLimitHoweverItIsFed) {
  const std::string bytes = "HTTP/1.1 200 OK\r\nA: " + std::string(100, 'x');
  for (const std::size_t piece : {1U, 7U, 1000U}) {
    const auto fed = feed_in_pieces(Kind::response, bytes, piece, 40);
    EXPECT_TRUE(fed.done);
    EXPECT_EQ(fed.used, 40U);
    EXPECT_EQ(describe(fed.head),
              "HTTP/1.1 200 OK [200] over fault: the head has more than 40 B, a limit of whydrop's own");
  }
}

TEST(HeadParser, TakesAHeadOfExactlyTheLimit) {
  const std::string bytes = "HTTP/1.1 200 OK\r\n\r\n";
  EXPECT_EQ(describe(feed_in_pieces(Kind::response, bytes, 3, bytes.size()).head), "HTTP/1.1 200 OK [200] complete");
  EXPECT_EQ(describe(feed_in_pieces(Kind::response, bytes, 3, 3).head),
            " [0] over fault: the head has more than 3 B, a limit of whydrop's own");
}

TEST(HeadParser, EndsEndlessHeaders) {
  HeadParser parser(Kind::response);
  parser.feed("HTTP/1.1 200 OK\r\n");
  std::size_t fed = 0;
  while (!parser.done()) {
    ASSERT_LE(++fed, HeadParser::kMaxFields + 1);
    parser.feed("A: b\r\n");
  }
  EXPECT_EQ(parser.head().fields.size(), HeadParser::kMaxFields);
  EXPECT_EQ(parser.head().fault, "the head has more than 10000 header fields, a limit of whydrop's own");
  EXPECT_TRUE(parser.head().too_large);
  EXPECT_EQ(parser.feed("A: b\r\n"), 0U);
}

TEST(HeadParser, EndsAHugeLine) {
  HeadParser parser(Kind::response);
  EXPECT_EQ(parser.feed("HTTP/1.1 200 OK\r\nA: " + std::string(1 << 20, 'x')), HeadParser::kMaxHead);
  EXPECT_TRUE(parser.head().over_limit);
  EXPECT_TRUE(parser.head().too_large);
  EXPECT_EQ(parser.head().fault, "the head has more than 512 KiB, a limit of whydrop's own");
}

TEST(Unacceptable, IsWhatMostEndpointsRefuse) {
  const std::pair<std::string, const char*> rows[] = {
      {"A: b", ""},
      {"A: b\r\n  folded", ""},
      {"A:b\tc", ""},
      {std::string("A: b\0c", 6), "a NUL"},
      {"A: b\rc", "a CR that ends no line"},
      {": b", "a header without a name"},
      {"A B: c", "a blank in a header's name"},
      {"A : b", "a blank between a header's name and its colon"},
      {"A\t: b", "a blank between a header's name and its colon"},
      {"A: b : c", ""},
      {"A: b\r\n : folded", ""},
  };
  for (const auto& [line, expected] : rows) {
    HeadParser parser(Kind::response);
    parser.feed("HTTP/1.1 101 Switching : Protocols\r\n" + line + "\r\nB: c\r\n\r\n");
    EXPECT_TRUE(parser.head().complete) << line;
    EXPECT_EQ(unacceptable(parser.head()), expected) << line;
  }
}

TEST(Head, FindsWithoutRegardToCase) {
  Head head;
  head.fields = {{"UPGRADE", "a"}, {"B", "c"}, {"upgrade", "d"}};
  ASSERT_NE(head.find("Upgrade"), nullptr);
  EXPECT_EQ(*head.find("Upgrade"), "a");
  EXPECT_EQ(head.find("Upgrad"), nullptr);
  EXPECT_EQ(head.find_all("uPgRaDe"), (std::vector<std::string_view>{"a", "d"}));
}

TEST(Head, ListsValuesAndTokens) {
  Head head;
  head.fields = {{"Connection", " keep-alive, ,Upgrade"}, {"connection", "x"}, {"Upgrade", "websocket2"}};
  EXPECT_EQ(list_values(head, "Connection"), (std::vector<std::string_view>{"keep-alive", "Upgrade", "x"}));
  EXPECT_TRUE(has_token(head, "Connection", "upgrade"));
  EXPECT_FALSE(has_token(head, "Upgrade", "websocket"));
  EXPECT_TRUE(list_values(head, "none").empty());
}

}  // namespace
}  // namespace whydrop::handshake
