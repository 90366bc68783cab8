#include "rehearsal/server.hpp"

#include "net/identity.hpp"
#include "rehearsal/deflate.hpp"
#include "unit/rehearsal/client.hpp"
#include "wire/deflate.hpp"

#include <string>

#include <gtest/gtest.h>

namespace whydrop::rehearsal::test {
namespace {

using std::string_literals::operator""s;

Error start_error(const ServerOptions& options) {
  net::Loop loop;
  Server server(loop, options);
  const auto port = server.start();
  EXPECT_FALSE(port);
  return port ? Error{} : port.error();
}

TEST(Server, RefusesAnEndingThatItDoesNotKnow) {
  ServerOptions options;
  options.ending = "explode";
  const Error error = start_error(options);
  EXPECT_EQ(ErrorKind::usage, error.kind);
  EXPECT_EQ("ending explode: not known", error.message);
  EXPECT_EQ("whydrop rehearse --list names them all", error.hint);
}

TEST(Server, RefusesAStatusBesideAnotherEnding) {
  ServerOptions options;
  options.ending = "fin";
  options.status = 503;
  EXPECT_EQ("status 503: does not go with the ending fin", start_error(options).message);
}

TEST(Server, SaysWhyItCannotListen) {
  const Running first({});
  ServerOptions options;
  options.port = first.port();
  const Error error = start_error(options);
  EXPECT_EQ(ErrorKind::local, error.kind);
  EXPECT_EQ("listen on 127.0.0.1:" + std::to_string(first.port()) + ": Address already in use", error.message);
}

TEST(Server, AnswersAPlainRequestWithUpgradeRequired) {
  const Running server({});
  const Client client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ("HTTP/1.1 426 Upgrade Required\r\n", client.read_to_end().substr(0, 31));
}

TEST(Server, ServesClientsSideBySide) {
  const Running server({});
  const Client one(server.port()), two(server.port());
  one.send(request());
  two.send(request());
  one.read_head();
  two.read_head();
  two.send(masked(0x82, "second"));
  EXPECT_EQ("\x82\x06second", two.read(8));
  one.send(masked(0x81, "first"));
  EXPECT_EQ(
      "\x81\x05"
      "first",
      one.read(7));
}

TEST(Server, AnswersPingsUnlessToldNotTo) {
  for (const bool no_pong : {false, true}) {
    ServerOptions options;
    options.no_pong = no_pong;
    const Running server(options);
    const Client client(server.port());
    client.send(request());
    client.read_head();
    client.send(masked(0x89, "p") + masked(0x88, ""));
    EXPECT_EQ((no_pong ? "" : "\x8a\x01p") + "\x88\x00 <fin>"s, client.read_to_end());
  }
}

TEST(Server, JoinsFragmentsBeforeItEchoes) {
  const Running server({});
  const Client client(server.port());
  client.send(request());
  client.read_head();
  client.send(masked(0x01, "one ") + masked(0x89, "") + masked(0x80, "two"));
  EXPECT_EQ("\x8a\x00\x81\x07one two"s, client.read(11));
}

TEST(Server, EchoesCompressedWhatCameCompressed) {
  const Running server({});
  const Client client(server.port());
  client.send(request("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"));
  EXPECT_NE(std::string::npos, client.read_head().find("Sec-WebSocket-Extensions: permessage-deflate\r\n"));
  // "Hello", as in RFC 7692 section 7.2.3.1; the second time from the context.
  client.send(masked(0xc1, "\xf2\x48\xcd\xc9\xc9\x07\x00"s) + masked(0xc1, "\xf2\x00\x11\x00\x00"s) +
              masked(0x81, "plain"));
  EXPECT_EQ("\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00\xc1\x05\xf2\x00\x11\x00\x00\x81\x05plain"s, client.read(23));
}

TEST(Server, FailsAClientThatBreaksARule) {
  const std::pair<std::string, std::string> rows[] = {
      {masked(0x81, "hi") + masked(0x83, "x") + masked(0x81, "late"), "\x81\x02hi\x88\x11\x03\xeaopcode-reserved"},
      {masked(0x89, "p") + masked(0x81, "\xc3("), "\x8a\x01p\x88\x0e\x03\xefutf8-invalid"},
  };
  const Running server({});
  for (const auto& [sent, expected] : rows) {
    const Client client(server.port());
    client.send(request());
    client.read_head();
    client.send(sent);
    EXPECT_EQ(expected + " <fin>", client.read_to_end());
  }
}

TEST(Server, LetsALenientOneGoOn) {
  ServerOptions options;
  options.lenient = true;
  const Running server(options);
  const Client client(server.port());
  client.send(request());
  client.read_head();
  client.send(masked(0x83, "x") + masked(0x81, "\xc3(") + masked(0x81, "good"));
  EXPECT_EQ("\x81\x04good", client.read(6));
}

TEST(Server, StopsReadingFromAClientThatReadsNothing) {
  const Running server({});
  const Client client(server.port());
  client.send(request());
  constexpr std::size_t kFar = 64U << 20;
  EXPECT_GT(kFar, client.send_until_stuck(masked(0x82, std::string(119, 'x')), kFar));
}

TEST(Identity, IsMadeForEachFault) {
  for (const char* fault : {"", "expired", "hostname", "self-signed"}) {
    const auto made = net::make_identity(fault);
    ASSERT_TRUE(made) << fault;
    EXPECT_EQ("-----BEGIN CERTIFICATE-----\n", made->ca_pem.substr(0, 28)) << fault;
  }
  EXPECT_EQ("TLS fault rusty: not known", net::make_identity("rusty").error().message);
}

TEST(InflateBomb, IsAThousandTimesLargerInside) {
  const std::string bomb = inflate_bomb(2);
  EXPECT_GT(4096U, bomb.size());
  wire::Inflater inflater({});
  inflater.feed(bomb);
  EXPECT_EQ(std::string(2U << 20, 'a'), inflater.finish().content);
}

}  // namespace
}  // namespace whydrop::rehearsal::test
