#include "handshake/body.hpp"

#include <string>

#include <gtest/gtest.h>

namespace whydrop::handshake {
namespace {

Head head_of(const std::string& text, HeadParser::Kind kind) {
  HeadParser parser(kind);
  parser.feed(text);
  return parser.head();
}

BodyReader answer(const std::string& status, const std::string& fields, std::string_view method = "GET") {
  return BodyReader::of_response(
      head_of("HTTP/1.1 " + status + " Why\r\n" + fields + "\r\n", HeadParser::Kind::response), method);
}

/// How many bytes of `bytes` are the body's, fed whole and byte by byte; -1 if the two differ.
int body_length(const BodyReader& reader, const std::string& bytes) {
  BodyReader whole = reader, split = reader;
  const std::size_t taken = whole.feed(bytes);
  std::size_t one_by_one = 0;
  for (const char c : bytes) {
    one_by_one += split.feed({&c, 1});
  }
  return taken == one_by_one && whole.done() == split.done() ? static_cast<int>(taken) : -1;
}

struct Case {
  const char* name;
  BodyReader reader;
  std::string bytes;
  int length;
  bool has_end;
};

TEST(Body, EndsWhereTheHeadSays) {
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  const Case cases[] = {
      {"counted", answer("404", "Content-Length: 4\r\n"), "bodyHTTP", 4, true},
      {"of no bytes", answer("404", "Content-Length: 0\r\n"), "HTTP", 0, true},
      {"the same length twice", answer("404", "Content-Length: 4, 4\r\n"), "bodyHTTP", 4, true},
      {"two lengths", answer("404", "Content-Length: 4\r\nContent-Length: 5\r\n"), "bodyHTTP", 8, false},
      {"no number", answer("404", "Content-Length: four\r\n"), "bodyHTTP", 8, false},
      {"nothing said", answer("404", ""), "bodyHTTP", 8, false},
      {"no content", answer("204", "Content-Length: 4\r\n"), "HTTP", 0, true},
      {"not modified", answer("304", "Content-Length: 4\r\n"), "HTTP", 0, true},
      {"to HEAD", answer("200", "Content-Length: 4\r\n", "HEAD"), "HTTP", 0, true},
      {"to CONNECT", answer("200", "", "CONNECT"), "tunnel", 0, true},
      {"chunked", answer("401", chunked), "4\r\nbody\r\n0\r\n\r\nHTTP", 14, true},
      {"with extension", answer("401", chunked), "4;a=b\r\nbody\r\n0\r\n\r\nHTTP", 18, true},
      {"with trailer", answer("401", chunked), "0\r\nA: b\r\n\r\nHTTP", 11, true},
      {"chunked wins over a length", answer("401", chunked + "Content-Length: 99\r\n"), "0\r\n\r\nHTTP", 5, true},
      {"another coding", answer("401", "Transfer-Encoding: gzip\r\n"), "bodyHTTP", 8, false},
      {"a request without length",
       BodyReader::of_request(head_of("GET / HTTP/1.1\r\n\r\n", HeadParser::Kind::request)),
       "GET",
       0,
       true},
      {"a request with one",
       BodyReader::of_request(head_of("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n", HeadParser::Kind::request)),
       "abcGET",
       3,
       true},
  };
  for (const Case& test : cases) {
    EXPECT_EQ(body_length(test.reader, test.bytes), test.length) << test.name;
    EXPECT_EQ(test.reader.has_end(), test.has_end) << test.name;
  }
}

TEST(Body, ThatBreaksItsFramingLastsUntilTheEnd) {
  const BodyReader chunked = answer("401", "Transfer-Encoding: chunked\r\n");
  for (const std::string bytes : {"\r\nbody\r\n0\r\n\r\n", "4\r\nbodyX", "1000000000000000\r\nbody"}) {
    BodyReader reader = chunked;
    EXPECT_EQ(body_length(chunked, bytes), static_cast<int>(bytes.size())) << bytes;
    reader.feed(bytes);
    EXPECT_FALSE(reader.done() || reader.has_end()) << bytes;
  }
}

}  // namespace
}  // namespace whydrop::handshake
