#include "replay/plan.hpp"

#include "profile/profile.hpp"
#include "replay/message_key.hpp"
#include "unit/replay/tape.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace whydrop::replay {
namespace {

using session::Side;
using wire::Opcode;

std::string plan_of(const std::string& text,
                    const std::vector<Edit>& edits = {},
                    bool raw = false,
                    const profile::Profile* profile = nullptr) {
  Recording::Settings settings;
  settings.frames = raw;
  auto recording = open_text(text, settings);
  if (!recording) {
    return "error: " + recording.error().message;
  }
  const auto plan = make_plan(**recording, profile, edits, raw);
  return plan ? plan_text(*plan) : "error: " + plan.error().message + "; " + plan.error().hint;
}

TEST(Plan, SaysWhatIsSentOtherwiseThanItWas) {
  auto unmasked = frame_of(Side::client, Opcode::text, "a");
  unmasked.header.masked = false;
  auto reserved = frame_of(Side::client, Opcode::text, "b");
  reserved.header.rsv = 2;
  auto long_form = frame_of(Side::client, Opcode::ping, "c");
  long_form.header.length_form = wire::LengthForm::bits_64;
  auto marked = frame_of(Side::client, Opcode::text, "d");
  marked.header.rsv = wire::kRsv1;
  const std::string text =
      Tape::opened().frame(unmasked).frame(reserved).frame(long_form).frame(marked).client("e").ending().text();
  const std::string note =
      "  note       4 events were framed against RFC 6455 (RSV bits, no mask, or not the shortest length); without "
      "--raw they are sent as it wants\n";
  EXPECT_NE(plan_of(text).find(note), std::string::npos) << plan_of(text);
  EXPECT_EQ(plan_of(text, {}, true).find("note"), std::string::npos) << plan_of(text, {}, true);
}

TEST(Plan, SaysWhichEventsAreNotInTheFile) {
  std::string text = Tape::opened().client("a").client("b").client("c").client("d").ending().text();
  const std::size_t b = text.find("{\"seq\":5"), d = text.find("{\"seq\":7");
  text.erase(b, d - b);
  EXPECT_EQ(plan_of(text), R"(  URL        ws://h/
  recorded   a capture, 5 ms
  sends      2 messages
  heard      0 messages
  ended      fin, by server
  note       2 events are not in the file, the first is #5: what the client sent there is not sent again
)");
}

TEST(Plan, RemembersNoPlaceThatIsFarTooLongToBeOne) {
  const std::string key(2000, 'k');
  const std::string text = Tape::opened()
                               .server("{\"" + key + "\":\"abc-1111\",\"id\":\"abc-2222\"}")
                               .client(R"({"re":"abc-1111"})")
                               .client(R"({"re":"abc-2222"})")
                               .ending()
                               .text();
  EXPECT_NE(plan_of(text).find("  binds      /id of {" + key.substr(0, 119) + " → /re of {re}\n"), std::string::npos)
      << plan_of(text);
}

TEST(Plan, KnowsTheMembersInWhichTheServerToldWhatIsMasked) {
  const std::string text = Tape::opened()
                               .server(R"({"a":{"pin":"xxxx"},"b":["yyyy"],"c":"z"})", {{13, 4, "one"}, {26, 4, "two"}})
                               .client("a")
                               .ending()
                               .text();
  auto recording = open_text(text);
  const auto plan = make_plan(**recording, nullptr, {}, false);
  EXPECT_EQ(plan->secret_keys, (std::vector<std::string>{"pin", "b"}));
  EXPECT_TRUE(plan->masked.empty());
}

TEST(Plan, PrintsNoSecretOfABrowsersRecord) {
  const std::string har =
      R"({"log":{"version":"1.2","creator":{"name":"c","version":"1"},"entries":[{"startedDateTime":)"
      R"("2026-11-21T18:00:00.000Z","time":1,"request":{"method":"GET","url":"wss://h.example/?token=hunter2&v=1",)"
      R"("httpVersion":"HTTP/1.1","headers":[],"queryString":[],"cookies":[],"headersSize":1,"bodySize":0},)"
      R"("response":{"status":101,"statusText":"Switching Protocols","httpVersion":"HTTP/1.1","headers":[],)"
      R"("cookies":[],"content":{"size":0,"mimeType":""},"redirectURL":"","headersSize":1,"bodySize":0},"cache":{},)"
      R"("timings":{},"_webSocketMessages":[{"type":"send","time":1763748000.1,"opcode":1,"data":"{}"}]}]}})";
  EXPECT_EQ(plan_of(har), R"(  URL        wss://h.example/?token=xxxxxxx&v=1
  recorded   a HAR, 0 ns
  sends      1 message
  heard      0 messages
  note       a HAR has no frames, pings or Closes, and does not show how the session ended
)");
}

TEST(Plan, RefusesMoreMaskedVariablesThanItCanTell) {
  Tape tape = Tape::opened();
  for (int i = 0; i <= 1000; ++i) {
    tape.client("xx", {{0, 2, "v" + std::to_string(i)}});
  }
  EXPECT_EQ(plan_of(tape.ending().text()), "error: cannot replay x: more than 1,000 variables are masked in it; ");
}

TEST(Plan, SaysAllOfASession) {
  session::Open open;
  open.url = "wss://h/chat?access_token=xxx";
  open.redact = {{26, 3, "access_token"}};
  session::Request request;
  request.start_line = "GET / HTTP/1.1";
  request.headers = {{"Host", "h", {}},
                     {"Authorization", "Bearer xxxx", {{7, 4, "jwt"}}},
                     {"Sec-WebSocket-Protocol", "a, b", {}},
                     {"Sec-WebSocket-Extensions", "permessage-deflate", {}}};
  capture::CaptureHeader header;
  header.profile = "chat";
  header.variables = {{"queue", "0b7f3a52"}};
  auto cut = frame_of(Side::client, Opcode::text, "abc");
  cut.header.length = 1000000;
  cut.header.length_form = wire::LengthForm::bits_64;
  const std::string text =
      Tape(header)
          .event(open)
          .event(request)
          .response()
          .server(R"({"type":"chat_ready","token":"abc-1111","secret":"xxxx"})", {{50, 4, "secret"}})
          .client(R"({"type":"message","token":"abc-1111","queue":"0b7f3a52"})")
          .client(R"({"type":"message","token":"abc-1111","jwt":"xxxx"})", {{44, 4, "jwt"}})
          .client(R"({"type":"secret","s":"xxxx"})", {{22, 4, "secret"}})
          .frame(cut)
          .frame(frame_of(Side::client, Opcode::ping, "p"))
          .frame(frame_of(Side::client, Opcode::text, "a", false))
          .frame(frame_of(Side::client, Opcode::continuation, "b"))
          .frame(frame_of(Side::client, Opcode::close, close_payload(1000, "bye")))
          .frame(frame_of(Side::server, Opcode::close, close_payload(1000, "")))
          .ending()
          .conn(2)
          .open()
          .header(header)
          .text();
  EXPECT_EQ(plan_of(text), R"(  URL        wss://h/chat?access_token=xxx
  profile    chat
  recorded   a capture, run 1 of 2, connection 1; 2 WebSocket connections in it, 11 ms
  sends      5 messages, 1 ping, 1 Close
  heard      1 message
  ended      the client's Close 1000 "bye"; the server's Close 1000; fin, by server
  needs      access_token → the URL
             jwt → the header Authorization, 2 times
  server's   secret → /s of type=secret (#7)
  binds      variable queue → /queue of type=message
             /token of type=chat_ready → /token of type=message, 2 times
  cannot     #8: only 3 of 1,000,000 bytes were recorded
  note       1 message went in fragments; without --raw each goes in one frame
)");
  Recording::Settings settings;
  auto recording = open_text(text, settings);
  const auto plan = make_plan(**recording, nullptr, {}, false);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->subprotocols, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(plan->extensions, "permessage-deflate");
  EXPECT_EQ(plan->duration_ns, 11000000);
}

TEST(Plan, SaysWhatOtherKindsDoNotTell) {
  EXPECT_EQ(plan_of("{\"a\":1}\n{\"a\":2}\n"), R"(  recorded   a file of messages
  sends      2 messages
  note       a file of messages has no times and nothing of the server
)");
  EXPECT_EQ(
      plan_of(R"({"log":{"entries":[{"_webSocketMessages":[{"type":"send","time":1767323045.5,"opcode":1,"data":"a"}],
         "startedDateTime":"2026-01-02T03:04:05.000Z","request":{"url":"wss://h/p"},"response":{"status":101}}]}})"),
      R"(  URL        wss://h/p
  recorded   a HAR, 500 ms
  sends      1 message
  heard      0 messages
  note       a HAR has no frames, pings or Closes, and does not show how the session ended
)");
}

