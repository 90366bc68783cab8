#include "report/html.hpp"

#include "unit/report/samples.hpp"

#include <regex>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace whydrop::report {
namespace {

using samples::event;
using samples::frame;
using samples::StringSink;
using session::Side;
using wire::Opcode;

constexpr std::string_view kDataBegins = "<script type=\"application/json\" id=\"data\">\n";
constexpr std::string_view kDataEnds = "</script>\n</body>\n</html>\n";

capture::CaptureHeader header() {
  capture::CaptureHeader made;
  made.started = "2026-01-02T03:04:05.678Z";
  made.tool = "whydrop 0.2.0";
  made.run_id = "0000abcd";
  return made;
}

/// The whole document of these events.
std::string document(const std::vector<session::Event>& events) {
  StringSink out;
  HtmlDocument made(out);
  HtmlSink sink(made, header);
  for (const session::Event& it : events) {
    EXPECT_TRUE(sink.on_event(it));
  }
  EXPECT_TRUE(sink.flush());
  EXPECT_TRUE(made.end());
  return out.text;
}

/// Its data, without the capture's first line.
std::string data_of(const std::string& document) {
  const std::size_t from = document.find(kDataBegins) + kDataBegins.size();
  const std::size_t first = document.find('\n', from) + 1;
  EXPECT_EQ(document.substr(document.size() - kDataEnds.size()), kDataEnds);
  return document.substr(first, document.size() - kDataEnds.size() - first);
}

session::Verdict reset() {
  session::Verdict verdict;
  verdict.code = 1006;
  verdict.code_source = session::CodeSource::derived;
  verdict.browser_code = 1006;
  verdict.ended_by = session::EndedBy::server;
  verdict.how = session::EndingHow::reset;
  verdict.cause = "no-close-reset";
  verdict.headline = "The server's side reset the connection.";
  session::Finding owed("pong-owed", 4);
  owed.severity = session::Severity::warning;
  owed.says = "No ping of the server was answered.";
  verdict.findings = {owed};
  verdict.next = {"Answer pings."};
  return verdict;
}

TEST(HtmlSink, HoldsACapturesLinesWithOpinions) {
  session::Message typed;
  typed.frames = {2};
  typed.length = 2;
  typed.payload = "hi";
  typed.type = "greeting";
  session::Message plain = typed;
  plain.frames = {3};
  plain.type = "";
  EXPECT_EQ(data_of(document({event(1, 0, session::Shutdown{Side::server}),
                              event(2, 1, frame(Side::client, Opcode::text, "hi")),
                              event(2, 1, typed),
                              event(3, 2, frame(Side::server, Opcode::binary, "\xff")),
                              event(3, 2, plain),
                              event(4, 3, reset())})),
            R"({"seq":1,"t_ns":0,"conn":1,"kind":"shutdown","from":"server"}
{"seq":2,"t_ns":1000000,"conn":1,"kind":"frame","from":"client","opcode":1,"mask":"37fa213d","length":2,"offset":0,"text":"hi"}
{"seq":2,"t_ns":1000000,"conn":1,"kind":"message","from":"client","frames":[2],"opcode":1,"compressed":false,"length":2,"wire_length":0,"type":"greeting","cut":0,"text":""}
{"seq":3,"t_ns":2000000,"conn":1,"kind":"frame","from":"server","opcode":2,"name":"binary","length":1,"offset":0,"base64":"/w=="}
{"seq":4,"t_ns":3000000,"conn":1,"kind":"verdict","code":1006,"code_source":"derived","browser_code":1006,"ended_by":"server","how":"reset","close":{"first":null,"received":null,"sent":null},"cause":"no-close-reset","headline":"The server's side reset the connection.","observed":[],"inferred":[],"unknown":[],"next":["Answer pings."],"findings":[{"id":"pong-owed","severity":"warning","confidence":"certain","basis":"observed","at_fault":"unknown","evidence":[4],"says":"No ping of the server was answered.","fix":"","citation":"","count":1}]}
{"kind":"short","conn":1,"tone":"drop","rows":[{"label":"code","mark":"","text":"1006, derived (no Close frame came); a browser says 1006"},{"label":"also","mark":"!","text":"No ping of the server was answered.","id":"pong-owed"},{"label":"next","mark":"1","text":"Answer pings."},{"label":"more","mark":"","text":"-v, or whydrop explain no-close-reset"}]}
)");
}

TEST(HtmlSink, NothingThatAPeerSaysEndsTheData) {
  const std::string text =
      data_of(document({event(1, 0, frame(Side::server, Opcode::text, "</script><script>alert(1)</script><!-- ]]>"))}));
  EXPECT_EQ(text.find('<'), std::string::npos) << text;
  EXPECT_NE(text.find(R"("text":"\u003c/script>\u003cscript>alert(1)\u003c/script>\u003c!-- ]]>")"), std::string::npos)
      << text;
}

