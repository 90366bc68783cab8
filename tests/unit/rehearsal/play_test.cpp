#include "profile/load.hpp"
#include "rehearsal/server.hpp"
#include "unit/rehearsal/client.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace whydrop::rehearsal::test {
namespace {

using std::string_literals::operator""s;

constexpr const char* kProfile = R"({
  "whydrop_profile": 1, "name": "sample", "title": "A sample", "about": "For tests.", "status": "generic",
  "variables": {
    "client_id": {"about": "an id"}, "client_secret": {"about": "a secret", "secret": true},
    "access_token": {"about": "a token", "secret": true}, "guest_token": {"about": "a token", "secret": true},
    "session_id": {"about": "an id"}, "room": {"about": "a room", "default": "blue"}
  },
  "calls": {
    "token": {
      "about": "a token", "method": "POST", "url": "https://login.example/oauth/token",
      "basic": {"user": "{client_id}", "password": "{client_secret}"},
      "form": {"grant_type": "client_credentials"}, "take": {"access_token": "/access_token"}
    },
    "session": {
      "about": "a session", "method": "POST", "url": "https://api.example/rooms/{room}/sessions?v=2",
      "headers": {"Authorization": "Bearer {access_token}", "X-Org": "acme"},
      "json": {"name": "Jo"}, "take": {"guest_token": "/guest_token", "session_id": "/session_id"}
    },
    "leave": {
      "about": "leaves", "method": "DELETE", "url": "https://api.example/rooms/{room}/sessions?v=2",
      "headers": {"Authorization": "Bearer {access_token}"}, "success": [204]
    }
  },
  "session": ["session"],
  "socket": {
    "url": "wss://ws.example/live?guest_token={guest_token}&room={room}", "token": "guest_token", "scopes": ["chat"]
  },
  "messages": {
    "client": {
      "say": {
        "about": "a text", "match": {"/type": "say"},
        "schema": {"type": "object", "required": ["type", "text"]}, "example": {"type": "say", "text": "Hi"}
      }
    },
    "server": {
      "said": {"about": "its answer", "match": {"/type": "said"}, "schema": {"type": "object", "required": ["text"]}}
    }
  }
})";

constexpr const char* kServer = R"(
    {"on": "call:token", "do": [{"refuse": 200, "json": {"access_token": "{$token:access}"}}]},
    {"on": "call:session", "do": [
      {"refuse": 201, "headers": {"X-Room": "{room}"},
       "json": {"guest_token": "{$token:guest}", "session_id": "s-1", "hello": "{$request/name}"}}]},
    {"on": "call:leave", "do": [{"refuse": 204}]},
    {"on": "client:say", "where": {"/text": "wait"}, "do": [{"wait": "50ms"}, {"send": {"type": "said", "text": "late"}}]},
    {"on": "client:say", "do": [{"send": {"type": "said", "text": "{$request/text} {$query/room} {$count}"}}]}
)";

/// The lines that a server told.
class Log {
 public:
  void add(std::string_view line) {
    constexpr std::string_view kFrom = "#1 from 127.0.0.1:";
    const bool has_port = line.substr(0, kFrom.size()) == kFrom;
    const std::lock_guard<std::mutex> lock(mutex_);
    lines_.emplace_back(has_port ? kFrom : line);
  }
  std::vector<std::string> lines() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return lines_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
};