TEST(Plan, SaysWhereAFileIsCut) {
  EXPECT_EQ(plan_of(Tape::opened().client("a").line("{\"seq\":5,").text()), R"(  URL        ws://h/
  recorded   a capture, 1 ms
  sends      1 message
  heard      0 messages
  ended      the recording stops before the end; line 6 is cut: its writer was stopped
)");
}

TEST(Plan, SaysWhatRawMakesAnew) {
  session::Frame frame = frame_of(Side::client, Opcode::text, "");
  frame.header.rsv = wire::kRsv1;
  frame.header.length = 4;
  frame.has_payload = false;
  session::Inflated inflated;
  inflated.from = Side::client;
  inflated.frames = {4};
  inflated.content = R"({"token":"xx"})";
  inflated.length = inflated.content.size();
  inflated.redact = {{10, 2, "token"}};
  const std::string text = Tape::opened("permessage-deflate").frame(frame).event(inflated).ending().text();
  EXPECT_EQ(plan_of(text, {}, true), R"(  URL        ws://h/
  recorded   a capture, 3 ms
  sends      1 message
  heard      0 messages
  ended      fin, by server
  needs      token → /token of {token} (#4)
  note       a frame whose content changes has its length made anew, and fragments keep their share of it
             1 message is compressed anew as the new session agrees: a capture does not hold compressed bytes
)");
}

TEST(Plan, TellsRepliesThatNoVariableTakes) {
  const std::string text =
      Tape()
          .open(session::Role::http, "https://h/v2/chats?x=1")
          .event(session::Request{"POST /v2/chats HTTP/1.1", {}, "", 0, {}})
          .event(
              session::Response{"HTTP/1.1 200 OK", 200, {}, R"({"id":"0b7f-1111","member":"ab-2222"})", 2, "", 0, {}})
          .conn(2)
          .open(session::Role::websocket, "wss://h/chats/0b7f-1111/socket")
          .request()
          .response()
          .client(R"({"member":"ab-2222"})")
          .ending()
          .text();
  EXPECT_EQ(plan_of(text), R"(  URL        wss://h/chats/0b7f-1111/socket
  recorded   a capture, 2 ms
  REST       1 call before the session
  sends      1 message
  heard      0 messages
  ended      fin, by server
  note       /id of the reply to POST https://h/v2/chats came back in the URL: it is sent as recorded, since no variable takes it
             /member of the reply to POST https://h/v2/chats came back as /member of {member}: it is sent as recorded, since no variable takes it
)");
  profile::Profile profile;
  profile::Call call;
  call.method = "POST";
  call.takes = {{"chat", "/id"}, {"member", "/member"}};
  profile.calls.push_back(call);
  EXPECT_EQ(plan_of(text, {}, false, &profile), R"(  URL        wss://h/chats/0b7f-1111/socket
  recorded   a capture, 2 ms
  REST       1 call before the session
  sends      1 message
  heard      0 messages
  ended      fin, by server
  binds      variable member → /member of {member}
)");
}

/// Messages that came before the server's first are looked into all the same.
TEST(Plan, ReadsAgainWhereTheServerSpeaksLate) {
  std::string expected;
  Tape tape = Tape::opened();
  tape.client(R"({"own":"mine-1111"})").client("b").server(R"({"echo":"mine-1111","id":"made-2222"})");
  tape.client(R"({"own":"mine-1111","id":"made-2222"})").ending();
  EXPECT_EQ(plan_of(tape.text()), R"(  URL        ws://h/
  recorded   a capture, 5 ms
  sends      3 messages
  heard      1 message
  ended      fin, by server
  binds      /id of {echo, id} → /id of {own, id}
)");
}

TEST(Plan, BoundsLinks) {
  Tape tape = Tape::opened();
  std::string made = "{", sent = "{";
  for (int i = 0; i < 1030; ++i) {
    made += fmt::format("{}\"k{}\":\"id-{:06}\"", i == 0 ? "" : ",", i, i);
    sent += fmt::format("{}\"k{}\":\"id-{:06}\"", i == 0 ? "" : ",", i, i);
  }
  const std::string text = tape.server(made + "}").client(sent + "}").ending().text();
  const std::string plan = plan_of(text);
  EXPECT_NE(plan.find("  note       only the first 1,024 places that the server's values came back in are bound; 6 "
                      "values elsewhere are sent as recorded\n"),
            std::string::npos)
      << plan.substr(plan.size() > 300 ? plan.size() - 300 : 0);
}

TEST(Plan, SaysWhatIsWrong) {
  const std::string quiet = Tape::opened().server("a").ending().text();
  EXPECT_EQ(plan_of(quiet),
            "error: cannot replay x: the client sent nothing in it; whydrop inspect x shows what it holds");
  const std::string second = Tape::opened().ending().conn(2).open().request().response().client("a").ending().text();
  EXPECT_EQ(
      plan_of(second),
      "error: cannot replay x: the client sent nothing on connection 1; --conn N takes another of its 2 WebSocket "
      "connections; whydrop inspect x shows what it holds");
  const std::string text = Tape::opened().client("a").server("b").ending().text();
  const std::tuple<std::uint64_t, std::uint64_t, std::string> parts[] = {
      {5, UINT64_MAX, "from event 5 on"}, {0, 3, "up to event 3"}, {5, 3, "from event 5 to event 3"}};
  for (const auto& [from, to, words] : parts) {
    Recording::Settings part;
    part.selection.from_seq = from;
    part.selection.to_seq = to;
    const auto plan = make_plan(**open_text(text, part), nullptr, {}, false);
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().message, "cannot replay x: the client sent nothing " + words);
  }
  EXPECT_EQ(
      plan_of(text, {*parse_edit("5:=x")}),
      "error: edit 5: the client sent no message of this number; whydrop inspect x --only client shows the numbers");
}

}  // namespace
}  // namespace whydrop::replay
