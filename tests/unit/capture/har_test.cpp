#include "capture/har.hpp"

#include "capture/sniff.hpp"
#include "unit/capture/samples.hpp"

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
  const auto read = read_har("b.har", source, [&out](const Reader::Item& item) {
    if (const auto* event = std::get_if<session::Event>(&item)) {
      append_event(out, *event);
    } else {
      append_header(out, std::get<CaptureHeader>(item));
    }
  });
  return read ? out : out + "error: " + read.error().message + "\n";
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
{"seq":6,"t_ns":2000000000,"conn":1,"kind":"ending","how":"capture_ended","by":"unknown","read_error":null,"write_error":null,"detail":"gone","tcp_state":null,"unacked":null,"retransmits":null,"rtt_us":null}
{"seq":7,"t_ns":3000000000,"conn":2,"kind":"open","role":"websocket","url":"wss://h","parent":null}
{"seq":8,"t_ns":3000000000,"conn":2,"kind":"request","start_line":"GET / HTTP/1.1","headers":[],"size":0}
{"seq":9,"t_ns":3000000000,"conn":2,"kind":"response","start_line":"HTTP/1.1 403","status":403,"headers":[],"body":"no","body_length":2,"size":0}
{"seq":10,"t_ns":3000000000,"conn":2,"kind":"ending","how":"capture_ended","by":"unknown","read_error":null,"write_error":null,"detail":null,"tcp_state":null,"unacked":null,"retransmits":null,"rtt_us":null}
)");
}

TEST(ReadHar, SaysWhatIsWrong) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "HAR b.har: empty"},
      {"{\"log\":", "HAR b.har: not JSON at byte 8: Invalid value."},
      {"{}", "HAR b.har: not a HAR: no \"log\" in it"},
      {R"({"log":{"entries":[]}})", "HAR b.har: no WebSocket session in it"},
      {R"({"log":)" + std::string(5000, '['), "HAR b.har: not JSON at byte 1008: too deep"},
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

}  // namespace
}  // namespace whydrop::capture
