#include "unit/rehearsal/client.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace whydrop::rehearsal::test {
namespace {

using std::string_literals::operator""s;

ServerOptions ending(std::string name, unsigned after = 1) {
  ServerOptions options;
  options.ending = std::move(name);
  options.after_messages = after;
  return options;
}

constexpr const char* kGoodHead =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

const std::string kClose = "\x88\x02\x03\xe8"s;

/// What follows the echo of the first message. The client sends a Close of its own where `client_closes`.
struct SessionRow {
  const char* name;
  bool client_closes;
  std::string after_echo;
};

std::ostream& operator<<(std::ostream& out, const SessionRow& row) {
  return out << row.name;
}

const SessionRow kSessionRows[] = {
    {"none", true, kClose + " <fin>"},
    {"close", true, kClose + " <fin>"},
    {"close-empty", true, "\x88\x00 <fin>"s},
    {"close-one-byte", true, "\x88\x01\x03 <fin>"s},
    {"close-1005", true, "\x88\x02\x03\xed <fin>"s},
    {"close-1006", true, "\x88\x02\x03\xee <fin>"s},
    {"close-1015", true, "\x88\x02\x03\xf7 <fin>"s},
    {"close-bad-utf8", true, "\x88\x04\x03\xe8\xc3\x28 <fin>"s},
    {"data-after-close", true, kClose + "\x81\x04late <fin>"},
    {"fin", false, " <fin>"},
    {"reset", false, " <reset>"},
    {"fin-mid-frame", false, "\x81\x64" + std::string(38, 'x') + " <fin>"},
    {"fin-mid-message",
     false,
     "\x01\x0a"
     "first half <fin>"s},
    {"masked-frame", true, "\x81\x86\x12\x34\x56\x78\x7fU%\x13wP" + kClose + " <fin>"},
    {"rsv1", true, "\xc1\x04rsv1" + kClose + " <fin>"},
    {"rsv2", true, "\xa1\x04rsv2" + kClose + " <fin>"},
    {"reserved-opcode", true, "\x83\x08opcode 3" + kClose + " <fin>"},
    {"bad-utf8", true, "\x81\x02\xc3\x28" + kClose + " <fin>"},
    {"oversize-ping", true, "\x89\x7e\x00\x7e"s + std::string(126, 'p') + kClose + " <fin>"},
    {"fragmented-control", true, "\x09\x04ping" + kClose + " <fin>"},
    {"broken-continuation",
     true,
     "\x80\x09"
     "continued" +
         kClose + " <fin>"},
    {"missing-continuation",
     true,
     "\x01\x0a"
     "first half\x81\x07"
     "another" +
         kClose + " <fin>"},
    {"non-minimal-length", true, "\x81\x7e\x00\x09long form"s + kClose + " <fin>"},
    {"compressed-garbage", true, "\xc1\x06\xff\xff\xff\xff\xff\xff" + kClose + " <fin>"},
};

class SessionEnding : public testing::TestWithParam<SessionRow> {};

TEST_P(SessionEnding, SendsWhatItsRowSays) {
  const Running server(ending(GetParam().name));
  const Client client(server.port());
  client.send(request());
  EXPECT_EQ(kGoodHead, client.read_head());
  client.send(masked(0x81, "hi"));
  EXPECT_EQ("\x81\x02hi", client.read(4));
  if (GetParam().client_closes) {
    client.send(masked(0x88, "\x03\xe8"));
  }
  EXPECT_EQ(GetParam().after_echo, client.read_to_end());
}

INSTANTIATE_TEST_SUITE_P(Rows, SessionEnding, testing::ValuesIn(kSessionRows));

/// The first line of the answer, or everything where there is no head.
struct UpgradeRow {
  const char* name;
  std::string answer_start;
};

std::ostream& operator<<(std::ostream& out, const UpgradeRow& row) {
  return out << row.name;
}

const UpgradeRow kUpgradeRows[] = {
    {"upgrade-cut-fin", " <fin>"},
    {"upgrade-cut-reset", " <reset>"},
    {"refused", "HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\n"},
    {"html", "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"},
    {"redirect", "HTTP/1.1 301 Moved Permanently\r\nLocation: /moved\r\n"},
    {"not-http", "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n <fin>"},
    {"plain", "HTTP/1.1 400 Bad Request\r\n"},
};

class UpgradeEnding : public testing::TestWithParam<UpgradeRow> {};

TEST_P(UpgradeEnding, AnswersAsItsRowSays) {
  const Running server(ending(GetParam().name));
  const Client client(server.port());
  client.send(request());
  const std::string answer = client.read_to_end();
  EXPECT_EQ(GetParam().answer_start, answer.substr(0, GetParam().answer_start.size()));
}

INSTANTIATE_TEST_SUITE_P(Rows, UpgradeEnding, testing::ValuesIn(kUpgradeRows));

TEST(UpgradeFaults, ChangeOneHeader) {
  const std::string start = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
  const std::string good = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";
  const std::pair<const char*, std::string> rows[] = {
      {"missing-accept", start + "Sec-WebSocket-Protocol: one\r\n\r\n"},
      {"subprotocol-unasked", start + good + "Sec-WebSocket-Protocol: unasked.example\r\n\r\n"},
      {"subprotocol-missing", start + good + "\r\n"},
      {"extension-unasked",
       start + good + "Sec-WebSocket-Protocol: one\r\nSec-WebSocket-Extensions: x-unasked\r\n\r\n"},
      {"none", start + good + "Sec-WebSocket-Protocol: one\r\n\r\n"},
  };
  for (const auto& [name, head] : rows) {
    const Running server(ending(name));
    const Client client(server.port());
    client.send(request("Sec-WebSocket-Protocol: one, two\r\n"));
    EXPECT_EQ(head, client.read_head()) << name;
  }
}

TEST(UpgradeFaults, WrongAcceptIsWellFormedAndWrong) {
  const Running server(ending("wrong-accept"));
  const Client client(server.port());
  client.send(request());
  const std::string head = client.read_head();
  EXPECT_NE(std::string::npos, head.find("Sec-WebSocket-Accept: "));
  EXPECT_EQ(std::string::npos, head.find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
}

TEST(Endings, NamesAreUniqueAndSaySomething) {
  std::set<std::string_view> names;
  for (const EndingRow& row : endings()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_FALSE(row.says.empty()) << row.name;
  }
  EXPECT_LT(40U, names.size());
}

}  // namespace
}  // namespace whydrop::rehearsal::test
