#include "unit/capture/samples.hpp"

namespace whydrop::capture {
namespace {

using namespace session;
using wire::Opcode;

constexpr std::string_view kBad = "\xFF\xFE";

std::vector<Sample> handshake_samples() {
  Tls tls{"TLSv1.3",
          "TLS_AES_256_GCM_SHA384",
          "http/1.1",
          "CN=a",
          "CN=b",
          "2026-01-01T00:00:00Z",
          "2027-01-01T00:00:00Z",
          true,
          5,
          ""};
  Request request{
      "GET / HTTP/1.1", {{"Host", "h", {}}, {"Cookie", "xxx", {{0, 3, "Cookie"}}}}, "", 18, {{4, 1, "jwt"}}};
  Request odd_request{std::string(kBad), {{std::string(kBad), std::string(kBad), {}}}, "a\n", 2, {}};
  Response response{"HTTP/1.1 101 OK", 101, {}, "", 0, "", 20, {}};
  Response refused{"HTTP/1.1 403 No", 403, {}, std::string(kBad), 99, "raw", 30, {{0, 2, "secret"}}};
  return {
      {"open",
       Open{Role::websocket, "ws://h/", {}, {}},
       R"("kind":"open","role":"websocket","url":"ws://h/","parent":null)"},
      {"open redacted",
       Open{Role::http, "ws://h/?jwt=xx", 1U, {{12, 2, "jwt"}}},
       R"("kind":"open","role":"http","url":"ws://h/?jwt=xx","parent":1,"redact":[{"at":12,"length":2,"var":"jwt"}])"},
      {"resolve",
       Resolve{"h", {"127.0.0.1", "::1"}, 5, ""},
       R"("kind":"resolve","host":"h","addresses":["127.0.0.1","::1"],"duration_ns":5,"error":null)"},
      {"resolve error",
       Resolve{"h", {}, 5, "NXDOMAIN: no such name", Cause::nxdomain},
       R"("kind":"resolve","host":"h","addresses":[],"duration_ns":5,"error":"NXDOMAIN: no such name","cause":"nxdomain")"},
      {"connect",
       Connect{"127.0.0.1:4", "127.0.0.1:80", 6, ""},
       R"("kind":"connect","local":"127.0.0.1:4","remote":"127.0.0.1:80","duration_ns":6,"error":null)"},
      {"proxy",
       Proxy{"http", "p:3128", 407, 6, "refused"},
       R"("kind":"proxy","proxy":"http","address":"p:3128","status":407,"duration_ns":6,"error":"refused")"},
      {"tls",
       tls,
       R"("kind":"tls","version":"TLSv1.3","cipher":"TLS_AES_256_GCM_SHA384","alpn":"http/1.1","subject":"CN=a","issuer":"CN=b",)"
       R"("not_before":"2026-01-01T00:00:00Z","not_after":"2027-01-01T00:00:00Z","verified":true,"duration_ns":5,"error":null)"},
      {"request",
       request,
       R"("kind":"request","start_line":"GET / HTTP/1.1","headers":[{"name":"Host","value":"h"},{"name":"Cookie","value":"xxx",)"
       R"("redact":[{"at":0,"length":3,"var":"Cookie"}]}],"size":18,"redact":[{"at":4,"length":1,"var":"jwt"}])"},
      {"request not UTF-8",
       odd_request,
       R"("kind":"request","start_line_base64":"//4=","headers":[{"name_base64":"//4=","value_base64":"//4="}],"raw":"YQo=","size":2)"},
      {"response",
       response,
       R"("kind":"response","start_line":"HTTP/1.1 101 OK","status":101,"headers":[],"body":"","body_length":0,"size":20)"},
      {"response refused",
       refused,
       R"("kind":"response","start_line":"HTTP/1.1 403 No","status":403,"headers":[],"body_base64":"//4=","body_length":99,)"
       R"("raw":"cmF3","size":30,"redact":[{"at":0,"length":2,"var":"secret"}])"},
  };
}

std::string frame_line(
    std::string_view from, int opcode, std::string_view name, std::string_view length, std::string_view rest) {
  return R"("kind":"frame","from":")" + std::string(from) + R"(","opcode":)" + std::to_string(opcode) + R"(,"name":")" +
         std::string(name) + R"(","fin":true,"rsv":0,"mask":null,"length":)" + std::string(length) +
         R"(,"length_form":7,"offset":0)" + std::string(rest);
}

std::vector<Sample> frame_samples() {
  const auto server = Side::server;
  return {
      {"text", sample_frame(server, Opcode::text, "hi"), frame_line("server", 1, "text", "2", R"(,"text":"hi")")},
      {"empty", sample_frame(Side::client, Opcode::text, ""), frame_line("client", 1, "text", "0", R"(,"text":"")")},
      {"escapes",
       sample_frame(server, Opcode::text, "\"\\/\b\f\n\r\t\x01\x7F\xC2\x9B\xC3\xBC\xF0\x9F\x98\x80"),
       frame_line("server", 1, "text", "18", R"(,"text":"\"\\/\b\f\n\r\t\u0001\u007f\u009bü😀")")},
      {"binary that is UTF-8",
       sample_frame(server, Opcode::binary, "abc"),
       frame_line("server", 2, "binary", "3", R"(,"text":"abc")")},
      {"not UTF-8",
       sample_frame(server, Opcode::text, kBad),
       frame_line("server", 1, "text", "2", R"(,"base64":"//4=")")},
      {"reserved opcode",
       sample_frame(server, Opcode::reserved_b, "p"),
       frame_line("server", 11, "reserved_b", "1", R"(,"text":"p")")},
      {"close empty",
       sample_frame(server, Opcode::close, ""),
       frame_line("server", 8, "close", "0", R"(,"close_code":null,"reason":"")")},
      {"close of one byte",
       sample_frame(server, Opcode::close, "a"),
       frame_line("server", 8, "close", "1", R"(,"close_code":null,"base64":"YQ==")")},
      {"close 1000",
       sample_frame(server, Opcode::close, "\x03\xE8\"bye\""),
       frame_line("server", 8, "close", "7", R"(,"close_code":1000,"reason":"\"bye\"")")},
      {"close not UTF-8",
       sample_frame(server, Opcode::close, "\x03\xE8\xFF"),
       frame_line("server", 8, "close", "3", R"(,"close_code":1000,"base64":"A+j/")")},
      {"cut",
       with(sample_frame(server, Opcode::text, "abc"), [](Frame& f) { f.header.length = 10; }),
       frame_line("server", 1, "text", "10", R"(,"cut":3,"text":"abc")")},
      {"redacted",
       with(sample_frame(server, Opcode::text, "xx"),
            [](Frame& f) {
              f.redact = {{0, 2, "token"}};
            }),
       frame_line("server", 1, "text", "2", R"(,"redact":[{"at":0,"length":2,"var":"token"}],"text":"xx")")},
      {"told by inflated",
       with(sample_frame(server, Opcode::text, "abc"), [](Frame& f) { f.has_payload = false; }),
       frame_line("server", 1, "text", "3", "")},
      {"every header bit",
       with(sample_frame(Side::client, Opcode::continuation, "abc"),
            [](Frame& f) {
              f.header.fin = false;
              f.header.rsv = 7;
              f.header.masked = true;
              f.header.masking_key = {0x37, 0xFA, 0x21, 0x3D};
              f.header.length = 9007199254740992U;
              f.header.length_form = wire::LengthForm::bits_64;
              f.offset = 9007199254740993U;
            }),
       R"("kind":"frame","from":"client","opcode":0,"name":"continuation","fin":false,"rsv":7,"mask":"37fa213d",)"
       R"("length":9007199254740992,"length_str":"9007199254740992","length_form":64,)"
       R"("offset":9007199254740993,"offset_str":"9007199254740993","cut":3,"text":"abc")"},
  };
}

std::vector<Sample> remnant_samples() {
  Partial bare{Side::server, false, {}, 9, 1, 0, "\x81", "", {}};
  Partial begun{Side::server, true, frame_header(Opcode::text, 5), 9, 4, 7, "\x81\x05", "ab", {{0, 2, "token"}}};
  Inflated inflated{Side::server, {4, 5}, true, "abc", 10, "", {{0, 1, "token"}}};
  Inflated broken{Side::client, {4}, false, "", 0, "invalid distance", {}};
  return {
      {"partial without header",
       bare,
       R"("kind":"partial","from":"server","offset":9,"have":1,"need":0,"header":"81","text":"")"},
      {"partial",
       begun,
       R"("kind":"partial","from":"server","offset":9,"have":4,"need":7,"opcode":1,"name":"text","fin":true,"rsv":0,"mask":null,)"
       R"("length":5,"length_form":7,"header":"8105","redact":[{"at":0,"length":2,"var":"token"}],"text":"ab")"},
      {"undecoded",
       UndecodedBytes{Side::server, 7, 2, kBad},
       R"("kind":"undecoded","from":"server","offset":7,"length":2,"base64":"//4=")"},
      {"inflated",
       inflated,
       R"("kind":"inflated","from":"server","frames":[4,5],"opcode":1,"length":10,"cut":3,)"
       R"("redact":[{"at":0,"length":1,"var":"token"}],"text":"abc")"},
      {"inflate failed",
       broken,
       R"("kind":"inflated","from":"client","frames":[4],"opcode":2,"length":0,"error":"invalid distance","text":"")"},
      {"shutdown", Shutdown{Side::client}, R"("kind":"shutdown","from":"client")"},
      {"ending",
       Ending{EndingHow::reset, EndedBy::server, "connection_reset", "", "", {7, 1, 2, 3}},
       R"("kind":"ending","how":"reset","by":"server","read_error":"connection_reset","write_error":null,"detail":null,)"
       R"("tcp_state":7,"unacked":1,"retransmits":2,"rtt_us":3)"},
      {"ending of little",
       Ending{EndingHow::capture_ended, EndedBy::unknown, "", "broken_pipe", "why", {}},
       R"("kind":"ending","how":"capture_ended","by":"unknown","read_error":null,"write_error":"broken_pipe","detail":"why",)"
       R"("tcp_state":null,"unacked":null,"retransmits":null,"rtt_us":null)"},
      {"token",
       Token{"jwt", "RS256", 1700000000, {}, -5, {"a", "b"}},
       R"("kind":"token","var":"jwt","alg":"RS256","exp":1700000000,"iat":null,"nbf":-5,"scopes":["a","b"])"},
  };
}

std::vector<Sample> opinion_samples() {
  const std::string finding =
      R"("id":"mask-from-server","severity":"warning","confidence":"high","basis":"inferred","at_fault":"server",)"
      R"("evidence":[4,7],"says":"says \"so\"","fix":"fix","citation":"RFC 6455 section 5.1","count":3)";
  Verdict dropped;
  dropped.code = std::uint16_t{1006};
  dropped.code_source = CodeSource::derived;
  dropped.browser_code = std::uint16_t{1006};
  dropped.ended_by = EndedBy::network;
  dropped.how = EndingHow::fin;
  dropped.first_close = Side::server;
  dropped.received = CloseSeen{std::uint16_t{1000}, "bye", 7};
  dropped.sent = CloseSeen{{}, std::string(kBad), 8};
  dropped.cause = "mask-from-server";
  dropped.headline = "headline";
  dropped.observed = {"o"};
  dropped.inferred = {"i"};
  dropped.unknown = {"u"};
  dropped.next = {"n"};
  dropped.findings = {sample_finding(), sample_finding()};
  return {
      {"message",
       Message{Side::server,
               {3, 4},
               true,
               true,
               "ab",
               5,
               9,
               "connected",
               false,
               {"/a is missing"},
               {{0, 1, "token"}},
               {},
               {}},
       R"("kind":"message","from":"server","frames":[3,4],"opcode":1,"compressed":true,"length":5,"wire_length":9,)"
       R"("type":"connected","valid":false,"errors":["/a is missing"],"cut":2,"redact":[{"at":0,"length":1,"var":"token"}],"text":"ab")"},
      {"message of bytes",
       Message{Side::client, {3}, false, false, kBad, 2, 2, "", {}, {}, {}, {}, {}},
       R"("kind":"message","from":"client","frames":[3],"opcode":2,"compressed":false,"length":2,"wire_length":2,)"
       R"("type":null,"base64":"//4=")"},
      {"state", State{Side::server, Phase::closing}, R"("kind":"state","from":"server","phase":"closing")"},
      {"finding", sample_finding(), R"("kind":"finding",)" + finding},
      {"verdict",
       dropped,
       R"("kind":"verdict","code":1006,"code_source":"derived","browser_code":1006,"ended_by":"network","how":"fin",)"
       R"("close":{"first":"server","received":{"code":1000,"reason":"bye","seq":7},)"
       R"("sent":{"code":null,"reason_base64":"//4=","seq":8}},"cause":"mask-from-server","headline":"headline",)"
       R"("observed":["o"],"inferred":["i"],"unknown":["u"],"next":["n"],"findings":[{)" +
           finding + "},{" + finding + "}]"},
      {"verdict without a session",
       Verdict{},
       R"("kind":"verdict","code":null,"code_source":null,"browser_code":null,"ended_by":"unknown","how":null,)"
       R"("close":{"first":null,"received":null,"sent":null},"cause":null,"headline":"","observed":[],"inferred":[],)"
       R"("unknown":[],"next":[],"findings":[])"},
  };
}

void append(std::vector<Sample>& to, std::vector<Sample> from) {
  std::move(from.begin(), from.end(), std::back_inserter(to));
}

}  // namespace

std::vector<Sample> call_samples() {
  Open open;
  open.role = session::Role::http;
  open.url = "https://h/?jwt=xx";
  open.redact = {{15, 2, "jwt"}};
  open.call = "token";
  Request form;
  form.start_line = "POST /t HTTP/1.1";
  form.size = 30;
  form.body = "a=b&client_secret=xx";
  form.body_length = 50;
  form.body_redact = {{18, 2, "client_secret"}};
  Request bytes;
  bytes.start_line = "POST / HTTP/1.1";
  bytes.body = kBad;
  bytes.body_length = 2;
  return {
      {"open of a call",
       open,
       R"("kind":"open","role":"http","url":"https://h/?jwt=xx","parent":null,"call":"token","redact":[{"at":15,"length":2,"var":"jwt"}])"},
      {"request with a body that is cut",
       form,
       R"("kind":"request","start_line":"POST /t HTTP/1.1","headers":[],"size":30,"body":"a=b&client_secret=xx","body_length":50,)"
       R"("body_redact":[{"at":18,"length":2,"var":"client_secret"}])"},
      {"request with a body that is not UTF-8",
       bytes,
       R"("kind":"request","start_line":"POST / HTTP/1.1","headers":[],"size":0,"body_base64":"//4=","body_length":2)"},
      {"open by a relay",
       Open{Role::websocket, "ws://h/", {}, {}, "", Observer::relay},
       R"("kind":"open","role":"websocket","url":"ws://h/","parent":null,"observer":"relay")"},
  };
}

std::vector<Sample> added_samples() {
  Open open;
  open.url = "ws://h/";
  open.limits = {{"connect-timeout", 10'000'000'000}, {"wait", 2'000'000'000}};
  open.expect = {"/type=connected", "/ok=true"};
  Tls tls;
  tls.error = "unknown_issuer: the issuer is not known here";
  tls.cause = Cause::unknown_issuer;
  tls.chain = {
      {"CN=h", "CN=X", {"DNS:h", "IP Address:127.0.0.1"}, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", false},
      {"CN=X", "CN=X", {}, "", "", true}};
  Response refused;
  refused.start_line = "HTTP/1.1 401 Unauthorized";
  refused.status = 401;
  refused.body = R"({"error":"x"})";
  refused.body_length = 40;
  refused.decoded = "chunked, gzip";
  refused.body_fault = "gzip: it is cut short";
  Ending waited;
  waited.by = EndedBy::client;
  waited.tcp.sack = true;
  waited.tcp.sacked = 1;
  waited.tcp.lost = 2;
  waited.tcp.mss = 1448;
  waited.tcp.pmtu = 1500;
  waited.tcp.last_ack_ms = 3;
  waited.tcp.peer_window = 0;
  waited.tcp.bytes_acked = 4;
  waited.tcp.unsent = 5;
  waited.awaited = {"expectation", 2, 1, "/ok=true", "wait", 2'000'000'000};
  Ending replied;
  replied.awaited = {"reply", 1, 1, "", "", 0};
  Ending given_up;
  given_up.how = EndingHow::upgrade_timeout;
  given_up.awaited = {"", 0, 0, "", "connect-timeout", 10'000'000'000};
  const std::string ending = R"("kind":"ending","how":"fin","by":)";
  const std::string nothing =
      R"("read_error":null,"write_error":null,"detail":null,"tcp_state":null,"unacked":null,"retransmits":null,"rtt_us":null)";
  return {
      {"open with limits",
       open,
       R"("kind":"open","role":"websocket","url":"ws://h/","parent":null,"limits":[{"limit":"connect-timeout","ns":10000000000},)"
       R"({"limit":"wait","ns":2000000000}],"expect":["/type=connected","/ok=true"])"},
      {"tls with a chain",
       tls,
       R"("kind":"tls","version":"","cipher":"","alpn":"","subject":"","issuer":"","not_before":"","not_after":"","verified":false,)"
       R"("duration_ns":0,"error":"unknown_issuer: the issuer is not known here","cause":"unknown_issuer","chain":[{"subject":"CN=h","issuer":"CN=X",)"
       R"("names":["DNS:h","IP Address:127.0.0.1"],"not_before":"2026-01-01T00:00:00Z","not_after":"2027-01-01T00:00:00Z",)"
       R"("self_issued":false},{"subject":"CN=X","issuer":"CN=X","names":[],"not_before":"","not_after":"","self_issued":true}])"},
      {"response decoded",
       refused,
       R"("kind":"response","start_line":"HTTP/1.1 401 Unauthorized","status":401,"headers":[],"body":"{\"error\":\"x\"}",)"
       R"("body_length":40,"decoded":"chunked, gzip","body_fault":"gzip: it is cut short","size":0)"},
      {"undecoded of another protocol",
       UndecodedBytes{Side::server, 0, 7, "HTTP/1.", "HTTP/1"},
       R"("kind":"undecoded","from":"server","offset":0,"length":7,"base64":"SFRUUC8xLg==","protocol":"HTTP/1")"},
      {"ending with all that TCP tells",
       waited,
       ending + R"("client",)" + nothing +
           R"(,"sack":true,"sacked":1,"lost":2,"mss":1448,"pmtu":1500,"last_ack_ms":3,"peer_window":0,"bytes_acked":4,"unsent":5,)"
           R"("awaited":{"what":"expectation","wanted":2,"came":1,"next":"/ok=true","limit":"wait","limit_ns":2000000000})"},
      {"ending after a reply",
       replied,
       ending + R"("unknown",)" + nothing + R"(,"awaited":{"what":"reply","wanted":1,"came":1})"},
      {"ending at a limit",
       given_up,
       R"("kind":"ending","how":"upgrade_timeout","by":"unknown",)" + nothing +
           R"(,"awaited":{"what":null,"wanted":0,"came":0,"limit":"connect-timeout","limit_ns":10000000000})"},
  };
}

std::vector<Sample> first_samples() {
  std::vector<Sample> all = handshake_samples();
  append(all, frame_samples());
  append(all, remnant_samples());
  append(all, opinion_samples());
  return all;
}

/// What a relay does besides relaying; no capture of 1.0 has it.
std::vector<Sample> relay_samples() {
  return {{"intervention",
           Intervention{Meddling::fault, Side::client, "reset after 3 messages"},
           R"("kind":"intervention","what":"fault","to":"client","detail":"reset after 3 messages")"}};
}

/// What packets tell of TLS.
std::vector<Sample> packet_samples() {
  Tls sealed;
  sealed.version = "TLSv1.3";
  sealed.sealed = true;
  return {
      {"tls sealed",
       sealed,
       R"("kind":"tls","version":"TLSv1.3","cipher":"","alpn":"","subject":"","issuer":"","not_before":"","not_after":"",)"
       R"("verified":false,"duration_ns":0,"error":null,"sealed":true)"}};
}

std::vector<Sample> samples() {
  std::vector<Sample> all = first_samples();
  append(all, call_samples());
  append(all, added_samples());
  append(all, relay_samples());
  append(all, packet_samples());
  return all;
}

}  // namespace whydrop::capture
