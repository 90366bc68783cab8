#include "relay/exchanges.hpp"

#include "unit/relay/told.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace whydrop::relay {
namespace {

using session::EndedBy;
using session::EndingHow;
using session::Side;

const std::string kAsk = "GET /chat HTTP/1.1\r\nUpgrade: websocket\r\n\r\n";
const std::string kGet = "GET /a HTTP/1.1\r\n\r\n";
const std::string kPost = "POST /b HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi";
const std::string kSwitching = "HTTP/1.1 101 Switching Protocols\r\n\r\n";
const std::string kRefused = "HTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\nno";
const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

struct Said {
  Side from;
  std::string bytes;
};

struct Row {
  std::string name;
  std::vector<Said> said;
  EndingHow how;
  EndedBy by;
  std::vector<std::string> told;
  bool good_101 = true;
};

const Row kRows[] = {
    {"nothing was asked", {}, EndingHow::fin, EndedBy::client, {}},
    {"a session",
     {{Side::client, kAsk}, {Side::server, kSwitching + "S"}, {Side::client, "C"}},
     EndingHow::reset,
     EndedBy::server,
     {"1 begins: websocket ws://h/chat",
      "1 connect",
      "1 > GET /chat HTTP/1.1|Upgrade: websocket||",
      "1 < HTTP/1.1 101 Switching Protocols||S",
      "1 > C",
      "1 ends: reset by server"}},
    {"calls, a refused upgrade and a session on one connection",
     {{Side::client, kGet},
      {Side::server, "HTTP/1.1 103 Early Hints\r\n\r\n" + kOk},
      {Side::client, kAsk},
      {Side::server, kRefused},
      {Side::client, kAsk},
      {Side::server, kSwitching}},
     EndingHow::fin,
     EndedBy::client,
     {"1 begins: http http://h/a",
      "1 connect",
      "1 > GET /a HTTP/1.1||",
      "1 < HTTP/1.1 103 Early Hints||HTTP/1.1 200 OK|Content-Length: 2||ok",
      "1 ends: local_close by client",
      "2 begins: websocket ws://h/chat after 1",
      "2 > GET /chat HTTP/1.1|Upgrade: websocket||",
      "2 < HTTP/1.1 401 No|Content-Length: 2||no",
      "2 ends: upgrade_refused by server, HTTP/1.1 401 No",
      "3 begins: websocket ws://h/chat after 2",
      "3 > GET /chat HTTP/1.1|Upgrade: websocket||",
      "3 < HTTP/1.1 101 Switching Protocols||",
      "3 ends: fin by client"}},
    {"requests ahead of their answers",
     {{Side::client, kGet + kPost + kGet}, {Side::server, kOk + kOk}},
     EndingHow::fin,
     EndedBy::server,
     {"1 begins: http http://h/a",
      "1 connect",
      "1 > GET /a HTTP/1.1||",
      "2 begins: http http://h/b after 1",
      "2 > POST /b HTTP/1.1|Content-Length: 2||hi",
      "3 begins: http http://h/a after 2",
      "3 > GET /a HTTP/1.1||",
      "1 < HTTP/1.1 200 OK|Content-Length: 2||ok",
      "1 ends: local_close by client",
      "2 < HTTP/1.1 200 OK|Content-Length: 2||ok",
      "2 ends: local_close by client",
      "3 ends: fin by server"}},
    {"an upgrade that the server does not answer",
     {{Side::client, kAsk}},
     EndingHow::reset,
     EndedBy::server,
     {"1 begins: websocket ws://h/chat",
      "1 connect",
      "1 > GET /chat HTTP/1.1|Upgrade: websocket||",
      "1 ends: upgrade_cut by server, reset before any answer"}},
    {"an upgrade that the client no longer waits for",
     {{Side::client, kAsk}, {Side::server, "HTTP/1.1 1"}},
     EndingHow::fin,
     EndedBy::client,
     {"1 begins: websocket ws://h/chat",
      "1 connect",
      "1 > GET /chat HTTP/1.1|Upgrade: websocket||",
      "1 < HTTP/1.1 1",
      "1 ends: upgrade_timeout by client, closed in the middle of the answer's head"}},
    {"a 101 that the client does not take",
     {{Side::client, kAsk}, {Side::server, kSwitching}},
     EndingHow::fin,
     EndedBy::client,
     {"1 begins: websocket ws://h/chat",
      "1 connect",
      "1 > GET /chat HTTP/1.1|Upgrade: websocket||",
      "1 < HTTP/1.1 101 Switching Protocols||",
      "1 ends: upgrade_refused by server, HTTP/1.1 101 Switching Protocols"},
     false},
    {"a 101 that is wrong, and taken",
     {{Side::client, kAsk}, {Side::server, kSwitching}, {Side::client, "C"}},
     EndingHow::fin,
     EndedBy::client,
     {"1 begins: websocket ws://h/chat",
      "1 connect",
      "1 > GET /chat HTTP/1.1|Upgrade: websocket||",
      "1 < HTTP/1.1 101 Switching Protocols||",
      "1 > C",
      "1 ends: fin by client"},
     false},
    {"a refusal without an end of its own",
     {{Side::client, kAsk}, {Side::server, "HTTP/1.1 403 No\r\n\r\nwhy"}},
     EndingHow::fin,
     EndedBy::server,
     {"1 begins: websocket ws://h/chat",
      "1 connect",
      "1 > GET /chat HTTP/1.1|Upgrade: websocket||",
      "1 < HTTP/1.1 403 No||why",
      "1 ends: upgrade_refused by server, HTTP/1.1 403 No"}},
    {"what is no request",
     {{Side::client, "\x16\x03\x01"}, {Side::client, "more"}, {Side::server, "HTTP/1.1 400 No\r\n\r\n"}},
     EndingHow::fin,
     EndedBy::server,
     {"1 begins: http http://h/",
      "1 connect",
      "1 > \x16\x03\x01more",
      "1 < HTTP/1.1 400 No||",
      "1 ends: fin by server"}},
    {"half a head",
     {{Side::client, "GET /a HT"}},
     EndingHow::reset,
     EndedBy::client,
     {"1 begins: http http://h/", "1 connect", "1 > GET /a HT", "1 ends: reset by client"}},
    {"an answer that nobody asked for",
     {{Side::server, "HTTP/1.1 408 Late\r\nContent-Length: 0\r\n\r\n"}},
     EndingHow::fin,
     EndedBy::server,
     {"1 begins: http http://h/",
      "1 connect",
      "1 < HTTP/1.1 408 Late|Content-Length: 0||",
      "1 ends: local_close by client"}},
};

/// What a tap is told where `piece` bytes come at a time; 0: as they were said.
std::vector<std::string> told(const Row& row, std::size_t piece) {
  test::ToldTap tap;
  tap.good_101 = row.good_101;
  Exchanges exchanges(tap, {"ws://h", "http://h", nullptr, nullptr, nullptr, nullptr, nullptr});
  exchanges.on_fact(session::Connect(), 0);
  for (const Said& said : row.said) {
    std::string_view rest = said.bytes;
    while (!rest.empty()) {
      const std::string_view now = rest.substr(0, piece == 0 ? rest.size() : piece);
      exchanges.on_bytes(said.from, now, 0);
      rest.remove_prefix(now.size());
    }
  }
  session::Ending ending;
  ending.how = row.how;
  ending.by = row.by;
  exchanges.end(ending, 0);
  return tap.lines();
}

TEST(Exchanges, TellEachExchangeByItself) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(told(row, 0), row.told);
    EXPECT_EQ(told(row, 1), row.told);
  }
}

}  // namespace
}  // namespace whydrop::relay