std::int64_t now_ns() {
  return std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// Plays the sample profile as one scenario whose members are `scenario`.
std::shared_ptr<Play> play(const std::string& scenario) {
  auto made = std::make_shared<Play>();
  made->profile = profile::load(kProfile, "sample.json").value();
  const std::string text = R"({"whydrop_rehearsal": 1, "profile": "sample", "tokens": {
      "access": {"claims": {"sub": "client", "exp": "{$epoch+60}"}},
      "guest": {"claims": {"sub": "guest", "scope": "chat", "exp": "{$epoch+60}"}},
      "signed": {"alg": "HS512", "claims": {"sub": "guest", "scope": "chat", "exp": "{$epoch+60}"}}
    }, "server": [)" + std::string(kServer) +
                           R"(], "scenarios": {"tried": {"says": "what is tried", "client": [])" + scenario + "}}}";
  auto rehearsal = profile::load_rehearsal(text, "sample-rehearsal.json", *made->profile);
  EXPECT_TRUE(rehearsal) << rehearsal.error().message;
  made->rehearsal = std::make_shared<profile::Rehearsal>(rehearsal.value_or(profile::Rehearsal()));
  made->scenario = "tried";
  made->outside = {now_ns, [] { return std::string("0c5a1d3e-9b77-4f0a-8f5e-2d1c4b6a7980"); }};
  return made;
}

ServerOptions playing(const std::string& scenario = "", Log* log = nullptr) {
  ServerOptions options;
  auto made = play(scenario);
  if (log != nullptr) {
    options.log = [log](std::string_view line) { log->add(line); };
  }
  options.play = std::move(made);
  return options;
}

