#include "handshake/content.hpp"

#include <string>

#include <gtest/gtest.h>

namespace whydrop::handshake {
namespace {

using namespace std::string_literals;

Head head_with(const std::string& transfer, const std::string& content) {
  Head head;
  if (!transfer.empty()) {
    head.fields.push_back({"Transfer-Encoding", transfer});
  }
  if (!content.empty()) {
    head.fields.push_back({"Content-Encoding", content});
  }
  return head;
}

// Made with Python's gzip and zlib, and with the brotli program, of {"error":"x"}.
const std::string kText = R"({"error":"x"})";
const std::string kGzip =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\x4a\x2d\x2a\xca\x2f\x52\xb2\x52\xaa\x50\xaa\x05\x00"
    "\xbd\x26\x3f\xa1\x0d\x00\x00\x00"s;
const std::string kZlib = "\x78\x9c\xab\x56\x4a\x2d\x2a\xca\x2f\x52\xb2\x52\xaa\x50\xaa\x05\x00\x1f\xe6\x04\x5d"s;

struct Case {
  std::string transfer, content, bytes;
  bool whole;
  std::string decoded, codings, fault;
};

TEST(DecodeBody, TakesOffWhatTheHeadNames) {
  const std::string bare = kZlib.substr(2, kZlib.size() - 6);
  const Case cases[] = {
      {"", "", kText, true, kText, "", ""},
      {"", "identity", kText, true, kText, "", ""},
      {"chunked", "", "4\r\n{\"er\r\n9;x=y\r\nror\":\"x\"}\r\n0\r\nT: t\r\n\r\n", true, kText, "chunked", ""},
      {"Chunked", "", "d\n" + kText + "\n0\n\n", true, kText, "chunked", ""},
      {"", "gzip", kGzip, true, kText, "gzip", ""},
      {"", "gzip", kGzip + kGzip, true, kText + kText, "gzip", ""},
      {"", "x-gzip", kGzip, true, kText, "x-gzip", ""},
      {"", "deflate", kZlib, true, kText, "deflate", ""},
      {"", "deflate", bare, true, kText, "deflate", ""},
      {"", "br", "\x0b\x06\x80"s + kText + "\x03", true, kText, "br", ""},
      {"chunked", "gzip", "21\r\n" + kGzip + "\r\n0\r\n\r\n", true, kText, "chunked, gzip", ""},
      {"gzip, chunked", "", "21\r\n" + kGzip + "\r\n0\r\n\r\n", true, kText, "chunked, gzip", ""},
      // What lacks an end is cut short, but only where nothing more can come.
      {"chunked", "", "d\r\n{\"er", true, "{\"er", "chunked", "chunked: it is cut short"},
      {"chunked", "", "d\r\n{\"er", false, "{\"er", "chunked", ""},
      {"", "gzip", kGzip.substr(0, kGzip.size() - 8), true, "{\"error\":\"x\"}", "gzip", "gzip: it is cut short"},
      // What is not as the head says stays as it came.
      {"chunked", "", kText, true, kText, "", "chunked: it is cut short"},
      {"chunked", "", kText + "\n", true, kText + "\n", "", "chunked: a chunk's size is no number"},
      {"chunked", "", "2\r\n{\"x\r\n", true, "{\"", "chunked", "chunked: a chunk is longer than its size"},
      {"", "gzip", kText, true, kText, "", "gzip: incorrect header check"},
      {"", "br", "\xff\xff\xff", true, "\xff\xff\xff", "", "br: it is not Brotli"},
      {"", "zstd", kText, true, kText, "", "zstd: not a coding that is known here"},
      {"", "gzip", "", true, "", "", ""},
  };
  for (const Case& it : cases) {
    const DecodedBody body = decode_body(head_with(it.transfer, it.content), it.bytes, it.whole, 1000);
    EXPECT_EQ(body.content, it.decoded) << it.transfer << "/" << it.content;
    EXPECT_EQ(body.codings, it.codings) << it.transfer << "/" << it.content;
    EXPECT_EQ(body.fault, it.fault) << it.transfer << "/" << it.content;
  }
}

TEST(DecodeBody, MakesNoMoreThanTheCap) {
  const std::string chunked = "d\r\n" + kText + "\r\n0\r\n\r\n";
  for (const auto& [transfer, content, bytes] : {std::tuple("chunked", "", chunked), std::tuple("", "gzip", kGzip)}) {
    const DecodedBody body = decode_body(head_with(transfer, content), bytes, true, 5);
    EXPECT_EQ(body.content, kText.substr(0, 5));
    EXPECT_EQ(body.fault, "");
  }
}

}  // namespace
}  // namespace whydrop::handshake