TEST(HtmlSink, AndTheFirstLineNeither) {
  StringSink out;
  HtmlDocument made(out);
  HtmlSink sink(made, [] {
    capture::CaptureHeader of = header();
    of.variables = {{"</script>", "<!--"}};
    return of;
  });
  EXPECT_TRUE(sink.on_event(event(1, 0, session::Shutdown{Side::server})));
  EXPECT_TRUE(sink.flush());
  const std::string data = out.text.substr(out.text.find(kDataBegins) + kDataBegins.size());
  EXPECT_NE(data.find(R"("\u003c/script>":"\u003c!--")"), std::string::npos) << data;
  EXPECT_EQ(data.find('<'), std::string::npos) << data;
}

TEST(HtmlSink, KeepsTheBeginningOfALongPayload) {
  const std::string payload(HtmlSink::kMostOfPayload + 1, 'x');
  const std::string text = data_of(document({event(1, 0, frame(Side::server, Opcode::text, payload))}));
  EXPECT_NE(text.find(R"("length":65537,"offset":0,"cut":65536,"text":"xxxx)"), std::string::npos)
      << text.substr(0, 200);
}

TEST(HtmlSink, KeepsTheFirstAndTheLastFramesOfALongSession) {
  const std::string payload(HtmlSink::kMostOfPayload, 'x');
  const std::size_t count = (HtmlSink::kMostHead + HtmlSink::kMostTail) / payload.size() + 10;
  std::vector<session::Event> events;
  for (std::size_t i = 1; i <= count; ++i) {
    events.push_back(event(i, 0, frame(Side::server, Opcode::text, payload)));
  }
  events.push_back(event(count + 1, 1, session::Shutdown{Side::server}));
  events.push_back(event(count + 1, 1, reset()));
  const std::string text = data_of(document(events));
  const auto holds = [&](const std::string& part) { return text.find(part) != std::string::npos; };
  EXPECT_LE(text.size(), HtmlSink::kMostHead + HtmlSink::kMostTail + 4096);
  EXPECT_TRUE(holds("{\"seq\":1,"));
  EXPECT_FALSE(holds("{\"seq\":1030,"));
  EXPECT_TRUE(holds("{\"seq\":" + std::to_string(count) + ","));
  EXPECT_TRUE(holds("{\"kind\":\"left_out\",\"events\":"));
}

TEST(HtmlDocument, LetsItsOwnScriptRunAndNothingElse) {
  const std::string text = document({});
  const std::string head = text.substr(0, 1000);
  std::smatch policy;
  ASSERT_TRUE(std::regex_search(
      head,
      policy,
      std::regex("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src "
                 "'sha256-[A-Za-z0-9+/]{43}='; style-src 'sha256-[A-Za-z0-9+/]{43}='; base-uri "
                 "'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'\">")));
  EXPECT_EQ(text.find(" style="), std::string::npos);
  EXPECT_EQ(text.find("innerHTML"), std::string::npos);
}

TEST(HtmlDocument, IsWholeWithoutASession) {
  const std::string text = document({});
  EXPECT_EQ(text.substr(0, 15), "<!doctype html>");
  EXPECT_EQ(text.substr(text.size() - kDataBegins.size() - kDataEnds.size()),
            std::string(kDataBegins) + std::string(kDataEnds));
}

}  // namespace
}  // namespace whydrop::report
