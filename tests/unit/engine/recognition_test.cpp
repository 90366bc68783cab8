// A profile that nobody named is used where URL, subprotocol or first messages settle it, and nowhere else.
#include "base/hex.hpp"
#include "engine/pipeline.hpp"
#include "json/json.hpp"
#include "profile/dialects.hpp"
#include "profile/findings.hpp"
#include "support/source_tree.hpp"
#include "wire/encoder.hpp"

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace whydrop::engine {
namespace {

using session::Side;

/// A session in a few words. Messages begin with "c " or "s "; with "C " or "S " their bytes follow in hex.
struct Session {
  std::string url;
  std::vector<std::string> messages;
  std::string end = "fin";  ///< "fin", "reset", "close CODE" (the server's), "client" (a Close of the client's)
  std::string headers{};    ///< of the request
};

std::optional<wire::MaskingKey> key_of(Side from) {
  return from == Side::client ? std::optional(wire::MaskingKey{1, 2, 3, 4}) : std::nullopt;
}

std::string close_frame(Side from, unsigned code) {
  std::string out;
  const std::string payload{static_cast<char>(code >> 8U), static_cast<char>(code & 0xffU)};
  wire::append_frame(out, wire::Opcode::close, payload, key_of(from));
  return out;
}

/// Plays a session through a pipeline that no profile was named to.
class Played final : public session::EventSink {
 public:
  explicit Played(const Session& given, bool recognise = true) {
    PipelineOptions options;
    options.dialects = recognise ? &dialects_ : nullptr;
    Pipeline pipeline(std::move(options));
    pipeline.add_sink(*this);
    const auto conn = pipeline.begin(session::Open{session::Role::websocket, given.url, std::nullopt, {}}, 0);
    pipeline.on_bytes(conn, Side::client, request(given), kMs);
    pipeline.on_bytes(conn, Side::server, kResponse, 2 * kMs);
    std::int64_t t = 2 * kMs;
    for (const std::string& message : given.messages) {
      const Side from = message[0] == 'c' || message[0] == 'C' ? Side::client : Side::server;
      const bool text = message[0] == 'c' || message[0] == 's';
      const std::string payload = text ? message.substr(2) : hex_decode(message.substr(2)).value();
      std::string bytes;
      wire::append_frame(bytes, text ? wire::Opcode::text : wire::Opcode::binary, payload, key_of(from));
      pipeline.on_bytes(conn, from, bytes, t += kMs);
    }
    session::Ending ending;
    ending.how = given.end == "reset" ? session::EndingHow::reset : session::EndingHow::fin;
    if (given.end.rfind("close ", 0) == 0) {
      pipeline.on_bytes(conn,
                        Side::server,
                        close_frame(Side::server, static_cast<unsigned>(std::stoul(given.end.substr(6)))),
                        t += kMs);
    } else if (given.end == "client") {
      pipeline.on_bytes(conn, Side::client, close_frame(Side::client, 1000), t += kMs);
      pipeline.on_bytes(conn, Side::server, close_frame(Side::server, 1000), t += kMs);
    }
    verdict = pipeline.end(conn, std::move(ending), t + kMs);
  }

  Result<void> on_event(const session::Event& event) override {
    if (const auto* finding = std::get_if<session::Finding>(&event.body)) {
      found.push_back(*finding);
    } else if (const auto* message = std::get_if<session::Message>(&event.body)) {
      types.push_back(message->type);
    }
    return {};
  }
  /// How often a finding of this id was told in the log.
  std::size_t told(std::string_view id) const {
    return static_cast<std::size_t>(
        std::count_if(found.begin(), found.end(), [id](const auto& finding) { return finding.id == id; }));
  }

  std::vector<session::Finding> found;
  std::vector<std::string> types;
  session::Verdict verdict;

 private:
  static constexpr std::int64_t kMs = 1'000'000;
  static constexpr char kResponse[] =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
  static std::string request(const Session& given) {
    return "GET / HTTP/1.1\r\nHost: example.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" + given.headers +
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
  }

  profile::Dialects dialects_;
};

struct Row {
  const char* name;
  Session session;
  const char* profile;   ///< that is recognised; empty: none
  const char* headline;  ///< what the headline holds
};

const Row kRows[] = {
    {"the first message settles it",
     {"ws://127.0.0.1:9/", {R"(c {"event":"connect","routing":{"attributes":{"email":"a@b"}}})"}},
     "guest-event",
     "Likely cause (guest-event recognised): connect: /routing/queueId is missing"},
    {"the path settles it on any host",
     {"wss://stand-in.test/api/v2/guestconversations/websocket",
      {R"(c {"type":"connect","sessionId":"1"})",
       R"(s {"type":"connected"})",
       R"(c {"type":"startChat","queueId":"q","guestName":"x","guestEmail":"y"})"}},
     "guest-conversations",
     "/routingData is missing"},
    {"the order is judged from the first message on",
     {"ws://127.0.0.1:9/api/v2/guest/conversations/websocket",
      {R"(c {"type":"connect","version":"2.0"})",
       R"(c {"type":"startChat","queueId":"q","routingData":{"language":"en-US"}})"}},
     "guest-conversations",
     "startChat was sent 1 ms after connect, before connected came"},
    {"a token that was not sent",
     {"ws://127.0.0.1:9/api/v2/guest/sessions",
      {R"(c {"type":"message","content":"x","timestamp":"2024-01-01T00:00:00Z"})"},
      "close 1000"},
     "guest-sessions",
     "No token was sent: guest-sessions takes access_token in the header Authorization"},
    {"a message that is none of the dialect's",
     {"ws://127.0.0.1:9/webchat/api/v2/connections", {R"(c {"action":"connect","org_id":"o","deployment_id":"d"})"}},
     "webchat-start",
     "did you mean start?"},
    {"names of the query",
     {"ws://127.0.0.1:9/?guest_token=abc&organization_id=1", {R"(c {"type":"message","text":"hi"})"}},
     "guest-tutorial",
     "message: /session_id is missing"},
    {"nothing was sent",
     {"ws://127.0.0.1:9/api/v2/guest/sessions", {}, "close 1000"},
     "guest-sessions",
     "No token was sent"},
    {"a path, and a message that is plainly another protocol's",
     {"ws://127.0.0.1:9/api/v2/guest/sessions", {R"(c {"cmd":"checkin"})"}},
     "",
     ""},
    {"the subprotocol",
     {"ws://127.0.0.1:9/graphql",
      {R"(c {"id":"1","type":"subscribe","payload":{"query":"subscription{a}"}})"},
      "close 4401",
      "Sec-WebSocket-Protocol: graphql-transport-ws\r\n"},
     "graphql-transport-ws",
     "before connection_init was sent and connection_ack came"},
    {"no subprotocol",
     {"ws://127.0.0.1:9/graphql", {R"(c {"type":"connection_init"})"}, "close 4406"},
     "graphql-transport-ws",
     "it wants graphql-transport-ws"},
    {"the older subprotocol",
     {"ws://127.0.0.1:9/graphql",
      {R"(c {"type":"connection_init"})"},
      "close 4406",
      "Sec-WebSocket-Protocol: graphql-ws\r\n"},
     "graphql-ws",
     "this server speaks graphql-transport-ws"},
    {"a handshake without its last byte",
     {"ws://127.0.0.1:9/hub", {R"(c {"protocol":"json","version":1})", "s {\"error\":\"x\"}\x1e"}, "close 1000"},
     "signalr",
     "handshake does not end with the byte 0x1e"},
    {"the server's first packet, at any path",
     {"ws://127.0.0.1:9/",
      {R"(s 0{"sid":"a","pingInterval":25000,"pingTimeout":20000})", R"(c 42["hi"])"},
      "close 1005"},
     "socket.io",
     "event was sent 1 ms after open, before connect was sent and connected came"},
    {"a query that only one dialect has",
     {"ws://127.0.0.1:9/chat?EIO=4&transport=websocket", {R"(c {"type":"hi"})"}, "close 1005"},
     "socket.io",
     "cannot read: expected the type of an Engine.IO packet"},
    {"numbers and lists that are packets by chance",
     {"ws://127.0.0.1:9/", {"c 2", "s 3", R"(c 42["a"])", "s 40", R"(s 43["a"])"}, "close 1000"},
     "",
     ""},
    {"a binary packet without a subprotocol",
     {"ws://127.0.0.1:9/", {"C 100d00044d5154540402003c000163"}},
     "mqtt",
     "The client asked for no subprotocol; MQTT over WebSocket demands mqtt"},
    {"a port that speaks no HTTP",
     {"ws://127.0.0.1:1883/", {"C 100d00044d5154540402003c000163"}, "fin", "Sec-WebSocket-Protocol: mqtt\r\n"},
     "mqtt",
     "Ports 1883 and 8883 are those of MQTT without WebSocket"},
    {"a binary packet that only begins like one",
     {"ws://127.0.0.1:9/", {"C 100d00044854545004020000000163", "S 0000"}},
     "",
     ""},
    {"a handshake with its last byte",
     {"ws://127.0.0.1:9/hub", {"c {\"protocol\":\"json\",\"version\":1}\x1e", "s {}\x1e"}, "client"},
     "signalr",
     "ou closed the session"},
};

TEST(Recognition, DecidesAsWrittenDown) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.name);
    const Played played(row.session);
    EXPECT_EQ(played.told("dialect-recognised"), *row.profile == '\0' ? 0U : 1U);
    for (const auto& finding : played.found) {
      if (finding.id == "dialect-recognised") {
        EXPECT_EQ(finding.says.find(fmt::format("{} recognised (", row.profile)), 0U) << finding.says;
        EXPECT_NE(finding.says.find("; --profile none: not."), std::string::npos) << finding.says;
      }
    }
    EXPECT_NE(played.verdict.headline.find(row.headline), std::string::npos) << played.verdict.headline;
  }
}

