// What a profile in use adds: symptoms, tokens, the URL, and which finding leads.
#include "cases.hpp"
#include "profile/load.hpp"

namespace whydrop::diagnose::test {
namespace {

using session::EndingHow;
using session::Party;
using session::Severity;
using session::Side;
constexpr auto kClient = Side::client;
constexpr auto kServer = Side::server;
/// 2026-01-02T03:04:05Z
constexpr std::int64_t kStarted = 1767323045;

constexpr std::string_view kProfile = R"({
  "whydrop_profile": 1, "name": "test-api", "title": "t", "about": "a", "status": "generic", "sources": [],
  "variables": {
    "region": {"about": "r", "default": "example.com"},
    "guest_token": {"about": "g", "secret": true},
    "limit": {"about": "l", "default": "60s"}
  },
  "socket": {"url": "wss://api.{region}/api/v2/guest/socket?guest_token={guest_token}", "token": "guest_token", "scopes": ["guest:write"]},
  "messages": {
    "client": {"connect": {"about": "c", "match": {"/type": "connect"}}, "start": {"about": "s", "match": {"/type": "start"}}},
    "server": {"connected": {"about": "c", "match": {"/type": "connected"}}}
  },
  "sequence": {"start": "open", "states": {"open": {"about": "open, not configured"}, "queued": {"about": "queued"}}},
  "symptoms": [
    {"when": {"status": [403], "body": {"/code": "org"}},
     "finding": {"id": "wrong-org", "at_fault": "client", "says": "The server refused with {$status}: {$/message} ({$/nothing}).", "fix": "Compare the organisation."}},
    {"when": {"resolve_error": "NXDOMAIN"}, "finding": {"id": "no-such-region", "basis": "inferred", "confidence": "high", "at_fault": "client", "says": "There is no region {region}."}},
    {"when": {"close": [1001], "idle": {"about": "{limit}"}}, "finding": {"id": "idle-close", "basis": "inferred", "confidence": "high", "says": "Closed with {$code} after {$idle} of silence."}},
    {"when": {"close": [4100], "close_reason": "gone"}, "finding": {"id": "gone", "at_fault": "client", "says": "The server said: {$reason}."}},
    {"when": {"ending": ["fin", "reset"], "last_client": ["start"], "unanswered": true, "clean": true},
     "finding": {"id": "language", "basis": "inferred", "confidence": "low", "at_fault": "client", "verified": false, "says": "{$last_client} was in order, and yet the end came {$since_last_client} later; last from the server: {$last_server}.", "fix": "Compare the language."}},
    {"when": {"state": ["queued"], "silent_for": {"at_least": "10s"}}, "finding": {"id": "queued-for-ever", "severity": "warning", "basis": "inferred", "confidence": "medium", "says": "The session is {$state}, and nothing came for {$since_last_client}."}},
    {"when": {"close": [1009], "frame_over": 1000, "never": ["client:start"]}, "finding": {"id": "too-large", "at_fault": "client", "says": "You sent {$largest}, and {$largest_frame} in one frame."}},
    {"when": {"close": [1003], "binary_sent": true}, "finding": {"id": "no-binary", "at_fault": "client", "says": "It takes text only."}},
    {"when": {"close": [1000], "close_empty": true, "seen": ["client:connect", "sequence-too-early"]}, "finding": {"id": "closed-early", "severity": "note", "basis": "inferred", "confidence": "low", "says": "Connect was seen."}}
  ]
})";

const profile::Profile& test_profile() {
  static const auto loaded = profile::load(std::string(kProfile), "test.json");
  static const auto profile = loaded ? *loaded : nullptr;
  EXPECT_TRUE(loaded) << (loaded ? "" : loaded.error().message);
  return *profile;
}

Expectation with_profile() {
  Expectation expectation;
  expectation.profile = &test_profile();
  expectation.started_ns = kStarted * 1'000'000'000;
  return expectation;
}

Expectation without_profile() {
  Expectation expectation;
  expectation.started_ns = kStarted * 1'000'000'000;
  return expectation;
}

