// Why a session ended, kind by kind: each case is a run told event by event, its whole verdict stands in kinds.txt.
#include "cases.hpp"

#include <fmt/format.h>

namespace whydrop::diagnose::test {
namespace {

using session::EndingHow;
using session::Side;
constexpr auto kClient = Side::client;
constexpr auto kServer = Side::server;

session::Verdict fin(Script& script) {
  return script.ending(EndingHow::fin).verdict();
}

/// Messages both ways, then silence.
Script& talked(Script& script) {
  return script.you("a").after_ms(5).server("b");
}

/// An answer of this kind to a request with these headers.
session::Verdict refused(int status,
                         const char* reason,
                         std::vector<session::Header> asked,
                         std::vector<session::Header> answered,
                         std::string body = {}) {
  asked.push_back({"Upgrade", "websocket", {}});
  Script script;
  return script.request(std::move(asked))
      .after_ms(3)
      .response(status, reason, std::move(answered), std::move(body))
      .ending(EndingHow::upgrade_refused)
      .verdict();
}

/// A session that ends without a word once it is so old, in ticks of a second.
Script& ticking(Script& script, std::uint32_t conn, int seconds) {
  script.conn(conn).session();
  for (int i = 0; i < seconds; ++i) {
    script.after_ms(990).server("tick");
  }
  return script.after_ms(70).ending(EndingHow::reset).after_s(conn);
}

const Case kCases[] = {
    {"last words: an error, then FIN",
     [] {
       Script s;
       s.session().you("hi").after_ms(300).server(
           R"({"type":"error","error":{"code":"quota_exceeded","message":"quota used up"}})");
       return fin(s.after_ms(1));
     }},
    {"last words: compressed, an error, then 1011",
     [] {
       Script s;
       s.session({}, "permessage-deflate").message(kClient, "hi", 0, true).after_ms(3);
       s.message(kServer, R"({"error":"backend is gone"})", 0, true).after_ms(1).close(kServer, 1011);
       return fin(s);
     }},
    {"last words: an error reply, then a Close of ours",
     [] {
       Script s;
       s.session().you("hi").after_ms(3).server(R"({"success":false,"message":"bad signature"})").after_ms(9);
       return fin(s.close(kClient, 1000).after_ms(1).close(kServer, 1000));
     }},
    {"last words: an error that traffic followed is none",
     [] {
       Script s;
       s.session().you("hi").server(R"({"error":"once"})").after_s(9);
       for (int i = 0; i < 3; ++i) {
         s.you("x").after_ms(3).server(R"({"result":1})");
       }
       return fin(s.after_ms(700));
     }},
    {"last words: what the client said itself, echoed, is none",
     [] {
       Script s;
       s.session().you(R"({"error":"mine"})").after_ms(3).server(R"({"error":"mine"})").after_ms(2);
       return fin(s);
     }},
    {"last words: an end, and one of ours follows",
     [] {
       Script s;
       s.session().server(R"({"type":"disconnect","reason":"bye"})").after_ms(9);
       return fin(s.close(kClient, 1000).close(kServer, 1000));
     }},
    {"reason: idle, with 1011",
     [] {
       Script s;
       return fin(s.session().after_s(1).close(kServer, 1011, "no audio came in time"));
     }},
    {"reason: a field, with 1007",
     [] {
       Script s;
       return fin(s.session().you(R"({"setup":{}})").after_s(1).close(kServer, 1007, "bad field in the request"));
     }},
    {"reason: over, with 1001",
     [] {
       Script s;
       return fin(s.session().after_s(1).close(kServer, 1001, "conversation over"));
     }},
    {"reason: one that software is known for",
     [] {
       Script s;
       return fin(s.session().after_s(1).close(kServer, 1001, "The web application is stopping"));
     }},
    {"reason: a limit",
     [] {
       Script s;
       s.session().you("small").after_ms(2).server("ok").you("large", 70000).after_ms(3);
       return fin(s.close(kServer, 1009, "message of 70000 bytes exceeds limit of 65536"));
     }},
    {"reason: nothing but the code",
     [] {
       Script s;
       return fin(s.session().after_ms(700).close(kServer, 1001, "Going away"));
     }},
    {"code as text",
     [] {
       Script s;
       return fin(s.session().you("hi").after_ms(2).frame(kServer, wire::Opcode::close, "1000"));
     }},
    {"HTTP in the middle of a session",
     [] {
       Script s;
       return fin(s.session().you("hi").after_ms(2).frame(
           kServer, wire::Opcode::close, "TP/1.1 502 Bad Gateway\r\nServer: gw\r\n\r\n"));
     }},
    {"beats: a ping that is a message",
     [] {
       Script s;
       talked(s.session()).after_s(1).server(R"({"type":"ping"})").after_ms(2600);
       return fin(s);
     }},
    {"beats: a ping that is a message, answered",
     [] {
       Script s;
       talked(s.session()).after_s(1).server(R"({"type":"ping"})").after_ms(1).you(R"({"type":"pong"})").after_ms(2600);
       return fin(s);
     }},
    {"beats: Action Cable's pings go one way",
     [] {
       Script s;
       s.session({{"Sec-WebSocket-Protocol", "actioncable-v1-json", {}}}).server(R"({"type":"ping","message":1})");
       return fin(s.after_ms(2600));
     }},
    {"clock: Socket.IO's CONNECT was not sent",
     [] {
       Script s;
       s.session().server(R"(0{"sid":"a","upgrades":[],"pingInterval":25000,"pingTimeout":20000})");
       return fin(s.after_ms(3002).empty_close(kServer));
     }},
    {"pipelined: the second of two has no answer",
     [] {
       Script s;
       s.session().you("a").you("b").after_ms(2).server("to a").after_ms(1).empty_close(kServer);
       return fin(s);
     }},
    {"pipelined: both are answered",
     [] {
       Script s;
       s.session().you("a").you("b").after_ms(2).server("to a").server("to b").after_ms(1);
       return fin(s);
     }},
    {"pipelined: three after one that was answered",
     [] {
       Script s;
       s.session().you("a").after_ms(2).server("to a").after_ms(300).you("b").you("c").you("d").after_ms(3);
       return fin(s);
     }},
    {"pipelined: one of several is wrong, as the server says",
     [] {
       Script s;
       s.session().you("a").you("b").after_ms(2).close(kServer, 1008, "invalid message");
       return fin(s);
     }},
    {"numbers: two gaps",
     [] {
       Script s;
       s.session();
       for (const int number : {1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22}) {
         s.server(fmt::format(R"({{"type":"tick", "seq": {},"x":1}})", number)).after_ms(10);
       }
       return fin(s);
     }},
    {"numbers: of several streams",
     [] {
       Script s;
       s.session();
       for (const int number : {1, 2, 3, 41, 4, 5, 42, 6, 7, 43}) {
         s.server(fmt::format(R"({{"seq":{}}})", number)).after_ms(10);
       }
       return fin(s);
     }},
    {"clock: silence of an unlisted length",
     [] {
       Script s;
       talked(s.session()).after_ms(7004);
       return fin(s);
     }},
    {"clock: a silence as long was survived",
     [] {
       Script s;
       talked(talked(s.session()).after_s(8)).after_ms(7004);
       return fin(s);
     }},
    {"clock: silence of no round length",
     [] {
       Script s;
       talked(s.session()).after_ms(7404);
       return fin(s);
     }},
    {"clock: only the client was silent",
     [] {
       Script s;
       talked(s.session());
       for (int i = 0; i < 29; ++i) {
         s.after_ms(2000).server("tick");
       }
       return fin(s.after_ms(2003));
     }},
    {"clock: pings did not reset it",
     [] {
       Script s;
       talked(s.session());
       for (int i = 0; i < 3; ++i) {
         s.after_s(8).ping(kClient, "p").after_ms(1).pong(kServer, "p");
       }
       return fin(s.after_ms(5999));
     }},
    {"clock: age and silence began together",
     [] {
       Script s;
       return fin(s.session().after_ms(30011));
     }},
    {"clock: a time to log in, pings or not",
     [] {
       Script s;
       s.session();
       for (int i = 0; i < 14; ++i) {
         s.after_s(2).ping(kClient, "p").after_ms(1).pong(kServer, "p");
       }
       return fin(s.after_ms(1996).close(kServer, 1000));
     }},
    {"clock: an age at which nothing had been answered, with traffic",
     [] {
       Script s;
       s.session();
       for (int i = 0; i < 60; ++i) {
         s.after_ms(998).server("tick");
       }
       return fin(s.after_ms(122));
     }},
    {"clock: an age, with traffic",
     [] {
       Script s;
       s.session();
       for (int i = 0; i < 299; ++i) {
         talked(s).after_ms(995);
       }
       talked(s);
       return fin(s.after_ms(1001));
     }},
    {"clock: an age that the server announced, with a reset",
     [] {
       Script s;
       s.session().server(R"({"type":"hello","session_timeout":6})");
       for (int i = 0; i < 6; ++i) {
         s.after_ms(990).server("tick");
       }
       return s.after_ms(70).ending(EndingHow::reset).verdict();
     }},
    {"clock: an age of no meaning, with ticks",
     [] {
       Script s;
       s.session();
       for (int i = 0; i < 6; ++i) {
         s.after_ms(990).server("tick");
       }
       return s.after_ms(70).ending(EndingHow::reset).verdict();
     }},
    {"pongs: none of three",
     [] {
       Script s;
       s.session();
       for (int i = 0; i < 3; ++i) {
         s.after_s(1).ping(kServer, "p" + std::to_string(i));
       }
       return fin(s.after_ms(900).close(kServer, 1008, "no pong came"));
     }},
    {"pongs: 1011 that blames the server by its code",
     [] {
       Script s;
       return fin(
           s.session().after_s(20).ping(kServer, "p").after_s(20).close(kServer, 1011, "keepalive ping timeout"));
     }},
    {"pongs: one in flight at the end",
     [] {
       Script s;
       return fin(s.session().you("a").server("b").after_ms(700).ping(kServer, "p").after_ms(30));
     }},
    {"pongs: missing, and another cause is named",
     [] {
       Script s;
       return fin(s.session().you("a").ping(kServer, "p").after_s(1).close(kServer, 1008, "invalid token"));
     }},
    {"pongs: all sent, and it says otherwise",
     [] {
       Script s;
       s.session().ping(kServer, "p").after_ms(1).pong(kClient, "p").after_s(21);
       return fin(s.close(kServer, 1011, "keepalive ping timeout"));
     }},
    {"heartbeat: Engine.IO",
     [] {
       Script s;
       s.session()
           .server(R"(0{"sid":"a","upgrades":[],"pingInterval":2000,"pingTimeout":1500})")
           .after_s(2)
           .server("2");
       return fin(s.after_ms(1500).empty_close(kServer));
     }},
    {"heartbeat: Engine.IO, kept",
     [] {
       Script s;
       s.session()
           .server(R"(0{"sid":"a","upgrades":[],"pingInterval":2000,"pingTimeout":1500})")
           .after_s(2)
           .server("2")
           .you("3");
       return fin(s.after_ms(1300).empty_close(kServer));
     }},
    {"heartbeat: Discord",
     [] {
       Script s;
       s.session().server(R"({"op":10,"d":{"heartbeat_interval":2000}})").after_s(5).close(kServer, 4000);
       return fin(s);
     }},
    {"heartbeat: Phoenix",
     [] {
       Script s;
       s.session().you(R"(["1","1","room:a","phx_join",{}])").after_ms(2);
       s.server(R"(["1","1","room:a","phx_reply",{"status":"ok","response":{}}])").after_s(6).close(kServer, 1000);
       return fin(s);
     }},
    {"heartbeat: one of its own name, in seconds",
     [] {
       Script s;
       s.session().server(R"({"type":"hello","settings":{"heartbeat_interval":15}})").you("x").after_s(24);
       return fin(s);
     }},
    {"heartbeat: MQTT",
     [] {
       Script s;
       s.session();
       session::Message connect;
       const std::string bytes("\x10\x0d\x00\x04MQTT\x04\x02\x00\x04\x00\x01z", 15);
       s.frame(kClient, wire::Opcode::binary, bytes);
       connect.from = kClient;
       connect.frames = {s.seq()};
       connect.text = false;
       connect.payload = bytes;
       connect.length = bytes.size();
       return fin(s.opinion(connect).after_s(9));
     }},
    {"size: a step that did not pass",
     [] {
       Script s;
       s.session().you("0123456789abcdef").after_ms(3).server("ok").you("large", 9000).after_ms(4);
       return fin(s.close(kServer, 1000));
     }},
    {"size: a step of more than four times, others had been answered",
     [] {
       Script s;
       s.session().you("first", 1200).after_ms(3).server("ok").after_ms(300).you("large", 16384).after_ms(4);
       return fin(s);
     }},
    {"size: the software is known",
     [] {
       Script s;
       s.request().response(101, "Switching Protocols", {{"Server", "Mojolicious (Perl)", {}}});
       return fin(s.you("large", 300'000).after_ms(4).close(kServer, 1009));
     }},
    {"acquitted: the message was answered",
     [] {
       Script s;
       return fin(s.session().you("a").after_ms(3).server("b").after_ms(5));
     }},
    {"acquitted: the same text was answered before",
     [] {
       Script s;
       return fin(s.session().you("a").after_ms(3).server("b").after_s(1).you("a").after_ms(2));
     }},
    {"acquitted: a compressed one had come back",
     [] {
       Script s;
       s.session({}, "permessage-deflate").message(kClient, "a", 0, true).after_ms(3).server("b").after_ms(9);
       return fin(s.message(kClient, "c", 0, true).after_ms(2));
     }},
    {"size: a bracket, and a reset",
     [] {
       Script s;
       s.session().you("0123456789", 2000).after_ms(3).server("ok").after_s(1).you("large", 40'000).after_ms(4);
       return s.ending(EndingHow::reset).verdict();
     }},
    {"size: a limit that the server announced",
     [] {
       Script s;
       s.session().server(R"(0{"sid":"a","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000})");
       return fin(s.you("40").after_ms(1).server("40{}").after_s(1).you("42[\"m\"]", 3000).after_ms(2));
     }},
    {"size: larger by far, and none answered with a code",
     [] {
       Script s;
       s.session().you("5 KiB", 5000).after_ms(3).server("ok").after_s(1).you("20 KiB", 20'000).after_ms(2);
       return s.ending(EndingHow::reset).verdict();
     }},
    {"size: it crossed our Close",
     [] {
       Script s;
       s.session().you("small").after_ms(3).server("ok").after_s(1).you("large", 300'000).after_ms(4);
       return s.close(kClient, 1000).after_ms(2).ending(EndingHow::reset).verdict();
     }},
    {"size: a small one followed it",
     [] {
       Script s;
       s.session().you("small").after_ms(3).server("ok").after_s(1).you("large", 9000).you("small again").after_ms(4);
       return fin(s);
     }},
    {"size: none smaller was tried",
     [] {
       Script s;
       return fin(s.session().you("large", 70'000).after_ms(4).close(kServer, 1009));
     }},
    {"a message of ours as the trigger: the first binary one",
     [] {
       Script s;
       talked(s.session()).after_s(1).message(kClient, "\x01\x02", 0, false, false).after_ms(2);
       return fin(s);
     }},
    {"a message of ours as the trigger: a subscription",
     [] {
       Script s;
       talked(s.session()).after_s(1).you(R"({"op":"subscribe","channel":"private"})").after_ms(4).close(kServer, 1011);
       return fin(s);
     }},
    {"a message of ours as the trigger: no other was answered",
     [] {
       Script s;
       return fin(s.session().you("a").after_ms(2));
     }},
    {"a ping of ours as the trigger",
     [] {
       Script s;
       return fin(s.session().you("a").after_ms(3).server("b").after_s(3).ping(kClient, "p").after_ms(2));
     }},
    {"through a proxy",
     [] {
       Script s;
       s.request().response(101, "Switching Protocols", {{"Via", "1.1 nghttpx", {}}});
       return fin(s.you("a").after_ms(8));
     }},
    {"through a proxy that has this limit",
     [] {
       Script s;
       s.request().response(101, "Switching Protocols", {{"Via", "1.1 nghttpx", {}}});
       talked(s).after_ms(60010);
       return fin(s);
     }},
    {"refused: a hop took Upgrade out",
     [] {
       return refused(400, "Bad Request", {}, {{"Server", "nginx", {}}}, "Can \"Upgrade\" only to \"WebSocket\".");
     }},
    {"refused: 400 with the version in it is the server's own",
     [] {
       return refused(400, "Bad Request", {}, {{"Sec-WebSocket-Version", "13", {}}}, "no upgrade");
     }},
    {"refused: 401 and no credential",
     [] {
       return refused(401, "Unauthorized", {}, {{"WWW-Authenticate", "Bearer", {}}});
     }},
    {"refused: 401 and the challenge says why",
     [] {
       return refused(
           401,
           "Unauthorized",
           {},
           {{"WWW-Authenticate", R"(Bearer realm="a", error="invalid_token", error_description="jwt expired")", {}}},
           "Unauthorized");
     }},
    {"refused: 403 and the body says why",
     [] {
       return refused(
           403, "Forbidden", {{"Authorization", "Bearer x", {}}}, {}, R"({"error":"missing scope chat:read"})");
     }},
    {"refused: 401 and only asks",
     [] { return refused(401, "Unauthorized", {}, {}, R"({"message":"Authentication required"})"); }},
    {"refused: a cache answered",
     [] {
       return refused(200, "OK", {}, {{"Age", "31", {}}, {"X-Cache", "HIT", {}}, {"Via", "1.1 varnish", {}}}, "<html>");
     }},
    {"refused: through a hop",
     [] {
       return refused(403, "Forbidden", {}, {{"CF-Ray", "8a-FRA", {}}, {"Server", "cloudflare", {}}});
     }},
    {"refused: nginx took Upgrade out",
     [] {
       return refused(426, "Upgrade Required", {}, {{"Server", "nginx/1.22.1", {}}}, "Upgrade Required");
     }},
    {"refused: 401 and a token without Bearer",
     [] {
       return refused(401, "Unauthorized", {{"Authorization", "abcdef", {}}}, {});
     }},
    {"refused: an empty 403 of uvicorn",
     [] {
       return refused(403, "Forbidden", {}, {{"Server", "uvicorn", {}}});
     }},
    {"refused: a 404 of Mojolicious to a long cookie",
     [] {
       return refused(
           404, "Not Found", {{"Cookie", std::string(9000, 'x'), {}}}, {{"Server", "Mojolicious (Perl)", {}}});
     }},
    {"refused: a 404 of Mojolicious to a short cookie",
     [] {
       return refused(404, "Not Found", {{"Cookie", "x", {}}}, {{"Server", "Mojolicious (Perl)", {}}});
     }},
    {"refused: 403 and an Origin of another host",
     [] {
       return refused(403, "Forbidden", {{"Origin", "https://evil.example", {}}}, {});
     }},
    {"refused: redirected to TLS",
     [] {
       return refused(301, "Moved Permanently", {}, {{"Location", "https://h/", {}}});
     }},
    {"refused: redirected to a login",
     [] {
       return refused(302, "Found", {}, {{"Location", "/accounts/login/?next=/", {}}});
     }},
    {"run: three sessions ended at one age",
     [] {
       Script s;
       ticking(ticking(ticking(s, 1, 7), 2, 7), 3, 7);
       return s.run_verdict();
     }},
    {"run: sessions of several ages have nothing in common",
     [] {
       Script s;
       ticking(ticking(ticking(s, 1, 7), 2, 9), 3, 12);
       return s.run_verdict();
     }},
    {"run: two sessions ended after the same message",
     [] {
       Script s;
       for (std::uint32_t conn = 1; conn <= 2; ++conn) {
         talked(s.conn(conn).session()).after_s(conn).you("boom").after_ms(3).ending(EndingHow::fin);
       }
       return s.run_verdict();
     }},
    {"a relay is not you",
     [] {
       Script s;
       session::Ending end;
       end.by = session::EndedBy::server;
       talked(s.seen_by(session::Observer::relay).session()).after_s(1);
       return s.you("boom").after_ms(3).ending(EndingHow::fin, end).verdict();
     }},
    {"a relay's sessions that were served did not end at once",
     [] {
       Script s;
       s.seen_by(session::Observer::relay);
       for (std::uint32_t conn = 1; conn <= 2; ++conn) {
         session::Ending end;
         end.by = session::EndedBy::server;
         talked(s.conn(conn).session()).after_ms(9).close(kServer, 4001, "go").ending(EndingHow::fin, end);
       }
       return s.run_verdict();
     }},
    {"a relay and pongs that are missing",
     [] {
       Script s;
       s.seen_by(session::Observer::relay).session().ping(kServer, "p").after_s(3).close(kServer, 1011);
       return fin(s);
     }},
    {"cut: a subprotocol was asked for",
     [] {
       Script s;
       s.request({{"Sec-WebSocket-Protocol", "mqttv3.1.1", {}}}).after_ms(200);
       session::Ending eof;
       eof.read_error = "eof";
       return s.ending(EndingHow::upgrade_cut, eof).verdict();
     }},
};

TEST(kinds, are_told_as_written_down) {
  expect_as_written("kinds.txt", {std::begin(kCases), std::end(kCases)});
}

}  // namespace
}  // namespace whydrop::diagnose::test
