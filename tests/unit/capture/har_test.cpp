#include "capture/har.hpp"

#include "capture/sniff.hpp"
#include "unit/capture/samples.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace whydrop::capture {
namespace {

/// What is read from `har`, as capture lines, or the error.
std::string lines_of(std::string_view har) {
  std::string out;
  const auto source = [&har](char* to, std::size_t size) -> Result<std::size_t> {
    const std::size_t count = har.copy(to, std::min<std::size_t>(size, 7));
    har.remove_prefix(count);
    return count;
  };
  const auto reader = read_har("b.har", source);
  while (true) {
    const auto item = reader->next();
    if (!item || !*item) {
      return item ? out : out + "error: " + item.error().message + "\n";
    }
    if (const auto* event = std::get_if<session::Event>(&**item)) {
      append_event(out, *event);
    } else {
      append_header(out, std::get<CaptureHeader>(**item));
    }
  }
}

TEST(ReadHar, MakesEventsOfEachSession) {
  const char* har = R"({"log":{"creator":{"name":"WebInspector","version":"1"},"pages":[{"id":"x"}],"entries":[
    {"request":{"url":"https://h/a.png"},"response":{"status":200,"content":{"text":"iVBO"}}},
    {"_webSocketMessages":[
       {"type":"send","time":1767323045.5,"opcode":1,"data":"{\"a\":1}"},
       {"type":"receive","time":1767323046,"opcode":2,"data":"AAE="},
       {"type":"error","time":1767323047,"opcode":-1,"data":"gone"}],
     "startedDateTime":"2026-01-02T03:04:05.000Z",
     "request":{"method":"GET","url":"wss://h/p?q=1","httpVersion":"http/1.1","headers":[{"name":"Origin","value":"o"}],"cookies":[{"name":"n"}]},
     "response":{"status":101,"statusText":"Switching Protocols","headers":[{"name":"Upgrade","value":"websocket"}]}},
    {"_resourceType":"websocket","startedDateTime":"2026-01-02T03:04:08.000Z","request":{"url":"wss://h"},
     "response":{"status":403,"httpVersion":"HTTP/1.1","content":{"text":"no"}}}
  ]}})";
  EXPECT_EQ(
      lines_of(har),
      R"({"whydrop":1,"kind":"capture","started":"2026-01-02T03:04:05.000Z","tool":"WebInspector","profile":null,"run":{"id":"","n":1,"of":1,"options":{}},"redacted":[]}
{"seq":1,"t_ns":0,"conn":1,"kind":"open","role":"websocket","url":"wss://h/p?q=1","parent":null}
{"seq":2,"t_ns":0,"conn":1,"kind":"request","start_line":"GET /p?q=1 HTTP/1.1","headers":[{"name":"Origin","value":"o"}],"size":0}
{"seq":3,"t_ns":0,"conn":1,"kind":"response","start_line":"HTTP/1.1 101 Switching Protocols","status":101,"headers":[{"name":"Upgrade","value":"websocket"}],"body":"","body_length":0,"size":0}
{"seq":4,"t_ns":500000000,"conn":1,"kind":"frame","from":"client","opcode":1,"name":"text","fin":true,"rsv":0,"mask":"00000000","length":7,"length_form":7,"offset":0,"text":"{\"a\":1}"}
{"seq":5,"t_ns":1000000000,"conn":1,"kind":"frame","from":"server","opcode":2,"name":"binary","fin":true,"rsv":0,"mask":null,"length":2,"length_form":7,"offset":0,"text":"\u0000\u0001"}
{"seq":6,"t_ns":2000000000,"conn":1,"kind":"ending","how":"local_close","by":"client","read_error":null,"write_error":null,"detail":"gone","tcp_state":null,"unacked":null,"retransmits":null,"rtt_us":null}
{"seq":7,"t_ns":3000000000,"conn":2,"kind":"open","role":"websocket","url":"wss://h","parent":null}
{"seq":8,"t_ns":3000000000,"conn":2,"kind":"request","start_line":"GET / HTTP/1.1","headers":[],"size":0}
{"seq":9,"t_ns":3000000000,"conn":2,"kind":"response","start_line":"HTTP/1.1 403","status":403,"headers":[],"body":"no","body_length":2,"size":0}
{"seq":10,"t_ns":3000000000,"conn":2,"kind":"ending","how":"upgrade_refused","by":"server","read_error":null,"write_error":null,"detail":null,"tcp_state":null,"unacked":null,"retransmits":null,"rtt_us":null}
)");
}