constexpr const char* kUrl = "wss://api.example.com/api/v2/guest/socket?guest_token=xxx";

/// open, request: #1, #2.
Script& asked(Script& script, const char* url = kUrl) {
  script.fact(session::Open{session::Role::websocket, url, std::nullopt, {}});
  session::Request request;
  request.start_line = "GET / HTTP/1.1";
  return script.fact(std::move(request));
}

Script& opened(Script& script, const char* url = kUrl) {
  return asked(script, url).after_ms(10).response(101, "Switching Protocols");
}

session::Token token(std::optional<std::int64_t> exp, std::vector<std::string> scopes = {"guest:write"}) {
  session::Token made;
  made.variable = "guest_token";
  made.alg = "HS256";
  made.exp = exp;
  made.scopes = std::move(scopes);
  return made;
}

Script& typed(Script& script, Side from, const std::string& type, bool text = true, std::uint64_t length = 0) {
  const std::string payload = "{\"type\":\"" + type + "\"}";
  script.frame(from, text ? wire::Opcode::text : wire::Opcode::binary, payload, length);
  session::Message message;
  message.from = from;
  message.frames = {script.seq()};
  message.text = text;
  message.payload = payload;
  message.length = length == 0 ? payload.size() : length;
  message.type = type;
  return script.opinion(message);
}

/// A session: connect, connected, start.
Script& started(Script& script) {
  opened(script);
  typed(script, kClient, "connect").after_ms(3);
  typed(script, kServer, "connected").after_ms(3);
  return typed(script, kClient, "start").after_ms(2);
}