TEST(Recognition, IsSwitchedOff) {
  for (const Row& row : kRows) {
    const Played played(row.session, false);
    EXPECT_EQ(played.told("dialect-recognised"), 0U) << row.name;
    EXPECT_EQ(played.verdict.headline.find("recognised"), std::string::npos) << played.verdict.headline;
  }
}

TEST(Recognition, NamesTheMessagesThatItJudges) {
  const Played played(kRows[1].session);
  EXPECT_EQ(played.types, (std::vector<std::string>{"connect", "connected", "startChat"}));
}

TEST(Recognition, IsNoSurerThanWhatItRestsOn) {
  for (const Row& row : kRows) {
    const Played played(row.session);
    for (const auto& finding : played.found) {
      const auto* check = profile::find_check(finding.id);
      EXPECT_TRUE(check == nullptr || finding.confidence >= session::Confidence::high)
          << row.name << ": " << finding.id;
    }
  }
}

TEST(Recognition, TellsWhatItOnlySuspectsAsACandidate) {
  const Played played(
      {"ws://127.0.0.1:9/chat",
       {R"(c {"type":"connect","version":"2.0"})", R"(s {"type":"connected"})", R"(c {"type":"startChat"})"},
       "fin"});
  EXPECT_EQ(played.told("dialect-candidate"), 1U);
  for (const auto& finding : played.found) {
    if (finding.id == "dialect-candidate") {
      EXPECT_EQ(finding.says.find("If this is guest-conversations: startChat"), 0U) << finding.says;
      EXPECT_EQ(finding.confidence, session::Confidence::low);
    }
  }
  EXPECT_EQ(played.verdict.headline.find("guest-conversations"), std::string::npos) << played.verdict.headline;
}

