#include "unit/report/samples.hpp"

#include <gtest/gtest.h>

namespace whydrop::report {
namespace {

using samples::event;
using samples::frame;
using samples::plain;
using samples::rendered;
using session::Side;
using wire::Opcode;

std::string log(const std::vector<session::Event>& events, const Style& style = plain()) {
  return rendered(Output::log, style, events);
}

std::vector<session::Event> opening() {
  session::Open open;
  open.url = "wss://api.example/chat";
  session::Resolve resolve{"api.example", {"192.0.2.1", "192.0.2.2"}, 12'000'000, ""};
  session::Connect connect{"10.0.0.2:40000", "192.0.2.1:443", 8'100'000, ""};
  session::Tls tls;
  tls.version = "TLSv1.3";
  tls.cipher = "TLS_AES_128_GCM_SHA256";
  tls.subject = "CN=api.example";
  tls.not_after = "2027-01-02T03:04:05Z";
  tls.verified = true;
  tls.duration_ns = 21'000'000;
  session::Request request;
  request.start_line = "GET /chat HTTP/1.1";
  request.headers = {{"Host", "api.example", {}}, {"Authorization", "xxxxxxxx", {}}};
  session::Response response;
  response.start_line = "HTTP/1.1 101 Switching Protocols";
  response.status = 101;
  response.headers = {{"Upgrade", "websocket", {}}, {"sec-websocket-protocol", "chat", {}}};
  return {event(1, 0, open),
          event(2, 12, resolve),
          event(3, 20, connect),
          event(4, 41, tls),
          event(5, 41, request),
          event(6, 60, response)};
}

TEST(Log, ShowsEachStepOfTheOpening) {
  EXPECT_EQ(log(opening()),
            "   1   0.000   open     wss://api.example/chat\n"
            "   2   0.012   resolve  api.example: 192.0.2.1, 192.0.2.2 (12 ms)\n"
            "   3   0.020   connect  192.0.2.1:443 from 10.0.0.2:40000 (8 ms)\n"
            "   4   0.041   tls      TLSv1.3 TLS_AES_128_GCM_SHA256; CN=api.example; expires\n"
            "               2027-01-02 (21 ms)\n"
            "   5   0.041 → GET /chat HTTP/1.1\n"
            "   6   0.060 ← HTTP/1.1 101 Switching Protocols; subprotocol chat\n");
}

TEST(Log, BeginsWithTheTimeThatIsAskedFor) {
  const std::vector<session::Event> events = {event(1, 100, frame(Side::client, Opcode::text, "a")),
                                              event(2, 350, frame(Side::server, Opcode::text, "b"))};
  Style style = plain();
  style.started = "2026-01-02T03:04:05.5Z";
  style.times = Times::absolute;
  EXPECT_EQ(log(events, style),
            "   1 03:04:05.600Z → text        1 B  a\n"
            "   2 03:04:05.850Z ← text        1 B  b\n");
  style.times = Times::delta;
  EXPECT_EQ(log(events, style),
            "   1   0.100 → text        1 B  a\n"
            "   2   0.250 ← text        1 B  b\n");
}

TEST(Log, PongsTellTheirRoundTrip) {
  EXPECT_EQ(log({event(1, 100, frame(Side::client, Opcode::ping, "1")),
                 event(2, 112, frame(Side::server, Opcode::pong, "1")),
                 event(3, 200, frame(Side::server, Opcode::pong, "9"))}),
            "   1   0.100 → ping        1 B  1\n"
            "   2   0.112 ← pong        1 B  (12 ms) 1\n"
            "   3   0.200 ← pong        1 B  9\n");
}

TEST(Log, PrettyShowsMessagesWhole) {
  Style style = plain(40);
  style.pretty = true;
  const std::string longer(60, 'x');
  EXPECT_EQ(log({event(1, 100, frame(Side::client, Opcode::text, R"({"a":[1,{}],"b":"x"})")),
                 event(2, 100, frame(Side::server, Opcode::text, longer + "\n\x1b[0m")),
                 event(3, 100, frame(Side::server, Opcode::binary, "ab"))},
                style),
            "   1   0.100 → text       20 B\n"
            "               {\n"
            "                 \"a\": [\n"
            "                   1,\n"
            "                   {}\n"
            "                 ],\n"
            "                 \"b\": \"x\"\n"
            "               }\n"
            "   2   0.100 ← text       65 B\n"
            "               " +
                longer +
                "\n"
                "               \\x1b[0m\n"
                "   3   0.100 ← binary      2 B\n"
                "  00000000  61 62                                             |ab|\n");
}

TEST(Log, VerboseShowsHeadersAndTheWallClock) {
  Style style = plain();
  style.verbosity = 1;
  style.started = "2026-01-02T03:04:05.5Z";
  const auto events = opening();
  EXPECT_EQ(log({events[4], events[5]}, style),
            "   5 03:04:05.541Z   0.041 → GET /chat HTTP/1.1\n"
            "               > Host: api.example\n"
            "               > Authorization: xxxxxxxx\n"
            "   6 03:04:05.560Z   0.060 ← HTTP/1.1 101 Switching Protocols; subprotocol chat\n"
            "               < Upgrade: websocket\n"
            "               < sec-websocket-protocol: chat\n");
}

TEST(Log, NamesWhatFailedBeforeTheUpgrade) {
  session::Resolve resolve{"nowhere.example", {}, 3'000'000, "NXDOMAIN: no such name"};
  session::Tls tls;
  tls.error = "expired: the certificate ended 2020-01-01";
  session::Response refused;
  refused.start_line = "HTTP/1.1 429 Too Many Requests";
  refused.status = 429;
  refused.headers = {{"Retry-After", "30", {}}, {"Content-Type", "text/html", {}}};
  refused.body = "<h1>Slow\x1b[31m</h1>\nsecond line\n";
  EXPECT_EQ(log({event(2, 3, resolve), event(4, 9, tls), event(6, 12, refused)}),
            "   2   0.003   resolve  nowhere.example failed: NXDOMAIN: no such name (3 ms)\n"
            "   4   0.009   tls      handshake failed: expired: the certificate ended\n"
            "               2020-01-01\n"
            "   6   0.012 ← HTTP/1.1 429 Too Many Requests; text/html; retry after 30\n"
            "               | <h1>Slow\\x1b[31m</h1>\n"
            "               | second line\n");
}

TEST(Log, ShowsOneLineAFrame) {
  const std::string close =
      "\x03\xf3"
      "deploy";
  EXPECT_EQ(log({event(7, 61, frame(Side::client, Opcode::text, R"({"type":"connect"})")),
                 event(8, 70, frame(Side::server, Opcode::binary, std::string_view("\0\1\xfe\xff", 4))),
                 event(9, 71, frame(Side::server, Opcode::ping, "beat")),
                 event(10, 71, frame(Side::client, Opcode::pong, "beat")),
                 event(11, 72, frame(Side::server, Opcode::text, "")),
                 event(12, 1'234, frame(Side::server, Opcode::close, close)),
                 event(13, 12'345'678, frame(Side::client, Opcode::close, ""))}),
            "   7   0.061 → text       18 B  {\"type\":\"connect\"}\n"
            "   8   0.070 ← binary      4 B  00 01 fe ff\n"
            "   9   0.071 ← ping        4 B  beat\n"
            "  10   0.071 → pong        4 B  beat\n"
            "  11   0.072 ← text        0 B\n"
            "  12   1.234 ← close       8 B  1011 (internal error), reason \"deploy\"\n"
            "  1312345.678 → close       0 B  no code\n");
}

TEST(Log, ElidesAtTheWidthAndOnlyThen) {
  const std::string text(300, 'a');
  const std::string wide = "ä漢" + std::string(60, 'b');
  EXPECT_EQ(log({event(4, 0, frame(Side::server, Opcode::text, text)),
                 event(5, 0, frame(Side::server, Opcode::text, wide)),
                 event(6, 0, frame(Side::server, Opcode::binary, std::string(40, '\x11')))},
                plain(50)),
            "   4   0.000 ← text      300 B  " + std::string(17, 'a') +
                "…\n"
                "   5   0.000 ← text       65 B  ä漢" +
                std::string(14, 'b') +
                "…\n"
                "   6   0.000 ← binary     40 B  11 11 11 11 11 …\n");
  EXPECT_EQ(log({event(4, 0, frame(Side::server, Opcode::text, text))}, plain(0)),
            "   4   0.000 ← text      300 B  " + text + "\n");
}

TEST(Log, EscapesWhatThePeerSent) {
  EXPECT_EQ(log({event(4, 0, frame(Side::server, Opcode::text, "a\x1b]0;x\x07\r\n\xff\xe2\x80\xae"))}),
            "   4   0.000 ← text       13 B  a\\x1b]0;x\\x07\\r\\n\\xff\\u202e\n");
  Style color = plain();
  color.color = true;
  const std::string out = log({event(4, 0, frame(Side::server, Opcode::text, "{\"a\x1b[2J\":1}"))}, color);
  EXPECT_EQ(out.find("\x1b[2J"), std::string::npos) << out;
}

TEST(Log, PaintsJson) {
  Style color = plain();
  color.color = true;
  EXPECT_EQ(log({event(4, 0, frame(Side::server, Opcode::text, R"({"a":[1,"b",null]})"))}, color),
            "\x1b[2m   4   0.000\x1b[0m \x1b[32m←\x1b[0m \x1b[1mtext\x1b[0m       18 B  "
            "{\x1b[34m\"a\"\x1b[0m:[\x1b[33m1\x1b[0m,\x1b[32m\"b\"\x1b[0m,\x1b[35mnull\x1b[0m]}\n");
}

TEST(Log, RemarksOnWhatIsNotableInAHeader) {
  session::Frame odd = frame(Side::server, Opcode::reserved_b, "x");
  odd.header.fin = false;
  odd.header.rsv = 7;
  odd.header.masked = true;
  odd.header.length_form = wire::LengthForm::bits_64;
  session::Frame cut = frame(Side::client, Opcode::text, "abc");
  cut.header.length = 2'000;
  cut.header.length_form = wire::LengthForm::bits_16;
  cut.header.masked = false;
  Style style = plain(120);
  style.verbosity = 1;
  EXPECT_EQ(log({event(4, 0, odd), event(5, 0, cut)}, style),
            "   4   0.000 ← reserved_b  1 B  [no FIN, RSV1, RSV2, RSV3, masked, length in 64 bits] x\n"
            "               header 7b ff 00 00 00 00 00 00 00 01 37 fa 21 3d\n"
            "   5   0.000 → text    1.9 KiB  [not masked, first 3 B kept] abc\n"
            "               header 81 7e 07 d0\n");
}

TEST(Log, VeryVerboseDumpsThePayload) {
  Style style = plain();
  style.verbosity = 2;
  EXPECT_EQ(log({event(4, 0, frame(Side::server, Opcode::text, "hello, whydrop!\n"))}, style),
            "   4   0.000 ← text       16 B  hello, whydrop!\\n\n"
            "               header 81 10\n"
            "  00000000  68 65 6c 6c 6f 2c 20 77  68 79 64 72 6f 70 21 0a  |hello, whydrop!.|\n");
}

TEST(Log, ShowsFragmentsAndTheMessage) {
  session::Frame first = frame(Side::server, Opcode::text, R"({"a":)");
  first.header.fin = false;
  session::Message message;
  message.from = Side::server;
  message.frames = {4, 6};
  message.payload = R"({"a":1})";
  message.length = message.wire_length = 7;
  session::Message alone = message;
  alone.frames = {7};
  EXPECT_EQ(log({event(4, 0, first),
                 event(6, 0, frame(Side::server, Opcode::continuation, "1}")),
                 event(6, 0, message),
                 event(7, 0, frame(Side::server, Opcode::text, R"({"a":1})")),
                 event(7, 0, alone)}),
            "   4   0.000 ← text        5 B  [no FIN] {\"a\":\n"
            "   6   0.000 ← continuation 2 B  1}\n"
            "       0.000 ← message     7 B  (2 frames) {\"a\":1}\n"
            "   7   0.000 ← text        7 B  {\"a\":1}\n");
}

TEST(Log, ShowsAContinuationAsWhatItContinues) {
  session::Frame text = frame(Side::server, Opcode::text, "\xe2\x82");
  text.header.fin = false;
  session::Frame binary = frame(Side::server, Opcode::binary, "ab");
  binary.header.fin = false;
  EXPECT_EQ(log({event(4, 0, text),
                 event(5, 0, frame(Side::server, Opcode::continuation, "\xac 20")),
                 event(6, 0, binary),
                 event(7, 0, frame(Side::server, Opcode::continuation, "\xff\xfe"))}),
            "   4   0.000 ← text        2 B  [no FIN] \\xe2\\x82\n"
            "   5   0.000 ← continuation 4 B  \\xac 20\n"
            "   6   0.000 ← binary      2 B  [no FIN] 61 62\n"
            "   7   0.000 ← continuation 2 B  ff fe\n");
}

session::Frame compressed(std::uint64_t length) {
  session::Frame out = frame(Side::server, Opcode::text, "");
  out.header.rsv = wire::kRsv1;
  out.header.length = length;
  out.has_payload = false;
  return out;
}

session::Inflated inflated(std::vector<std::uint64_t> frames, std::string_view content) {
  session::Inflated out;
  out.from = Side::server;
  out.frames = std::move(frames);
  out.content = content;
  out.length = content.size();
  return out;
}

TEST(Log, ShowsACompressedFrameWithItsContent) {
  session::Message message;
  message.from = Side::server;
  message.frames = {4};
  message.compressed = true;
  EXPECT_EQ(log({event(4, 5, compressed(9)), event(5, 5, inflated({4}, R"({"long":"text"})")), event(5, 5, message)}),
            "   4   0.005 ← text       15 B  (9 B on the wire) {\"long\":\"text\"}\n");
}

TEST(Log, ShowsACompressedFrameWhoseContentNeverCame) {
  session::Inflated broken = inflated({6}, "");
  broken.error = "invalid distance";
  EXPECT_EQ(log({event(4, 5, compressed(9)),
                 event(5, 6, frame(Side::server, Opcode::ping, "")),
                 event(6, 7, compressed(8)),
                 event(7, 7, broken)}),
            "   4   0.005 ← text        9 B  (compressed)\n"
            "   5   0.006 ← ping        0 B\n"
            "   6   0.007 ← text        8 B  (compressed)\n"
            "   7   0.007 ← inflate  failed: invalid distance\n");
}

TEST(Log, NamesTheProtocolOverIt) {
  EXPECT_EQ(log({event(4, 0, frame(Side::client, Opcode::text, R"(42["hello",1])"))}),
            "   4   0.000 → text       13 B  (Socket.IO event) 42[\"hello\",1]\n");
}

TEST(Log, ShowsHowItEnds) {
  session::Partial partial;
  partial.from = Side::server;
  partial.has_header = true;
  partial.have = 9;
  partial.need = 260;
  partial.payload = "hello";
  session::Shutdown shutdown;
  session::Ending ending;
  ending.how = session::EndingHow::reset;
  ending.read_error = "eof";
  ending.write_error = "connection_reset";
  EXPECT_EQ(log({event(9, 5, partial), event(10, 5, shutdown), event(11, 6, ending)}),
            "   9   0.005 ← partial  text frame of 260 B, cut after 9 B\n"
            "               came: hello\n"
            "  10   0.005 ← shutdown the server sends no more\n"
            "  11   0.006   ended    reset: TCP RST, the connection was reset; read: eof;\n"
            "               write: connection reset\n");
}

TEST(Log, PutsTheDumpUnderTheTextWhereThereIsRoom) {
  Style style = plain(93);
  style.verbosity = 2;
  EXPECT_EQ(log({event(4, 0, frame(Side::server, Opcode::text, "hi"))}, style),
            "   4   0.000 ← text        2 B  hi\n"
            "               header 81 02\n"
            "               00000000  68 69                                             |hi|\n");
}

TEST(Log, EndsTheLinesOfABodyWithoutTheirCarriageReturns) {
  session::Response response;
  response.status = 502;
  response.start_line = "HTTP/1.1 502 Bad Gateway";
  response.body = "<h1>502</h1>\r\na\rb\r\n";
  EXPECT_EQ(log({event(4, 0, response)}),
            "   4   0.000 ← HTTP/1.1 502 Bad Gateway\n"
            "               | <h1>502</h1>\n"
            "               | a\\rb\n");
}

TEST(Log, ShowsFindingsAsTheyCome) {
  session::Finding finding("mask-from-server", 4);
  finding.says = "The server masked its frame 4; only a client masks its frames, with a key of its own.";
  EXPECT_EQ(log({event(4, 7, finding)}),
            "       0.007 ✗ mask-from-server: The server masked its frame 4; only a client\n"
            "               masks its frames, with a key of its own.\n");
}

TEST(Log, TellsConnectionsApart) {
  session::Verdict first;
  first.headline = "The server closed the session.";
  session::Open open;
  open.url = "ws://a/";
  session::Open again = open;
  again.parent = 1;
  EXPECT_EQ(log({event(1, 0, open),
                 event(1, 1, first),
                 event(2, 2, again, 2),
                 event(3, 3, frame(Side::server, Opcode::text, "hi"), 2)}),
            "   1   0.000   open     ws://a/\n"
            "               c1: The server closed the session.\n"
            "   2   0.002 c2   open     ws://a/ (after c1)\n"
            "   3   0.003 c2 ← text        2 B  hi\n");
}

TEST(Log, QuietPrintsOnlyTheVerdictOfTheRun) {
  Style style = plain();
  style.quiet = true;
  session::Verdict verdict;
  verdict.headline = "All is well.";
  auto events = opening();
  events.push_back(event(6, 70, verdict));
  events.push_back(event(6, 70, verdict, 0));
  EXPECT_EQ(log(events, style), verdict_block(verdict, style));
}

session::Message typed(Side from, std::uint64_t seq, std::string_view payload, std::string type) {
  session::Message message;
  message.from = from;
  message.frames = {seq};
  message.payload = payload;
  message.length = message.wire_length = payload.size();
  message.type = std::move(type);
  return message;
}

TEST(Log, ShowsTheTypeOfAMessageWhereAProfileIsInUse) {
  Style style = plain();
  style.typed = true;
  session::Finding finding("schema-required", 5);
  finding.says = "say: /text is missing.";
  EXPECT_EQ(log({event(4, 0, frame(Side::client, Opcode::text, "{}")),
                 event(4, 0, typed(Side::client, 4, "{}", "say")),
                 event(4, 0, finding),
                 event(5, 1, frame(Side::server, Opcode::text, "[]")),
                 event(5, 1, typed(Side::server, 5, "[]", "")),
                 event(6, 2, frame(Side::server, Opcode::ping, "")),
                 event(7, 3, frame(Side::client, Opcode::text, "{}")),
                 event(7, 3, finding),
                 event(7, 3, typed(Side::client, 7, "{}", "say"))},
                style),
            "   4   0.000 → text        2 B  say {}\n"
            "       0.000 ✗ schema-required: say: /text is missing.\n"
            "   5   0.001 ← text        2 B  []\n"
            "   6   0.002 ← ping        0 B\n"
            "   7   0.003 → text        2 B  {}\n"
            "       0.003 ✗ schema-required: say: /text is missing.\n");
}

TEST(Log, WritesInLargePieces) {
  samples::StringSink data, talk;
  auto renderer = make_renderer(Output::log, plain(), data, talk);
  const session::Event one = event(4, 0, frame(Side::server, Opcode::text, "0123456789"));
  for (int i = 0; i < 2'000; ++i) {
    EXPECT_TRUE(renderer->on_event(one));
  }
  EXPECT_EQ(data.writes, 1);
  EXPECT_TRUE(renderer->flush());
  EXPECT_TRUE(renderer->flush());
  EXPECT_EQ(data.writes, 2);
  EXPECT_EQ(data.text.size(), 2'000 * std::string("   4   0.000 ← text       10 B  0123456789\n").size());
}

}  // namespace
}  // namespace whydrop::report
