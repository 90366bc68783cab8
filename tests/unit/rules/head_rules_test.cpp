#include "unit/rules/checked.hpp"

#include <gtest/gtest.h>

namespace whydrop::rules {
namespace {

using session::Request;
using session::Response;
using test::good_request;
using test::good_response;
using test::with;
using test::without;

struct Case {
  const char* name;
  Request request;
  Response response;
  std::vector<std::string> expected;  // "id: says"
};

Request starting(std::string line) {
  auto request = good_request();
  request.start_line = std::move(line);
  return request;
}

Response answering(std::string line) {
  auto response = good_response();
  response.start_line = std::move(line);
  return response;
}

template <typename Head>
Head twice(Head head, std::string_view name, std::string_view value) {
  head.headers.push_back({std::string(name), std::string(value), {}});
  return head;
}

template <typename Head>
Head raw(Head head, std::string bytes) {
  head.raw = std::move(bytes);
  return head;
}

Response refused() {
  Response response;
  response.start_line = "HTTP/1.0 403 Forbidden";
  response.status = 403;
  response.headers = {{"Content-Length", "3", {}}, {"Upgrade", "h2c", {}}};
  return response;
}

const auto kProtocol = "Sec-WebSocket-Protocol";

const Case kCases[] = {
    {"good", good_request(), good_response(), {}},
    {"good in other words",
     with(good_request(), "Connection", "keep-alive, Upgrade"),
     with(with(good_response(), "Upgrade", "WebSocket"), "Connection", "upgrade"),
     {}},
    {"good with everything",
     with(good_request("permessage-deflate; client_max_window_bits"), kProtocol, "a, chat"),
     with(good_response("permessage-deflate; client_max_window_bits=10"), kProtocol, "chat"),
     {}},
    {"refused", good_request(), refused(), {}},
    {"POST",
     starting("POST / HTTP/1.1"),
     good_response(),
     {"request-line-wrong: The client asked for the upgrade with \"POST / HTTP/1.1\"; it must be GET and HTTP/1.1."}},
    {"HTTP/1.0 request",
     starting("GET / HTTP/1.0"),
     good_response(),
     {"request-line-wrong: The client asked for the upgrade with \"GET / HTTP/1.0\"; it must be GET and HTTP/1.1."}},
    {"no Host",
     without(good_request(), "Host"),
     good_response(),
     {"host-missing: The client's request has no Host header."}},
    {"another version",
     with(good_request(), "Sec-WebSocket-Version", "8"),
     good_response(),
     {"version-wrong: The client's request has Sec-WebSocket-Version \"8\"; it must be 13."}},
    {"no version",
     without(good_request(), "Sec-WebSocket-Version"),
     good_response(),
     {"version-wrong: The client's request has no Sec-WebSocket-Version; it must be 13."}},
    {"no key",
     without(good_request(), "Sec-WebSocket-Key"),
     good_response(),
     {"key-invalid: The client's request has no Sec-WebSocket-Key; it must be 16 bytes in base64."}},
    {"short key",
     with(good_request(), "Sec-WebSocket-Key", "AAAA"),
     with(good_response(), "Sec-WebSocket-Accept", handshake::accept_key("AAAA")),
     {"key-invalid: The client's request has Sec-WebSocket-Key \"AAAA\"; it must be 16 bytes in base64."}},
    {"two Hosts",
     twice(good_request(), "host", "y"),
     good_response(),
     {"header-repeated: The client's request has 2 headers Host; it may have one."}},
    {"two accept values",
     good_request(),
     twice(good_response(), "Sec-WebSocket-Accept", "x"),
     {"header-repeated: The server's answer has 2 headers Sec-WebSocket-Accept; it may have one."}},
    {"request without Upgrade",
     without(good_request(), "Upgrade"),
     good_response(),
     {"upgrade-header-wrong: The client's request has no Upgrade; it must name websocket."}},
    {"request without Connection",
     with(good_request(), "Connection", "close"),
     good_response(),
     {"connection-header-wrong: The client's request has Connection \"close\"; it must name Upgrade."}},
    {"101 by HTTP/1.0",
     good_request(),
     answering("HTTP/1.0 101 OK"),
     {"http-version-wrong: The server switched protocols with \"HTTP/1.0 101 OK\"; that needs HTTP/1.1."}},
    {"101 to something else",
     good_request(),
     with(good_response(), "Upgrade", "h2c"),
     {"upgrade-header-wrong: The server's answer has Upgrade \"h2c\"; it must name websocket."}},
    {"101 without Connection",
     good_request(),
     without(good_response(), "Connection"),
     {"connection-header-wrong: The server's answer has no Connection; it must name Upgrade."}},
    {"no accept",
     good_request(),
     without(good_response(), "Sec-WebSocket-Accept"),
     {"accept-missing: The server's answer has no Sec-WebSocket-Accept."}},
    {"wrong accept",
     good_request(),
     with(good_response(), "Sec-WebSocket-Accept", "abc"),
     {"accept-wrong: The server's Sec-WebSocket-Accept is \"abc\"; for the key of this request it must be "
      "\"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\"."}},
    {"subprotocol out of nothing",
     good_request(),
     with(good_response(), kProtocol, "chat"),
     {"subprotocol-unasked: The server chose subprotocol \"chat\"; the client asked for none."}},
    {"another subprotocol",
     with(good_request(), kProtocol, "a, b"),
     with(good_response(), kProtocol, "A"),
     {"subprotocol-unasked: The server chose subprotocol \"A\"; the client asked for a, b."}},
    {"no subprotocol",
     with(good_request(), kProtocol, "a, b"),
     good_response(),
     {"subprotocol-missing: The client asked for subprotocol a, b; the server chose none."}},
    {"broken extensions",
     good_request("a;"),
     good_response("=1"),
     {"extensions-malformed: The client's request has Sec-WebSocket-Extensions \"a;\", which cannot be parsed.",
      "extensions-malformed: The server's answer has Sec-WebSocket-Extensions \"=1\", which cannot be parsed."}},
    {"extension out of nothing",
     good_request(),
     good_response("permessage-deflate"),
     {"extension-unasked: The server switched on extension permessage-deflate, which the client did not offer."}},
    {"another extension",
     good_request("permessage-deflate"),
     good_response("x-webkit-deflate-frame"),
     {"extension-unasked: The server switched on extension x-webkit-deflate-frame, which the client did not offer."}},
    {"deflate parameters",
     good_request("permessage-deflate"),
     good_response("permessage-deflate; server_max_window_bits=7"),
     {"deflate-parameters-invalid: The server's answer to permessage-deflate cannot stand: server_max_window_bits=7 is "
      "not 8 to 15."}},
    {"101 with a length",
     good_request(),
     with(good_response(), "Content-Length", "0"),
     {"upgrade-with-body: The server's 101 has Content-Length \"0\"; a 101 has no body."}},
    {"101 with an encoding",
     good_request(),
     with(good_response(), "Transfer-Encoding", "chunked"),
     {"upgrade-with-body: The server's 101 has Transfer-Encoding \"chunked\"; a 101 has no body."}},
    {"faults in the bytes",
     raw(good_request(), "GET / HTTP/1.1\r\nA[]: b\r\n\r\n"),
     raw(good_response(), "HTTP/1.1 101 OK\nA: b\n\n"),
     {"head-malformed: The client's request is not well-formed HTTP: line 2 has a header name that is not a token.",
      "head-malformed: The server's answer is not well-formed HTTP: line 1 ends in LF without CR."}},
    {"well-formed bytes", raw(good_request(), "GET / HTTP/1.1\r\na:b\r\n\r\n"), good_response(), {}},
};

std::vector<std::string> found(const Checked& checked) {
  std::vector<std::string> lines;
  for (const auto& finding : checked.findings()) {
    lines.push_back(finding.id + ": " + finding.says);
  }
  return lines;
}

TEST(HeadRules, FindWhatIsBrokenAndNothingElse) {
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    Checked checked;
    checked.fact(c.request);
    checked.fact(c.response);
    EXPECT_EQ(found(checked), c.expected);
  }
}

TEST(HeadRules, BlameTheWriterAndNameBothHeads) {
  Checked checked;
  checked.fact(without(good_request(), "Host"));
  checked.fact(without(good_response(), "Sec-WebSocket-Accept"));
  ASSERT_EQ(checked.findings().size(), 2U);
  const auto& client = checked.findings()[0];
  EXPECT_EQ(client.at_fault, session::Party::client);
  EXPECT_EQ(client.evidence, std::vector<std::uint64_t>{1});
  EXPECT_EQ(client.fix, "Fix the client's upgrade request; remove headers set by hand.");
  const auto& server = checked.findings()[1];
  EXPECT_EQ(server.at_fault, session::Party::server);
  EXPECT_EQ(server.evidence, (std::vector<std::uint64_t>{2, 1}));
  EXPECT_EQ(server.fix,
            "Fix the server's upgrade answer, or look for a proxy that rewrites or answers upgrades itself.");
}

TEST(HeadRules, LeaveOtherHttpAlone) {
  Checked checked;
  session::Open open;
  open.role = session::Role::http;
  checked.fact(open);
  Request request;
  request.start_line = "POST /token HTTP/1.1";
  checked.fact(request);
  checked.fact(refused());
  EXPECT_EQ(checked.ids(), "");
}

TEST(HeadRules, LeaveMaskedValuesAlone) {
  auto request = with(good_request(), "Sec-WebSocket-Key", "xxxx");
  for (auto& header : request.headers) {
    if (header.name == "Sec-WebSocket-Key") {
      header.redact = {{0, 4, "key"}};
    }
  }
  auto response = with(good_response(), kProtocol, "xxxx");
  response.headers.back().redact = {{0, 4, "token"}};
  Checked checked;
  checked.fact(request);
  EXPECT_EQ(checked.ids(), "");
  checked.fact(response);
  EXPECT_EQ(checked.ids(), "");
}

TEST(HeadRules, DoNotJudgeTheProvisionalRequestOfABrowsersRecord) {
  Request request;
  request.start_line = "GET / HTTP/1.1";
  request.headers = {{"User-Agent", "x", {}}};
  Checked checked;
  checked.fact(request);
  auto response = good_response();
  response.headers.push_back({"Sec-WebSocket-Extensions", "permessage-deflate", {}});
  checked.fact(response);
  EXPECT_EQ(checked.ids(), "");
}

TEST(HeadRules, JudgeWhatMostEndpointsRefuse) {
  Checked checked;
  checked.fact(twice(good_request(), "A B", "x"));
  checked.fact(raw(good_response(), "HTTP/1.1 101 Switching Protocols\r\nA : x\r\n\r\n"));
  ASSERT_EQ(checked.ids(), "head-unacceptable head-unacceptable");
  EXPECT_EQ(checked.findings()[0].says, "The client's request has a blank in a header's name; most servers refuse it.");
  EXPECT_EQ(checked.findings()[1].says,
            "The server's answer has a blank between a header's name and its colon; most clients refuse it.");
}

TEST(HeadRules, NoteAnInterimAnswer) {
  Checked checked;
  checked.fact(good_request());
  Response interim;
  interim.status = 103;
  interim.start_line = "HTTP/1.1 103 Early Hints";
  checked.fact(interim);
  checked.fact(good_response());
  ASSERT_EQ(checked.ids(), "interim-before-switch");
  EXPECT_EQ(checked.findings()[0].severity, session::Severity::note);
  EXPECT_EQ(checked.findings()[0].says,
            "The server's first answer is 103 and not the last: browsers and some libraries refuse an upgrade that is "
            "answered so.");
}

TEST(HeadRules, NoteAConnectionThatIsAList) {
  for (const auto& response :
       {with(good_response(), "Connection", "keep-alive, Upgrade"), twice(good_response(), "Connection", "upgrade")}) {
    Checked checked;
    checked.fact(with(good_request(), "Connection", "keep-alive, Upgrade"));
    checked.fact(response);
    ASSERT_EQ(checked.ids(), "connection-list");
    EXPECT_EQ(checked.findings()[0].severity, session::Severity::note);
  }
  Checked checked;
  checked.fact(good_request());
  checked.fact(with(good_response(), "Connection", "keep-alive, Upgrade"));
  EXPECT_EQ(
      checked.findings()[0].says,
      "The server's answer has Connection \"keep-alive, Upgrade\": lawful, but some libraries take \"Upgrade\" alone.");
}

TEST(HeadRules, WantUpgradeToNameWebsocketAlone) {
  for (const auto& response :
       {with(good_response(), "Upgrade", "websocket, h2c"), twice(good_response(), "Upgrade", "websocket")}) {
    Checked checked;
    checked.fact(with(good_request(), "Upgrade", "h2c, websocket"));
    checked.fact(response);
    ASSERT_EQ(checked.ids(), "upgrade-header-wrong");
    EXPECT_EQ(checked.findings()[0].at_fault, session::Party::server);
  }
}

TEST(HeadRules, BlameNoOneForALimitOfOurs) {
  Checked checked;
  checked.fact(good_request());
  const std::string head = "HTTP/1.1 101 Switching Protocols\r\nA: " + std::string(1 << 20, 'x');
  auto response = raw(good_response(), head);
  checked.fact(response);
  EXPECT_EQ(checked.ids(), "");
}

TEST(HeadRules, JudgeAnAnswerWithoutItsRequest) {
  Checked checked;
  checked.fact(with(with(good_response("a"), kProtocol, "chat"), "Upgrade", "x"));
  EXPECT_EQ(checked.ids(), "upgrade-header-wrong");
}

}  // namespace
}  // namespace whydrop::rules