/// The lines from the second-last frame on that `entry`, the rest of a session's entry, makes.
std::string end_of(int status, const std::string& entry) {
  const std::string lines =
      lines_of(R"({"log":{"creator":{"name":"x"},"entries":[{"_resourceType":"websocket","request":{"url":"wss://h"},)"
               R"("startedDateTime":"2026-01-02T03:04:05Z","response":{"status":)" +
               std::to_string(status) + "}," + entry + "}]}}");
  const std::string rest = lines.substr(lines.rfind("\"conn\":1,", lines.rfind("\"kind\":\"ending\"")));
  return rest.substr(0, rest.find(",\"write_error\"")) +
         rest.substr(rest.find(",\"detail\""), rest.find(",\"tcp_state\"") - rest.find(",\"detail\""));
}

std::string error_message(const std::string& text) {
  return R"("_webSocketMessages":[{"type":"error","time":1767323046,"opcode":-1,"data":")" + text + "\"}]";
}

TEST(ReadHar, TellsWhatTheRecordTellsOfTheEnd) {
  struct Case {
    int status;
    std::string entry, how, by, read_error, detail;
  };
  const std::string refused = "Error in connection establishment: net::ERR_CONNECTION_REFUSED";
  const Case cases[] = {
      {0, error_message(refused), "connect_failed", "unknown", "null", "\"connection_refused: " + refused + "\""},
      {0,
       error_message("net::ERR_CERT_DATE_INVALID"),
       "tls_failed",
       "unknown",
       "null",
       "\"expired: net::ERR_CERT_DATE_INVALID\""},
      {0,
       error_message("Connection closed before receiving a handshake response"),
       "upgrade_cut",
       "unknown",
       "\"eof\"",
       "\"eof: Connection closed before receiving a handshake response\""},
      {0, error_message("something new"), "capture_ended", "unknown", "null", "\"something new\""},
      {403,
       error_message("Unexpected response code: 403"),
       "upgrade_refused",
       "server",
       "null",
       "\"Unexpected response code: 403\""},
      {101, error_message("Invalid frame header"), "local_close", "client", "null", "\"Invalid frame header\""},
      {101, error_message("net::ERR_CONNECTION_RESET"), "reset", "server", "null", "\"net::ERR_CONNECTION_RESET\""},
      {101, R"("_webSocketClose":"aborted")", "local_close", "unknown", "null", "\"aborted\""},
      {101,
       R"("_webSocketClose":{"code":1008,"reason":"no","timestamp":1767323047})",
       "capture_ended",
       "unknown",
       "null",
       "null"},
      {101, R"("_webSocketMessages":[])", "capture_ended", "unknown", "null", "null"},
  };
  for (const Case& it : cases) {
    EXPECT_EQ(end_of(it.status, it.entry),
              R"("conn":1,"kind":"ending","how":")" + it.how + R"(","by":")" + it.by + R"(","read_error":)" +
                  it.read_error + R"(,"detail":)" + it.detail)
        << it.entry;
  }
}

TEST(ReadHar, ReadsACloseAndMilliseconds) {
  const std::string lines =
      lines_of(R"({"log":{"creator":{"name":"x"},"entries":[{"_resourceType":"websocket","request":{"url":"wss://h"},)"
               R"("startedDateTime":"2026-01-02T03:04:05Z","response":{"status":101},)"
               R"("_webSocketMessages":[{"type":"send","time":1767323045500,"opcode":1,"data":"a"}],)"
               R"("_webSocketClose":{"code":1008,"reason":"no pong","timestamp":1767323645}}]}})");
  EXPECT_NE(lines.find(R"("t_ns":500000000,"conn":1,"kind":"frame","from":"client")"), std::string::npos) << lines;
  EXPECT_NE(lines.find(R"("t_ns":600000000000,"conn":1,"kind":"frame","from":"server","opcode":8)"), std::string::npos)
      << lines;
  EXPECT_NE(lines.find(R"("close_code":1008,"reason":"no pong")"), std::string::npos) << lines;
}