std::string call(std::string_view first_line, std::string_view headers = "", std::string_view body = "") {
  return std::string(first_line) + " HTTP/1.1\r\nHost: api.example\r\n" + std::string(headers) +
         (body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n") + "\r\n" + std::string(body);
}

struct Answer {
  std::string head, body;
  std::string status() const { return head.substr(9, 3); }
};

Answer ask(const Client& client, std::string_view request) {
  client.send(request);
  Answer answer{client.read_head(), ""};
  const std::size_t at = answer.head.find("Content-Length: ");
  if (at != std::string::npos) {
    answer.body = client.read(std::stoul(answer.head.substr(at + 16)));
  }
  return answer;
}

std::string member(const std::string& body, const std::string& name) {
  json::Json parsed;
  EXPECT_FALSE(parsed.parse(body)) << body;
  const auto found = parsed.root().find(name);
  return found ? std::string(found->string()) : "";
}

constexpr const char* kBasic = "Authorization: Basic YTpi\r\n";

std::string access_token(const Client& client) {
  return member(ask(client, call("POST /oauth/token", kBasic, "grant_type=client_credentials")).body, "access_token");
}

std::string session_call(const std::string& token, std::string_view body = R"({"name":"Jo"})") {
  return call("POST /rooms/blue/sessions?v=2", "Authorization: Bearer " + token + "\r\nX-Org: acme\r\n", body);
}

std::string guest_token(const Client& client) {
  return member(ask(client, session_call(access_token(client))).body, "guest_token");
}

std::string upgrade_to(const std::string& target) {
  std::string text = request();
  return text.replace(4, 1, target);
}

std::string live(const std::string& token) {
  return "/live?guest_token=" + token + "&room=blue";
}

std::string text_frame(const std::string& text) {
  return "\x81"s + static_cast<char>(text.size()) + text;
}

constexpr const char* kSay = R"({"type":"say","text":"Hi"})";

// ---- calls ----------------------------------------------------------------------------------------------------------

TEST(PlayedCall, GivesWhatTheNextOneNeedsOnOneConnection) {
  const Running server(playing());
  const Client client(server.port());
  const Answer answer = ask(client, session_call(access_token(client)));
  EXPECT_EQ("HTTP/1.1 201 Created\r\nX-Room: blue\r\nContent-Type: application/json\r\nContent-Length: " +
                std::to_string(answer.body.size()) + "\r\nConnection: keep-alive\r\n\r\n",
            answer.head);
  EXPECT_EQ("s-1", member(answer.body, "session_id"));
  EXPECT_EQ("Jo", member(answer.body, "hello"));
}

TEST(PlayedCall, TakesAChunkedBodyAndSeveralRequestsAtOnce) {
  const Running server(playing());
  const Client client(server.port());
  const std::string token = access_token(client);
  const std::string chunked =
      "POST /rooms/red/sessions?v=2 HTTP/1.1\r\nHost: x\r\nX-Org: acme\r\nAuthorization: bearer " + token +
      "\r\nTransfer-Encoding: chunked\r\n\r\n" + "6;x=y\r\n{\"name\r\n7\r\n\":\"Al\"}\r\n0\r\nX-Trailer: 1\r\n\r\n";
  const Answer first = ask(client, chunked + session_call(token));
  EXPECT_EQ("Al", member(first.body, "hello"));
  EXPECT_EQ("Jo", member(ask(client, "").body, "hello"));
}

TEST(PlayedCall, SaysGoOnToAClientThatWaitsForIt) {
  const Running server(playing());
  const Client client(server.port());
  const std::string token = access_token(client);
  client.send("POST /rooms/blue/sessions?v=2 HTTP/1.1\r\nHost: x\r\nX-Org: acme\r\nAuthorization: Bearer " + token +
              "\r\nExpect: 100-continue\r\nContent-Length: 13\r\n\r\n");
  EXPECT_EQ("HTTP/1.1 100 Continue\r\n\r\n", client.read_head());
  EXPECT_EQ("201", ask(client, R"({"name":"Jo"})").status());
}

TEST(PlayedCall, ClosesWhereTheClientAsksForIt) {
  const Running server(playing());
  const Client client(server.port());
  client.send(call("GET /nowhere", "Connection: close\r\n"));
  EXPECT_EQ(
      "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 86\r\nConnection: close\r\n\r\n"
      R"({"message":"No call of sample has the path /nowhere.","code":"not.found","status":404})"
      " <fin>",
      client.read_to_end());
}

TEST(PlayedCall, IsRefusedForWhatItLacks) {
  const Running server(playing());
  const Client client(server.port());
  const std::string token = access_token(client);
  const std::string bearer = "Authorization: Bearer " + token + "\r\n";
  const std::string body = R"({"name":"Jo"})";
  const struct {
    std::string request, status, says;
  } rows[] = {
      {call("GET /rooms/blue/sessions?v=2"), "405", "This resource takes POST, DELETE."},
      {call("POST /rooms/blue/sessions?v=2", "", body),
       "401",
       "No authentication bearer token specified in authorization header."},
      {call("POST /rooms/blue/sessions?v=2", "Authorization: Bearer made.up.token\r\n", body),
       "401",
       "Invalid login credentials."},
      {call("POST /rooms/blue/sessions?v=2", bearer, body), "400", "The header X-Org is missing."},
      {call("POST /rooms/blue/sessions", bearer + "X-Org: acme\r\n", body),
       "400",
       "The query parameter v is missing or wrong."},
      {call("POST /rooms/blue/sessions?v=3", bearer + "X-Org: acme\r\n", body),
       "400",
       "The query parameter v is missing or wrong."},
      {session_call(token, "name=Jo"), "400", "The body is not JSON."},
      {call("POST /rooms//sessions?v=2", bearer, body), "404", "No call of sample has the path /rooms//sessions."},
  };
  for (const auto& row : rows) {
    const Answer answer = ask(client, row.request);
    EXPECT_EQ(row.status, answer.status()) << row.request;
    EXPECT_EQ(row.says, member(answer.body, "message")) << row.request;
  }
  EXPECT_EQ("invalid_client", member(ask(client, call("POST /oauth/token", "", "grant_type=x")).body, "error"));
  EXPECT_EQ("invalid_request", member(ask(client, call("POST /oauth/token", kBasic, "{\"a\":1}")).body, "error"));
}

TEST(PlayedCall, IsRefusedWhereItCannotBeRead) {
  const Running server(playing());
  const struct {
    std::string request, status;
  } rows[] = {
      {"POST /oauth/token HTTP/1.1\r\nContent-Length: 1048577\r\n\r\n", "413"},
      {"POST /oauth/token HTTP/1.1\r\nContent-Length: many\r\n\r\n", "400"},
      {"POST /oauth/token HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", "501"},
      {"POST /oauth/token HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", "400"},
      {"POST /oauth/token HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "400"},
      {"POST /oauth/token HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", "400"},
      {"POST /oauth/token HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n", "413"},
      {"POST /oauth/token HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(5000, '0'), "400"},
      {"\x16\x03\x01\r\n\r\n", "400"},
  };
  for (const auto& row : rows) {
    const Client client(server.port());
    client.send(row.request);
    const std::string all = client.read_to_end();
    EXPECT_EQ("HTTP/1.1 " + row.status, all.substr(0, 12)) << row.request;
  }
}

TEST(PlayedCall, IsAnsweredWithNoBodyWhereNoneMayStand) {
  const Running server(playing());
  const Client client(server.port());
  const std::string bearer = "Authorization: Bearer " + access_token(client) + "\r\n";
  EXPECT_EQ("HTTP/1.1 204 No Content\r\nConnection: keep-alive\r\n\r\n",
            ask(client, call("DELETE /rooms/blue/sessions?v=2", bearer)).head);
  client.send(call("HEAD /nowhere", "Connection: close\r\n"));
  const std::string all = client.read_to_end();
  EXPECT_EQ("\r\n\r\n <fin>", all.substr(all.size() - 10));
}

TEST(PlayedCall, LetsAPageOfAnotherOriginCallAndRead) {
  const Running server(playing());
  const Client client(server.port());
  const Answer asked = ask(client,
                           call("OPTIONS /rooms/blue/sessions?v=2",
                                "Origin: http://localhost:3000\r\nAccess-Control-Request-Method: POST\r\n"
                                "Access-Control-Request-Headers: authorization, x-org\r\n"));
  EXPECT_EQ(
      "HTTP/1.1 204 No Content\r\nAccess-Control-Allow-Methods: POST\r\nAccess-Control-Max-Age: 600\r\n"
      "Access-Control-Allow-Headers: authorization, x-org\r\nAccess-Control-Allow-Origin: *\r\n"
      "Connection: keep-alive\r\n\r\n",
      asked.head);
  const Answer answer = ask(client, call("POST /oauth/token", std::string(kBasic) + "Origin: http://x\r\n", "a=b"));
  EXPECT_NE(std::string::npos, answer.head.find("\r\nAccess-Control-Allow-Origin: *\r\n"));
}

TEST(PlayedCall, IsAnsweredAsTheScenarioSaysEvenWithAFault) {
  const Running server(playing(
      R"(, "server": [{"on": "call:session", "where": {"/name": "Jo"}, "do": [{"wait": "10ms"}, {"refuse": 429, "headers": {"Retry-After": "7"}, "body": "later {room}"}]}])"));
  const Client client(server.port());
  EXPECT_EQ("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 10\r\nConnection: keep-alive\r\n\r\n",
            ask(client, session_call("made-up")).head);
  EXPECT_EQ("Invalid login credentials.", member(ask(client, session_call("made-up", "{}")).body, "message"));
}

TEST(PlayedCall, TellsAnExpiredTokenFromAWrongOne) {
  const Running server(playing(R"(, "tokens": {"access": {"exp": "{$epoch-5}"}})"));
  const Client client(server.port());
  const Answer answer = ask(client, session_call(access_token(client)));
  EXPECT_EQ("401", answer.status());
  EXPECT_EQ("credentials.expired", member(answer.body, "code"));
}

// ---- upgrades -------------------------------------------------------------------------------------------------------

TEST(PlayedUpgrade, OpensWithATokenThatThisServerSigned) {
  const Running server(playing());
  const Client client(server.port());
  const std::string token = guest_token(client);
  client.send(upgrade_to(live(token)));
  EXPECT_EQ("HTTP/1.1 101", client.read_head().substr(0, 12));
  client.send(masked(0x81, kSay) + masked(0x81, kSay));
  EXPECT_EQ(text_frame(R"({"type":"said","text":"Hi blue 1"})") + text_frame(R"({"type":"said","text":"Hi blue 2"})"),
            client.read(72));
  client.send(masked(0x88, "\x03\xe8"));
  EXPECT_EQ("\x88\x02\x03\xe8 <fin>", client.read_to_end());
}

TEST(PlayedUpgrade, GivesItsQueryToWhatIsSent) {
  const Running server(playing());
  const Client client(server.port());
  const std::string room = "a-room-whose-name-is-too-long-to-be-kept-in-place";
  client.send(upgrade_to("/live?guest_token=" + guest_token(client) + "&room=" + room));
  EXPECT_EQ("HTTP/1.1 101", client.read_head().substr(0, 12));
  client.send(masked(0x81, kSay));
  const std::string frame = text_frame(R"({"type":"said","text":"Hi )" + room + R"( 1"})");
  EXPECT_EQ(frame, client.read(frame.size()));
}

TEST(PlayedUpgrade, IsRefusedForPathQueryAndCredential) {
  const Running server(playing());
  const Client session(server.port());
  const std::string token = guest_token(session);
  const struct {
    std::string target, status, says;
  } rows[] = {
      {"/dead?guest_token=" + token, "404", "No socket of sample has the path /dead."},
      {"/live?guest_token=" + token, "400", "The query parameter room is missing or wrong."},
      {"/live?room=blue", "401", "No authentication bearer token specified in authorization header."},
      {live("made.up.token"), "403", "The token has no permission for this conversation."},
      {live(access_token(session)), "403", "The token has no permission for this conversation."},
  };
  for (const auto& row : rows) {
    const Client client(server.port());
    const Answer answer = ask(client, upgrade_to(row.target));
    EXPECT_EQ(row.status, answer.status()) << row.target;
    EXPECT_EQ(row.says, member(answer.body, "message")) << row.target;
    EXPECT_EQ(" <fin>", client.read_to_end());
  }
}

TEST(PlayedUpgrade, IsAnsweredThoughItsQueryIsNoText) {
  const Running server(playing());
  const Client client(server.port());
  const Answer answer = ask(client, upgrade_to(live("%ff")));
  EXPECT_EQ("403", answer.status());
  EXPECT_EQ("The token has no permission for this conversation.", member(answer.body, "message"));
}

TEST(PlayedUpgrade, IsMetByTheReactionsToItsFault) {
  const Running server(playing(R"(, "tokens": {"guest": {"scope": "none"}}, "server": [
      {"on": "fault:token-invalid", "do": [{"refuse": 418}]},
      {"on": "fault:token-missing", "do": [{"end": "reset"}]},
      {"on": "fault:token-scope", "do": [{"ignore": true}, {"send": {"type": "said", "text": "in"}}, {"close": 1008, "reason": "no {$query/room}"}]}])"));
  const Client session(server.port());
  const Client first(server.port()), second(server.port()), third(server.port());
  EXPECT_EQ("418", ask(first, upgrade_to(live("made-up"))).status());
  second.send(upgrade_to("/live?room=blue"));
  EXPECT_EQ(" <reset>", second.read_to_end());
  EXPECT_EQ("101", ask(third, upgrade_to(live(guest_token(session)))).status());
  EXPECT_EQ(text_frame(R"({"type":"said","text":"in"})") + "\x88\x09\x03\xf0no blue"s, third.read(40));
}

TEST(PlayedUpgrade, IsRefusedAndAcceptedByItsCount) {
  const Running server(playing(
      R"(, "server": [{"on": "upgrade", "where": {"/room": "blue"}, "from": 2, "to": 3, "do": [{"refuse": 503}]}])"));
  const Client session(server.port());
  const std::string token = guest_token(session);
  std::string statuses;
  for (int time = 0; time < 4; ++time) {
    statuses += ask(Client(server.port()), upgrade_to(live(token))).status() + " ";
  }
  EXPECT_EQ("101 503 503 101 ", statuses);
}

// ---- sessions -------------------------------------------------------------------------------------------------------

/// An open session of the sample, as `scenario` has it.
class Session {
 public:
  explicit Session(const std::string& scenario, Log* log = nullptr)
      : server_(playing(scenario, log)), client_(join()) {}
  const Client& client() const { return *client_; }
  std::unique_ptr<Client> join() const {
    auto client = std::make_unique<Client>(server_.port());
    client->send(upgrade_to(live(guest_token(*client))));
    EXPECT_EQ("HTTP/1.1 101", client->read_head().substr(0, 12));
    return client;
  }

 private:
  Running server_;
  std::unique_ptr<Client> client_;
};

TEST(PlayedSession, EndsInEveryWay) {
  const struct {
    const char* acts;
    std::string bytes;
  } rows[] = {
      {R"({"end": "fin"})", " <fin>"},
      {R"({"end": "reset"})", " <reset>"},
      {R"({"end": "fin_mid_frame"})", "\x81\x64" + std::string(38, 'x') + " <fin>"},
      {R"({"close": 1001, "reason": "Going away"})", "\x88\x0c\x03\xe9Going away"},
      {R"({"send_raw": "not JSON"}, {"end": "fin"}, {"send_raw": "never"})", "\x81\x08not JSON <fin>"},
  };
  for (const auto& row : rows) {
    const Session session(R"(, "server": [{"on": "open", "do": [)" + std::string(row.acts) + "]}]");
    if (row.bytes.back() == '>') {
      EXPECT_EQ(row.bytes, session.client().read_to_end()) << row.acts;
    } else {
      EXPECT_EQ(row.bytes, session.client().read(row.bytes.size())) << row.acts;
    }
  }
}

TEST(PlayedSession, IsSilentWhateverComes) {
  Log log;
  const Session session(R"(, "server": [{"on": "client:say", "do": [{"silence": true}]}])", &log);
  session.client().send(masked(0x81, kSay) + masked(0x89, "p") + masked(0x81, kSay));
  const auto other = session.join();  // the server goes on for others
  const auto lines = log.lines();
  EXPECT_EQ(1, std::count(lines.begin(), lines.end(), "#1 server: silence"));
  EXPECT_EQ(0, std::count(lines.begin(), lines.end(), "#1 server: said"));
}

TEST(PlayedSession, WaitsBetweenActsWhileOthersGoOn) {
  const Session session("");
  session.client().send(masked(0x81, R"({"type":"say","text":"wait"})") + masked(0x81, kSay));
  EXPECT_EQ(text_frame(R"({"type":"said","text":"Hi blue 2"})") + text_frame(R"({"type":"said","text":"late"})"),
            session.client().read(67));
}

TEST(PlayedSession, CountsMessagesAndTimes) {
  const Session session(R"(, "server": [
      {"on": "count:2", "do": [{"send_raw": "second"}]},
      {"on": "client:*", "where": {"/text": {"exists": false}}, "do": [{"send_raw": "no text"}]}])");
  session.client().send(masked(0x81, "{}") + masked(0x81, kSay) + masked(0x81, "[]"));
  EXPECT_EQ("\x81\x07no text\x81\x06second\x81\x07no text", session.client().read(26));
}

TEST(PlayedSession, ActsByTheClock) {
  const Session aged(R"(, "variables": {"room": "40ms"}, "server": [{"on": "age:{room}", "do": [{"close": 1001}]}])");
  EXPECT_EQ("\x88\x02\x03\xe9", aged.client().read(4));
  const Session idle(R"(, "server": [{"on": "idle:30ms", "do": [{"close": 1001, "reason": "idle"}]}])");
  EXPECT_EQ("\x88\x06\x03\xe9idle", idle.client().read(8));
  const Session beating(R"(, "server": [{"on": "every:10ms", "do": [{"send_raw": "beat"}]}])");
  EXPECT_EQ("\x81\x04"s + "beat\x81\x04"s + "beat", beating.client().read(12));
}

TEST(PlayedSession, TellsTheOldestThatThereAreTooMany) {
  const Session session(R"(, "server": [{"on": "sockets:3", "do": [{"send_raw": "you"}, {"close": 1000}]}])");
  const auto second = session.join();
  const auto third = session.join();
  EXPECT_EQ("\x81\x03you\x88\x02\x03\xe8", session.client().read(9));
  third->send(masked(0x81, kSay));
  EXPECT_EQ(text_frame(R"({"type":"said","text":"Hi blue 1"})"), third->read(36));
}

TEST(PlayedSession, LogsEachStepWithoutSecrets) {
  Log log;
  {
    const Session session(
        R"(, "server": [{"on": "client:say", "do": [{"send": {"type": "said", "text": "x"}}, {"send": {"other": 1}}, {"close": 4000, "reason": "done"}]}])",
        &log);
    session.client().send(masked(0x81, kSay));
    session.client().read(49);
  }
  const std::vector<std::string> expected{"#1 POST /oauth/token (token): 200",
                                          "#1 POST /rooms/blue/sessions (session): 201",
                                          "#1 from 127.0.0.1:",
                                          "#1 GET /live (socket): 101",
                                          "#1 client: say",
                                          "#1 server: said",
                                          "#1 server: a message of no known type",
                                          "#1 server: Close 4000 done",
                                          "#1 ended: this server sent a Close"};
  EXPECT_EQ(expected, log.lines());
}

// ---- the server -----------------------------------------------------------------------------------------------------

TEST(Play, RefusesAScenarioThatThereIsNot) {
  ServerOptions options = playing();
  auto changed = std::make_shared<Play>(*options.play);
  changed->scenario = "tired";
  options.play = changed;
  net::Loop loop;
  Server server(loop, options);
  const auto port = server.start();
  ASSERT_FALSE(port);
  EXPECT_EQ("scenario tired: sample has none of that name; did you mean tried?", port.error().message);
  EXPECT_EQ("scenarios: tried", port.error().hint);
}

TEST(Play, TellsAddressesWithoutSecrets) {
  net::Loop loop;
  Server server(loop, playing());
  const auto port = server.start();
  ASSERT_TRUE(port);
  const std::string at = "://127.0.0.1:" + std::to_string(*port);
  const auto addresses = server.addresses();
  ASSERT_EQ(4U, addresses.size());
  EXPECT_EQ("ws" + at + "/live?guest_token={guest_token}&room=blue", addresses[0].url);
  EXPECT_EQ("session", addresses[2].call);
  EXPECT_EQ("POST", addresses[2].method);
  EXPECT_EQ("http" + at + "/rooms/blue/sessions?v=2", addresses[2].url);
}

TEST(Play, SignsTheTokensOfItsClient) {
  ServerOptions options = playing(R"(, "variables": {"guest_token": "{$token:signed}", "room": "red"})");
  net::Loop loop;
  Server server(loop, options);
  const auto port = server.start();
  ASSERT_TRUE(port);
  const auto part = server.client_part();
  ASSERT_TRUE(part);
  EXPECT_EQ("tried", part->scenario->name);
  ASSERT_EQ(2U, part->variables.size());
  EXPECT_EQ("guest_token", part->variables[0].first);
  std::thread thread([&loop] { loop.run(); });
  EXPECT_EQ("101", ask(Client(*port), upgrade_to("/live?room=red&guest_token=" + part->variables[0].second)).status());
  loop.post([&] {
    server.stop();
    loop.stop();
  });
  thread.join();
}

}  // namespace
}  // namespace whydrop::rehearsal::test
