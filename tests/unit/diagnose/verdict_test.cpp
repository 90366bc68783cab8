// Each case is a run told event by event; its whole verdict stands in verdicts.txt.
#include "cases.hpp"

namespace whydrop::diagnose::test {
namespace {

using session::EndedBy;
using session::Ending;
using session::EndingHow;
using session::Party;
using session::Severity;
using session::Side;
constexpr auto kClient = Side::client;
constexpr auto kServer = Side::server;

Ending read_error(const char* error) {
  Ending ending;
  ending.read_error = error;
  return ending;
}

Ending unacked(std::uint32_t segments, std::uint32_t retransmits) {
  Ending ending;
  ending.tcp.unacked = segments;
  ending.tcp.retransmits = retransmits;
  return ending;
}

session::Partial partial_of_server(std::uint64_t have, std::uint64_t need) {
  session::Partial partial;
  partial.from = kServer;
  partial.has_header = true;
  partial.have = have;
  partial.need = need;
  return partial;
}

session::Connect connect_error(const char* error) {
  session::Connect connect;
  connect.remote = "127.0.0.1:1";
  connect.error = error;
  connect.cause = session::cause_in_words(connect);
  return connect;
}

session::Resolve resolve_error(const char* error) {
  session::Resolve resolve;
  resolve.host = "nohost.example";
  resolve.error = error;
  resolve.cause = session::cause_in_words(resolve);
  return resolve;
}

session::Tls tls_error(const char* error) {
  session::Tls tls;
  tls.subject = "CN=other.example";
  tls.issuer = "CN=Test CA";
  tls.not_before = "2024-01-01T00:00:00Z";
  tls.not_after = "2034-01-01T00:00:00Z";
  tls.error = error;
  tls.cause = session::cause_in_words(tls);
  return tls;
}

session::Verdict refused(int status,
                         const char* reason,
                         std::vector<session::Header> headers = {},
                         std::string body = {}) {
  Script script;
  script.request()
      .after_ms(7)
      .response(status, reason, std::move(headers), std::move(body))
      .ending(EndingHow::upgrade_refused);
  return script.verdict();
}

Ending awaiting(session::Awaited awaited) {
  Ending ending;
  ending.awaited = std::move(awaited);
  return ending;
}

/// A message was sent, the wait ran out, and both sides closed.
session::Verdict waited_for(session::Awaited awaited,
                            std::vector<session::Header> headers = {},
                            std::string said = "a") {
  return Script()
      .session(std::move(headers))
      .you(std::move(said))
      .after_s(2)
      .close(kClient, 1000)
      .after_ms(1)
      .close(kServer, 1000)
      .ending(EndingHow::fin, awaiting(std::move(awaited)))
      .verdict();
}

session::TcpInfo stuck_tcp() {
  session::TcpInfo tcp;
  tcp.state = 1;
  tcp.unacked = 4;
  tcp.retransmits = 6;
  tcp.sack = true;
  tcp.sacked = 1;
  tcp.mss = 1448;
  tcp.pmtu = 1500;
  tcp.last_ack_ms = 9000;
  return tcp;
}

/// A large message and a ping were sent, and no pong came.
session::Verdict stuck_with(session::TcpInfo tcp) {
  Ending ending;
  ending.tcp = std::move(tcp);
  return Script()
      .session()
      .you("large", 20 << 10)
      .after_s(10)
      .ping(kClient, "1")
      .after_s(10)
      .ending(EndingHow::ping_timeout, std::move(ending))
      .verdict();
}

/// After a 101 the server sends `bytes`, known as `protocol` by the first `known` of them.
session::Verdict foreign(const char* protocol, std::string_view bytes, std::size_t known) {
  return Script()
      .session()
      .after_ms(3)
      .fact(session::UndecodedBytes{kServer, 0, known, bytes.substr(0, known), protocol})
      .fact(session::UndecodedBytes{kServer, known, bytes.size() - known, bytes.substr(known)})
      .close(kClient, 1002)
      .ending(EndingHow::fin)
      .verdict();
}

session::Certificate certificate(std::string subject, std::string issuer) {
  const bool own = subject == issuer;
  return {std::move(subject), std::move(issuer), {"DNS:other.example"}, "", "", own};
}

session::Verdict distrusted(const char* error, std::vector<session::Certificate> chain) {
  session::Tls tls = tls_error(error);
  tls.chain = std::move(chain);
  return Script().fact(session::Open{}).fact(std::move(tls)).ending(EndingHow::tls_failed).verdict();
}

session::Connect attempt(const char* remote, const char* error) {
  session::Connect connect;
  connect.remote = remote;
  connect.error = error;
  connect.cause = session::cause_in_words(connect);
  return connect;
}

const Case kCases[] = {
    {"no reply in time",
     [] {
       return waited_for({"reply", 1, 0, "", "wait", 2'000'000'000});
     }},
    {"one of two replies in time",
     [] {
       return waited_for({"reply", 2, 1, "", "wait", 2'000'000'000});
     }},
    {"all replies came",
     [] {
       return waited_for({"reply", 1, 1, "", "", 0});
     }},
    {"an expectation was not met",
     [] {
       return waited_for({"expectation", 2, 1, "/type=connected", "timeout", 30'000'000'000});
     }},
    {"the server was to close",
     [] {
       return waited_for({"close", 1, 0, "", "timeout", 3'000'000'000});
     }},
    {"no CONNACK, subprotocol not asked for",
     [] {
       return waited_for(
           {"reply", 1, 0, "", "wait", 2'000'000'000}, {}, std::string("\x10\x10\0\4MQTT\4\2\0\x3c\0\4test", 18));
     }},
    {"no CONNACK, subprotocol asked for",
     [] {
       return waited_for({"reply", 1, 0, "", "wait", 2'000'000'000},
                         {{"Sec-WebSocket-Protocol", "mqtt", {}}},
                         std::string("\x10\x10\0\4MQTT\4\2\0\x3c\0\4test", 18));
     }},
    {"large packets do not pass", [] { return stuck_with(stuck_tcp()); }},
    {"nothing passes any more",
     [] {
       session::TcpInfo tcp = stuck_tcp();
       tcp.sacked = 0;
       return stuck_with(tcp);
     }},
    {"nothing passes any more, as far as is known without SACK",
     [] {
       session::TcpInfo tcp = stuck_tcp();
       tcp.sacked = 0;
       tcp.sack = false;
       return stuck_with(tcp);
     }},
    {"the server does not read",
     [] {
       session::TcpInfo tcp;
       tcp.unacked = 0;
       tcp.peer_window = 0;
       tcp.unsent = 4 << 20;
       return stuck_with(tcp);
     }},
    {"http inside the session",
     [] {
       return foreign(
           "HTTP/1",
           "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n\r\n{\"message\":\"Unsupported version\"}",
           7);
     }},
    {"a page inside the session", [] { return foreign("HTML", "<!DOCTYPE html><title>Log in</title><p>x</p>", 9); }},
    {"tls inside the session", [] { return foreign("TLS", std::string_view("\x15\3\3\0\2\2\x28", 7), 2); }},
    {"http/2 inside the session", [] { return foreign("HTTP/2", std::string_view("\0\0\0\4\0\0\0\0\0\0", 10), 9); }},
    {"a greeting inside the session", [] { return foreign("SSH", "SSH-2.0-OpenSSH_9.2\r\n", 4); }},
    {"one certificate, of an unknown issuer",
     [] {
       return distrusted("unknown_issuer: the issuer is not known here",
                         {certificate("CN=other.example", "CN=Test CA")});
     }},
    {"two certificates, of an unknown issuer",
     [] {
       return distrusted("unknown_issuer: the issuer is not known here",
                         {certificate("CN=other.example", "CN=Test CA"), certificate("CN=Test CA", "CN=Root")});
     }},
    {"two certificates, up to an unknown root",
     [] {
       return distrusted("unknown_issuer: the chain ends in a root that is not trusted here",
                         {certificate("CN=other.example", "CN=Test CA"), certificate("CN=Test CA", "CN=Test CA")});
     }},
    {"its own certificate",
     [] {
       return distrusted("self_signed: the certificate signs itself",
                         {certificate("CN=other.example", "CN=other.example")});
     }},
    {"a certificate's names",
     [] {
       return distrusted("hostname_mismatch: the certificate is for another name",
                         {certificate("CN=other.example", "CN=Test CA")});
     }},
    {"only HTTP/2 in TLS", [] { return distrusted("handshake_alert: tlsv1 alert no application protocol", {}); }},
    {"two addresses, both refused",
     [] {
       return Script()
           .fact(session::Open{})
           .fact(attempt("[::1]:80", "connection_refused"))
           .fact(attempt("127.0.0.1:80", "connection_refused"))
           .ending(EndingHow::connect_failed)
           .verdict();
     }},
    {"two addresses, the second one answers",
     [] {
       return Script()
           .fact(session::Open{})
           .fact(attempt("[::1]:80", "connection_refused"))
           .fact(attempt("127.0.0.1:80", ""))
           .response(101, "Switching Protocols")
           .you("a")
           .server("b")
           .close(kClient, 1000)
           .close(kServer, 1000)
           .ending(EndingHow::fin)
           .verdict();
     }},
    {"refused: json error",
     [] { return refused(401, "Unauthorized", {}, R"({"error":"invalid_token","message":"jwt expired"})"); }},
    {"refused: nested json error",
     [] { return refused(403, "Forbidden", {}, R"({"errors":[{"message":"no seat left"}]})"); }},
    {"refused: page with a title of its own",
     [] {
       return refused(403,
                      "Forbidden",
                      {{"Content-Type", "text/html", {}}},
                      "<html><title>Blocked &amp; logged</title><h1>403 Forbidden</h1>");
     }},
    {"refused: page that says no more",
     [] {
       return refused(404,
                      "Not Found",
                      {{"Content-Type", "text/html", {}}},
                      "<html><title>404 Not Found</title><h1>Not Found</h1>");
     }},
    {"refused: reason in a header",
     [] {
       return refused(403, "Forbidden", {{"X-WebSocket-Reject-Reason", "room is full", {}}});
     }},
    {"refused: challenge with an error",
     [] {
       return refused(401,
                      "Unauthorized",
                      {{"WWW-Authenticate", "Bearer realm=\"x\", error=\"invalid_token\"", {}},
                       {"WWW-Authenticate", "Basic", {}}});
     }},
    {"refused: head too large", [] { return refused(431, "Request Header Fields Too Large"); }},
    {"refused: no client certificate",
     [] {
       return refused(400,
                      "Bad Request",
                      {{"Content-Type", "text/html", {}}},
                      "<html><title>400 No required SSL certificate was sent</title></html>");
     }},
    {"refused: origin", [] { return refused(403, "Forbidden", {}, "Cross origin websockets not allowed\n"); }},
    {"refused: an origin server's error", [] { return refused(403, "Forbidden", {}, "The origin server is down\n"); }},
    {"refused: plain GET seen", [] { return refused(426, "Upgrade Required", {}, "Upgrade Required"); }},
    {"refused: another version wanted",
     [] {
       return refused(426, "Upgrade Required", {{"Sec-WebSocket-Version", "14", {}}});
     }},
    {"refused: http/2 settings", [] { return refused(0, "", {}, std::string("\0\0\x12\4\0\0\0\0\0\0\3", 11)); }},
    {"own close crossed by the server's",
     [] {
       return Script()
           .session()
           .you("a")
           .after_ms(5)
           .close(kClient, 1000)
           .after_ms(1)
           .close(kServer, 1008, "no token")
           .ending(EndingHow::fin)
           .verdict();
     }},
    {"fin after a message",
     [] {
       return Script()
           .session()
           .you("a")
           .after_ms(20)
           .server("hi")
           .after_ms(5)
           .you("boom")
           .after_ms(3)
           .ending(EndingHow::fin, read_error("eof"))
           .verdict();
     }},
    {"fin before any message", [] { return Script().session().after_ms(30).ending(EndingHow::fin).verdict(); }},
    {"fin in mid-frame",
     [] {
       return Script()
           .session()
           .you("a")
           .after_ms(2)
           .fact(partial_of_server(12, 130))
           .ending(EndingHow::fin_mid_frame)
           .verdict();
     }},
    {"reset after a long silence",
     [] {
       return Script()
           .session()
           .server("hi")
           .after_s(400)
           .you("still there?")
           .after_ms(15)
           .ending(EndingHow::reset, read_error("connection_reset"))
           .verdict();
     }},
    {"close_notify without Close",
     [] { return Script().session().you("a").after_s(3).ending(EndingHow::tls_close_notify).verdict(); }},
    {"tls truncated", [] { return Script().session().you("a").after_s(3).ending(EndingHow::tls_truncated).verdict(); }},
    {"own clean close",
     [] {
       return Script()
           .session()
           .you("a")
           .after_ms(2)
           .server("a")
           .after_ms(1)
           .close(kClient, 1000)
           .after_ms(2)
           .close(kServer, 1000)
           .after_ms(1)
           .ending(EndingHow::fin)
           .verdict();
     }},
    {"own close not answered",
     [] { return Script().session().close(kClient, 1000).after_s(5).ending(EndingHow::close_timeout).verdict(); }},
    {"own close answered by fin",
     [] { return Script().session().close(kClient, 1000).after_ms(5).ending(EndingHow::fin).verdict(); }},
    {"server closes 1000 after a message",
     [] {
       return Script()
           .session()
           .you("a")
           .after_ms(4)
           .close(kServer, 1000)
           .close(kClient, 1000)
           .after_ms(1)
           .ending(EndingHow::fin)
           .verdict();
     }},
    {"server closes 1000 later",
     [] {
       return Script()
           .session()
           .you("a")
           .after_s(9)
           .close(kServer, 1000, "bye")
           .close(kClient, 1000)
           .ending(EndingHow::fin)
           .verdict();
     }},
    {"server closes with an empty body",
     [] {
       return Script()
           .session()
           .you("a")
           .after_s(3)
           .empty_close(kServer)
           .empty_close(kClient)
           .ending(EndingHow::fin)
           .verdict();
     }},
    {"1008 at once, no Origin",
     [] {
       return Script()
           .session()
           .after_ms(9)
           .close(kServer, 1008, "no token")
           .close(kClient, 1008)
           .ending(EndingHow::fin)
           .verdict();
     }},
    {"1009 after a large message",
     [] {
       return Script()
           .session()
           .you("small")
           .you("large", 200 << 10)
           .after_ms(9)
           .close(kServer, 1009)
           .close(kClient, 1009)
           .ending(EndingHow::fin)
           .verdict();
     }},
    {"1011",
     [] {
       return Script()
           .session()
           .you("a")
           .after_ms(9)
           .close(kServer, 1011, "oops\x1b[31m")
           .ending(EndingHow::reset)
           .verdict();
     }},
    {"4001",
     [] {
       return Script().session().you("a").after_ms(9).close(kServer, 4001, "expired").ending(EndingHow::fin).verdict();
     }},
    {"1001 after ten minutes of silence",
     [] {
       return Script()
           .session()
           .you("a")
           .server("b")
           .after_s(601)
           .close(kServer, 1001, "Going away")
           .ending(EndingHow::fin)
           .verdict();
     }},
    {"cut at two hours",
     [] { return Script().session().after_s(7197).you("a").after_s(3).ending(EndingHow::fin).verdict(); }},
    {"illegal 1006 on the wire",
     [] {
       return Script()
           .session()
           .you("a")
           .after_ms(3)
           .close(kServer, 1006)
           .finding("close-code-reserved", Severity::error, Party::server)
           .ending(EndingHow::fin)
           .verdict();
     }},
    {"masked server frame",
     [] {
       return Script()
           .session()
           .you("a")
           .after_ms(3)
           .frame(kServer, wire::Opcode::text, "b")
           .finding("mask-from-server", Severity::error, Party::server)
           .close(kClient, 1002)
           .after_s(5)
           .ending(EndingHow::close_timeout)
           .verdict();
     }},
    {"ping unanswered, half-open",
     [] {
       return Script()
           .session()
           .ping(kClient, "1")
           .after_ms(20)
           .pong(kServer, "1")
           .after_s(10)
           .ping(kClient, "2")
           .after_s(5)
           .ending(EndingHow::ping_timeout, unacked(1, 4))
           .verdict();
     }},
    {"ping unanswered, host alive",
     [] {
       return Script().session().ping(kClient, "1").after_s(5).ending(EndingHow::ping_timeout, unacked(0, 0)).verdict();
     }},
    {"idle time-out",
     [] { return Script().session().server("a").after_s(2).ending(EndingHow::idle_timeout).verdict(); }},
    {"TCP timed out", [] { return Script().session().you("a").after_s(900).ending(EndingHow::timed_out).verdict(); }},
    {"server ping not answered",
     [] { return Script().session().ping(kServer, "x").after_s(20).ending(EndingHow::fin).verdict(); }},
    {"compressed message, then 1002",
     [] {
       return Script()
           .session({}, "permessage-deflate")
           .message(kClient, "a", 0, true)
           .after_ms(5)
           .close(kServer, 1002)
           .ending(EndingHow::fin)
           .verdict();
     }},
    {"interrupted in a session", [] { return Script().session().ending(EndingHow::interrupted).verdict(); }},
    {"capture ended", [] { return Script().session().you("a").ending(EndingHow::capture_ended).verdict(); }},
    {"capture without an ending", [] { return Script().session().you("a").verdict(); }},
    {"har",
     [] {
       return Script({{}, session::Witness::messages})
           .session()
           .you("a")
           .after_ms(1)
           .ending(EndingHow::capture_ended)
           .verdict();
     }},
    {"no event", [] { return Script().verdict(); }},
    {"expected 1000 from the server",
     [] {
       return Script({{1000}}).session().you("a").after_ms(4).close(kServer, 1000).ending(EndingHow::fin).verdict();
     }},
    {"401",
     [] {
       return refused(401, "Unauthorized", {{"WWW-Authenticate", "Bearer realm=\"x\"", {}}}, "no token");
     }},
    {"403 without Origin",
     [] {
       return refused(403, "Forbidden", {{"Server", "edge", {}}}, R"({"message":"Forbidden"})");
     }},
    {"404", [] { return refused(404, "Not Found"); }},
    {"426",
     [] {
       return refused(426, "Upgrade Required", {{"Sec-WebSocket-Version", "13", {}}});
     }},
    {"429",
     [] {
       return refused(429, "Too Many Requests", {{"Retry-After", "17", {}}});
     }},
    {"503", [] { return refused(503, "Service Unavailable"); }},
    {"502", [] { return refused(502, "Bad Gateway"); }},
    {"301",
     [] {
       return refused(301, "Moved Permanently", {{"Location", "wss://h/ws", {}}});
     }},
    {"200 with HTML",
     [] {
       return refused(200, "OK", {{"Content-Type", "text/html", {}}}, "<!DOCTYPE html><p>hi");
     }},
    {"200 without HTML", [] { return refused(200, "OK", {}, "hi"); }},
    {"not HTTP", [] { return refused(0, "SSH-2.0-OpenSSH_9.2"); }},
    {"TLS alert to a plain request", [] { return refused(0, "\x15\x03\x01"); }},
    {"wrong accept",
     [] {
       return Script()
           .request()
           .response(101, "Switching Protocols")
           .finding("accept-wrong", Severity::error, Party::server)
           .ending(EndingHow::upgrade_refused)
           .verdict();
     }},
    {"upgrade cut",
     [] {
       return Script().request().after_ms(3).ending(EndingHow::upgrade_cut, read_error("connection_reset")).verdict();
     }},
    {"upgrade timeout", [] { return Script().request().after_s(10).ending(EndingHow::upgrade_timeout).verdict(); }},
    {"refused port",
     [] {
       return Script()
           .fact(session::Open{})
           .fact(connect_error("connection_refused"))
           .ending(EndingHow::connect_failed)
           .verdict();
     }},
    {"refused proxy",
     [] {
       return Script()
           .fact(session::Open{})
           .fact(connect_error("connection_refused"))
           .fact(session::Proxy{"http", "10.0.0.1:3128", 0, 0, "connection_refused"})
           .ending(EndingHow::proxy_failed)
           .verdict();
     }},
    {"NXDOMAIN",
     [] {
       return Script()
           .fact(session::Open{})
           .fact(resolve_error("NXDOMAIN: no such name"))
           .ending(EndingHow::resolve_failed)
           .verdict();
     }},
    {"hostname mismatch",
     [] {
       return Script()
           .fact(session::Open{})
           .fact(tls_error("hostname_mismatch: the certificate is for other.example"))
           .ending(EndingHow::tls_failed)
           .verdict();
     }},
    {"proxy 407",
     [] {
       return Script()
           .fact(session::Open{})
           .fact(session::Proxy{"http", "10.0.0.1:3128", 407, 0, "407 Proxy Authentication Required"})
           .ending(EndingHow::proxy_failed)
           .verdict();
     }},
    {"data after the server's Close",
     [] {
       return Script()
           .session()
           .you("a")
           .after_ms(1)
           .close(kServer, 1000)
           .server("late")
           .finding("data-after-close", Severity::error, Party::server)
           .ending(EndingHow::fin)
           .verdict();
     }},
    {"own close, answered with one byte",
     [] {
       return Script()
           .session()
           .close(kClient, 1000)
           .frame(kServer, wire::Opcode::close, "x")
           .ending(EndingHow::fin)
           .verdict();
     }},
    {"server closes with one byte",
     [] {
       return Script()
           .session()
           .you("a")
           .frame(kServer, wire::Opcode::close, "x")
           .finding("close-body-one-byte", Severity::error, Party::server)
           .ending(EndingHow::fin)
           .verdict();
     }},
    {"1009 after a small message, with a long Close of ours",
     [] {
       return Script()
           .session()
           .you("large", 300)
           .you("a")
           .after_ms(9)
           .close(kServer, 1009)
           .close(kClient, 1009, std::string(120, 'x'))
           .ending(EndingHow::fin)
           .verdict();
     }},
    {"own 1009 for a frame under way",
     [] {
       return Script()
           .session()
           .after_ms(2)
           .close(kClient, 1009, "message too big")
           .fact(partial_of_server(65550, (1ULL << 63) + 9))
           .ending(EndingHow::fin_mid_frame)
           .verdict();
     }},
    {"101 that never ends",
     [] {
       return refused(101, "Switching Protocols", {{"X", "xxx", {}}}, "xxx");
     }},
    {"dropped, then connected again",
     [] {
       Script script;
       script.session().after_s(20).finding("mask-from-server", Severity::error, Party::server);
       script.ending(EndingHow::fin).after_s(1).conn(2).follows(1).session().after_s(9);
       return script.close(kClient, 1000).close(kServer, 1000).ending(EndingHow::fin).run_verdict();
     }},
    {"redirected, then dropped",
     [] {
       Script script;
       script.request()
           .response(301, "Moved Permanently", {{"Location", "/ws", {}}})
           .ending(EndingHow::upgrade_refused);
       script.conn(2).follows(1).session().after_s(9);
       return script.ending(EndingHow::fin).run_verdict();
     }},
    {"three sessions that die at once",
     [] {
       Script script;
       for (std::uint32_t i = 1; i <= 3; ++i) {
         script.conn(i).session().after_ms(9).close(kServer, 1008, "no token").ending(EndingHow::fin).after_s(1);
       }
       return script.run_verdict();
     }},
};

TEST(verdicts, are_as_written_down) {
  expect_as_written("verdicts.txt", {std::begin(kCases), std::end(kCases)});
}

}  // namespace
}  // namespace whydrop::diagnose::test