const Case kCases[] = {
    {"a fault in the last message, and a drop",
     [] {
       Script script(with_profile());
       return started(script)
           .finding("schema-required", Severity::error, Party::client)
           .ending(EndingHow::fin)
           .verdict();
     }},
    {"a fault long before, and traffic was answered after it",
     [] {
       Script script(with_profile());
       opened(script);
       typed(script, kClient, "connect").finding("schema-type", Severity::error, Party::client).after_ms(3);
       for (int i = 0; i < 3; ++i) {
         typed(script, kServer, "connected").after_ms(3);
         typed(script, kClient, "connect").after_ms(3);
       }
       return script.ending(EndingHow::reset).verdict();
     }},
    {"a fault in the last message, and an end ten minutes later: the silence explains it",
     [] {
       Script script(with_profile());
       opened(script);
       typed(script, kClient, "connect").finding("schema-type", Severity::error, Party::client).after_s(600);
       return script.close(kServer, 1001).ending(EndingHow::fin).verdict();
     }},
    {"a fault in the last message, and pushes for a minute after it",
     [] {
       Script script(with_profile());
       opened(script);
       typed(script, kClient, "connect").finding("schema-type", Severity::error, Party::client).after_s(30);
       typed(script, kServer, "connected").after_s(30);
       typed(script, kServer, "connected").after_s(2);
       return script.ending(EndingHow::fin).verdict();
     }},
    {"what the server got wrong is not why it went",
     [] {
       Script script(with_profile());
       started(script);
       return typed(script, kServer, "connected")
           .finding("schema-type", Severity::warning, Party::server)
           .ending(EndingHow::fin)
           .verdict();
     }},
    {"a fault, and this side left at once: there was no silence",
     [] {
       Script script(with_profile());
       opened(script);
       typed(script, kClient, "connect").finding("schema-type", Severity::error, Party::client).after_ms(3);
       return script.close(kClient, 1000).close(kServer, 1000).ending(EndingHow::fin).verdict();
     }},
    {"a fault in the first message, answered once, then a Close",
     [] {
       Script script(with_profile());
       opened(script);
       typed(script, kClient, "start").finding("sequence-too-early", Severity::error, Party::client).after_ms(3);
       typed(script, kServer, "connected").after_ms(3);
       typed(script, kClient, "connect").after_ms(3);
       return script.close(kServer, 1000).ending(EndingHow::fin).verdict();
     }},
    {"a fault, and this side closes in peace",
     [] {
       Script script(with_profile());
       started(script).finding("schema-required", Severity::error, Party::client);
       typed(script, kServer, "connected").after_ms(3);
       return script.close(kClient, 1000).close(kServer, 1000).ending(EndingHow::fin).verdict();
     }},
    {"all in order, and a drop all the same: a guess, and said to be one",
     [] {
       Script script(with_profile());
       return started(script).ending(EndingHow::fin).verdict();
     }},
    {"the guess is led with in the run's verdict too",
     [] {
       Script script(with_profile());
       started(script).ending(EndingHow::fin).verdict();
       return script.run_verdict();
     }},
    {"an idle limit by a template",
     [] {
       Script script(with_profile());
       opened(script);
       typed(script, kClient, "connect").after_s(61);
       return script.close(kServer, 1001).ending(EndingHow::fin).verdict();
     }},
    {"not that idle limit",
     [] {
       Script script(with_profile());
       opened(script);
       typed(script, kClient, "connect").after_s(70);
       return script.close(kServer, 1001).ending(EndingHow::fin).verdict();
     }},
    {"a code of the API's own with its reason",
     [] {
       Script script(with_profile());
       opened(script).after_ms(5);
       return script.close(kServer, 4100, "conversation gone").ending(EndingHow::fin).verdict();
     }},
    {"refused, and the body says why",
     [] {
       Script script(with_profile());
       return asked(script)
           .response(403, "Forbidden", {}, R"({"code":"org","message":"not this organisation"})")
           .ending(EndingHow::upgrade_refused)
           .verdict();
     }},
    {"a region that is none",
     [] {
       Script script(with_profile());
       script.fact(session::Open{session::Role::websocket, kUrl, std::nullopt, {}});
       session::Resolve resolve;
       resolve.host = "api.example.com";
       resolve.error = "NXDOMAIN";
       resolve.cause = session::Cause::nxdomain;
       return script.fact(resolve).ending(EndingHow::resolve_failed).verdict();
     }},
    {"a frame over the limit",
     [] {
       Script script(with_profile());
       opened(script);
       typed(script, kClient, "connect", true, 5000).after_ms(5);
       return script.close(kServer, 1009).ending(EndingHow::fin).verdict();
     }},
    {"a frame over the limit, and binary, long before: answered",
     [] {
       Script script(with_profile());
       opened(script);
       typed(script, kClient, "connect", false, 5000).after_ms(5);
       typed(script, kServer, "connected").after_s(60);
       typed(script, kClient, "connect").after_ms(5);
       return script.close(kServer, 1009).ending(EndingHow::fin).verdict();
     }},
    {"a record that begins in mid-session tells no age",
     [] {
       Script script(with_profile());
       script.after_s(3590);
       typed(script, kServer, "connected").after_s(60);
       return script.close(kServer, 1001).ending(EndingHow::fin).verdict();
     }},
    {"binary, and 1003",
     [] {
       Script script(with_profile());
       opened(script);
       typed(script, kClient, "connect", false).after_ms(5);
       return script.close(kServer, 1003).ending(EndingHow::fin).verdict();
     }},
    {"queued for ever, and this side closed",
     [] {
       Script script(with_profile());
       started(script).state("queued").after_s(12);
       return script.close(kClient, 1000).close(kServer, 1000).ending(EndingHow::fin).verdict();
     }},
    {"a token that had expired, refused",
     [] {
       Script script(with_profile());
       return asked(script)
           .fact(token(kStarted - 180))
           .response(401, "Unauthorized")
           .ending(EndingHow::upgrade_refused)
           .verdict();
     }},
    {"a token that expired in the session, and 1000 without a reason",
     [] {
       Script script(with_profile());
       asked(script).fact(token(kStarted + 5)).response(101, "Switching Protocols");
       typed(script, kClient, "connect").after_ms(5200);
       return script.close(kServer, 1000).ending(EndingHow::fin).verdict();
     }},
    {"a token that was about to expire",
     [] {
       Script script(with_profile());
       asked(script).fact(token(kStarted + 5)).response(101, "Switching Protocols").after_ms(4700);
       return script.close(kServer, 1000).ending(EndingHow::fin).verdict();
     }},
    {"an expired token, and another cause that the server names",
     [] {
       Script script(with_profile());
       asked(script).fact(token(kStarted - 60)).response(101, "Switching Protocols");
       script.you("hi").after_ms(3).server(R"({"type":"error","message":"invalid message: unknown field foo"})");
       return script.after_ms(1).close(kServer, 1008).ending(EndingHow::fin).verdict();
     }},
    {"an expired token that nobody minded",
     [] {
       Script script(with_profile());
       asked(script).fact(token(kStarted - 1)).response(101, "Switching Protocols");
       typed(script, kClient, "connect").after_ms(5);
       typed(script, kServer, "connected").after_ms(5);
       return script.close(kClient, 1000).close(kServer, 1000).ending(EndingHow::fin).verdict();
     }},
    {"a scope is missing, and nothing came back",
     [] {
       Script script(with_profile());
       asked(script).fact(token(std::nullopt, {"guest:read", "x"})).response(101, "Switching Protocols");
       typed(script, kClient, "connect").after_s(3);
       return script.close(kClient, 1000).close(kServer, 1000).ending(EndingHow::fin).verdict();
     }},
    {"a token without a profile",
     [] {
       Script script(without_profile());
       return asked(script)
           .fact(token(kStarted - 3600))
           .response(401, "Unauthorized")
           .ending(EndingHow::upgrade_refused)
           .verdict();
     }},
    {"a token that the server sent is not the credential",
     [] {
       Script script(without_profile());
       opened(script);
       return script.server("{}").fact(token(kStarted - 3600)).after_ms(5).ending(EndingHow::fin).verdict();
     }},
    {"an expired token in a later message is not the credential",
     [] {
       Script script(without_profile());
       opened(script);
       typed(script, kClient, "connect").after_ms(5);
       typed(script, kServer, "connected").after_ms(5);
       typed(script, kClient, "start");
       return script.fact(token(kStarted - 3600)).after_ms(5).ending(EndingHow::fin).verdict();
     }},
    {"a token whose clock is ahead",
     [] {
       Script script(with_profile());
       session::Token early = token(std::nullopt);
       early.nbf = kStarted + 30;
       return asked(script).fact(early).response(401, "Unauthorized").ending(EndingHow::upgrade_refused).verdict();
     }},
    {"a path without its version",
     [] {
       Script script(with_profile());
       return asked(script, "wss://api.example.com/api/guest/socket?guest_token=xxx")
           .response(404, "Not Found")
           .ending(EndingHow::upgrade_refused)
           .verdict();
     }},
    {"another host, another scheme, and the query lacks a name",
     [] {
       Script script(with_profile());
       return asked(script, "ws://api.example.org:81/api/v2/guest/socket")
           .response(403, "Forbidden")
           .ending(EndingHow::upgrade_refused)
           .verdict();
     }},
    {"another URL that works",
     [] {
       Script script(with_profile());
       opened(script, "wss://api.example.com/v3/guest/socket?guest_token=xxx");
       typed(script, kClient, "connect").after_ms(5);
       typed(script, kServer, "connected").after_ms(5);
       return script.close(kClient, 1000).close(kServer, 1000).ending(EndingHow::fin).verdict();
     }},
    {"on this machine neither host nor scheme count",
     [] {
       Script script(with_profile());
       opened(script, "ws://127.0.0.1:9000/api/v2/guest/socket?guest_token=xxx");
       typed(script, kClient, "connect").after_ms(5);
       typed(script, kServer, "connected").after_ms(5);
       return script.close(kClient, 1000).close(kServer, 1000).ending(EndingHow::fin).verdict();
     }},
};

TEST(profiles, lead_to_verdicts_as_written_down) {
  expect_as_written("profile_verdicts.txt", {std::begin(kCases), std::end(kCases)});
}

}  // namespace
}  // namespace whydrop::diagnose::test
