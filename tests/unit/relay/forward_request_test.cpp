#include "relay/forward_request.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace whydrop::relay {
namespace {

using State = ForwardRequest::State;
using namespace std::string_view_literals;

struct Row {
  std::string_view name, bytes;
  State state;
  std::string host;
  std::uint16_t port;
  std::string_view left_over;
  std::string_view answer;  ///< at once
};

const Row kRows[] = {
    {"nothing", "", State::more, "", 0, "", ""},
    {"CONNECT",
     "CONNECT example.test:443 HTTP/1.1\r\nHost: example.test\r\n\r\n\x16more",
     State::tunnel,
     "example.test",
     443,
     "\x16more",
     ""},
    {"CONNECT to an address", "CONNECT [::1]:8080 HTTP/1.1\r\n\r\n", State::tunnel, "::1", 8080, "", ""},
    {"half of a CONNECT",
     "CONNECT example.test:443 HTTP/1.1\r\nHo",
     State::more,
     "",
     0,
     "CONNECT example.test:443 HTTP/1.1\r\nHo",
     ""},
    {"CONNECT without a port", "CONNECT example.test HTTP/1.1\r\n\r\n", State::refused, "", 0, "", "HTTP/1.1 400"},
    {"CONNECT without a version", "CONNECT a:443\r\nX: y HTTP/1.1\r\n\r\n", State::refused, "", 0, "", "HTTP/1.1 400"},
    {"CONNECT to mail", "CONNECT example.test:25 HTTP/1.1\r\n\r\n", State::refused, "", 25, "", "HTTP/1.1 403"},
    {"CONNECT to two hosts at once", "CONNECT a@b:443 HTTP/1.1\r\n\r\n", State::refused, "", 443, "", "HTTP/1.1 403"},
    {"absolute-form",
     "GET http://example.test:81/a?b HTTP/1.1\r\n\r\nbody",
     State::request,
     "example.test",
     81,
     "GET http://example.test:81/a?b HTTP/1.1\r\n\r\nbody",
     ""},
    {"absolute-form of a session",
     "GET ws://example.test/ HTTP/1.1\r\n\r\n",
     State::request,
     "example.test",
     80,
     "",
     ""},
    {"origin-form", "GET /a HTTP/1.1\r\n\r\n", State::refused, "", 0, "", "HTTP/1.1 400"},
    {"a header in a header", "CONNECT a:443 HTTP/1.1\r\nA: b\rC: d\r\n\r\n", State::refused, "", 0, "", "HTTP/1.1 400"},
    {"no HTTP at all", "\x16\x03\x01", State::refused, "", 0, "", "HTTP/1.1 400"},
    {"SOCKS5 by name",
     "\x05\x01\x00\x05\x01\x00\x03\x04host\x01\xBB\x16"sv,
     State::tunnel,
     "host",
     443,
     "\x16",
     "\x05\x00"sv},
    {"SOCKS5 by address",
     "\x05\x01\x00\x05\x01\x00\x01\x7F\x00\x00\x01\x00\x50"sv,
     State::tunnel,
     "127.0.0.1",
     80,
     "",
     "\x05\x00"sv},
    {"SOCKS5 by an address of IPv6",
     "\x05\x01\x00\x05\x01\x00\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x00\x50"sv,
     State::tunnel,
     "0:0:0:0:0:0:0:1",
     80,
     "",
     "\x05\x00"sv},
    {"SOCKS5, half", "\x05\x01\x00\x05\x01\x00\x03\x04ho"sv, State::more, "", 0, "", "\x05\x00"sv},
    {"SOCKS5 with a login", "\x05\x01\x02"sv, State::refused, "", 0, "", "\x05\xFF"sv},
    {"SOCKS5 to listen",
     "\x05\x01\x00\x05\x02\x00\x01\x7F\x00\x00\x01\x00\x50"sv,
     State::refused,
     "",
     0,
     "",
     "\x05\x00\x05\x07"sv},
    {"SOCKS5 to nowhere",
     "\x05\x01\x00\x05\x01\x00\x03\x00\x00\x50"sv,
     State::refused,
     "",
     0,
     "",
     "\x05\x00\x05\x08"sv},
};

TEST(ForwardRequest, SaysWhereToGoHoweverItComes) {
  for (const Row& row : kRows) {
    for (const std::size_t piece : {row.bytes.size(), std::size_t{1}}) {
      SCOPED_TRACE(std::string(row.name));
      ForwardRequest request;
      std::string_view rest = row.bytes;
      std::string later;
      while (!rest.empty()) {
        const std::string_view now = rest.substr(0, piece);
        rest.remove_prefix(now.size());
        if (request.state() == State::more) {
          request.feed(now);
        } else {
          later += now;
        }
      }
      EXPECT_EQ(request.state(), row.state);
      EXPECT_EQ(request.destination().port, row.port);
      EXPECT_EQ(request.take_answer().substr(0, row.answer.size()), row.answer);
      EXPECT_EQ(request.why().empty(), row.state != State::refused);
      if (row.state == State::tunnel || row.state == State::request) {
        EXPECT_EQ(request.destination().host, row.host);
      }
      if (!row.left_over.empty()) {
        EXPECT_EQ(request.left_over() + later, row.left_over);
      }
    }
  }
}

TEST(ForwardRequest, TellsWhatBecameOfIt) {
  ForwardRequest connect, socks, plain;
  connect.feed("CONNECT a:1 HTTP/1.1\r\n\r\n");
  socks.feed("\x05\x01\x00\x05\x01\x00\x03\x01\x61\x00\x50"sv);
  plain.feed("GET http://a/ HTTP/1.1\r\n\r\n");
  EXPECT_EQ(connect.reached(), "HTTP/1.1 200 Connection established\r\n\r\n");
  EXPECT_EQ(socks.reached(), "\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"sv);
  EXPECT_EQ(plain.reached(), "");
  EXPECT_EQ(connect.not_reached("a:1: connection_refused"),
            "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 39\r\n"
            "Connection: close\r\n\r\nwhydrop proxy: a:1: connection_refused\n");
  EXPECT_EQ(socks.not_reached("connection_refused").substr(0, 2), "\x05\x05");
}

}  // namespace
}  // namespace whydrop::relay