TEST(Recognition, HoldsWithAnyNumberOfGreetings) {
  for (const std::size_t greetings : {0U, 1U, 5U, 20U}) {
    Session given{"ws://127.0.0.1:9/api/v2/guest/conversations/websocket", {}};
    given.messages.assign(greetings, R"(s {"type":"news"})");
    given.messages.emplace_back(R"(c {"type":"startChat","queueId":"q"})");
    const Played played(given);
    EXPECT_EQ(played.told("dialect-recognised"), 1U) << greetings;
    EXPECT_EQ(played.types.back(), "startChat") << greetings;
  }
}

// ---- sessions of others ---------------------------------------------------------------------------------------------

std::vector<std::pair<std::string, Session>> others() {
  std::vector<std::pair<std::string, Session>> found;
  std::ifstream file(test::in_source_tree("fixtures/chats/others.ndjson"));
  for (std::string line; std::getline(file, line);) {
    json::Json parsed;
    EXPECT_FALSE(parsed.parse(line)) << line;
    const auto root = parsed.root();
    Session made{std::string(root.find("url")->string()), {}, std::string(root.find("end")->string())};
    const auto messages = *root.find("messages");
    for (std::size_t i = 0; i < messages.size(); ++i) {
      const auto message = messages.item(i);
      made.messages.push_back(std::string(message.item(0).string()) + " " + message.item(1).text());
    }
    found.emplace_back(root.find("name")->string(), std::move(made));
  }
  return found;
}

TEST(Recognition, ClaimsNothingOfOtherProtocols) {
  const auto sessions = others();
  ASSERT_GE(sessions.size(), 200U);
  for (const auto& [name, session] : sessions) {
    const Played played(session);
    for (const auto& finding : played.found) {
      EXPECT_EQ(profile::find_check(finding.id), nullptr) << name << ": " << finding.id << ": " << finding.says;
    }
    for (const auto& finding : played.verdict.findings) {
      EXPECT_TRUE(profile::find_check(finding.id) == nullptr && finding.id != "token-missing" &&
                  finding.id != "url-mismatch")
          << name << ": " << finding.says;
    }
    for (const std::string& type : played.types) {
      EXPECT_EQ(type, "") << name;
    }
    EXPECT_EQ(played.verdict.headline.find("recognised"), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace whydrop::engine