/// The answer's line and the ending, of an entry with messages both ways.
std::string opening_of(const std::string& response) {
  const std::string lines = lines_of(
      R"({"log":{"entries":[{"_resourceType":"websocket","startedDateTime":"2026-01-02T03:04:05Z","request":{"url":"wss://h"},)"
      R"("response":)" +
      response +
      R"(,"_webSocketMessages":[{"type":"receive","time":"2026-01-02T03:04:06.5Z","opcode":1,"data":"a"}]}]}})");
  std::string out;
  for (const char* kind : {R"("kind":"response")", R"("kind":"frame")", R"("kind":"ending")"}) {
    const std::size_t at = lines.find(kind);
    const std::size_t from = lines.rfind('{', at);
    out += lines.substr(from, lines.find('\n', from) - from).substr(0, 96) + "\n";
  }
  return out;
}

TEST(ReadHar, MessagesShowThatASessionOpened) {
  const std::string rest =
      R"({"seq":4,"t_ns":1500000000,"conn":1,"kind":"frame","from":"server","opcode":1,"name":"text","fin
{"seq":5,"t_ns":1500000000,"conn":1,"kind":"ending","how":"capture_ended","by":"unknown","read_e
)";
  EXPECT_EQ(opening_of(R"({"status":0,"headers":[]})"),
            R"({"seq":3,"t_ns":0,"conn":1,"kind":"response","start_line":"HTTP/1.1 101","status":101,"headers":
)" + rest);
  EXPECT_EQ(opening_of(R"({"status":200,"httpVersion":"h2","headers":[]})"),
            R"({"seq":3,"t_ns":0,"conn":1,"kind":"response","start_line":"HTTP/2 200","status":101,"headers":[]
)" + rest);
}

TEST(ReadHar, SaysWhatIsWrong) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "HAR b.har: byte 1: it stops before its end"},
      {"{\"log\":", "HAR b.har: byte 8: it stops before its end"},
      {"{}", "HAR b.har: not a HAR: no \"log\" in it"},
      {R"({"log":{"entries":[]}})", "HAR b.har: no WebSocket session in it"},
      {R"({"log":{"entries":[{"request":)" + std::string(5000, '[') + std::string(5000, ']') + "}]}}",
       "HAR b.har: byte 1031: too deep"},
      {R"({"log":{"entries":[{"request":{"url":1,}}]}})", "HAR b.har: byte 40: a comma stands before this }"},
  };
  for (const auto& [har, said] : cases) {
    EXPECT_EQ(lines_of(har), "error: " + said + "\n");
  }
}

TEST(LooksLikeHar, GoesByTheFirstField) {
  EXPECT_TRUE(looks_like_har("\xEF\xBB\xBF {\n \"log\" :{"));
  for (const char* other : {"", "{", "[", "{\"log\"", "{\"logs\":1}", "{\"whydrop\":1}"}) {
    EXPECT_FALSE(looks_like_har(other)) << other;
  }
}

TEST(Har, AStringWithoutEndIsAnErrorAndNotMemory) {
  std::uint64_t given = 0;
  const ByteSource endless = [&](char* to, std::size_t size) -> Result<std::size_t> {
    constexpr std::string_view kFront = R"({"log":{"comment":")";
    std::fill_n(to, size, 'x');
    kFront.copy(to, given == 0 ? kFront.size() : 0);
    given += size;
    return size;
  };
  const auto read = read_har("b.har", endless)->next();
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "HAR b.har: byte 19: a value in it is longer than 128 MiB");
  EXPECT_LT(given, 130U << 20);
}

}  // namespace
}  // namespace whydrop::capture
