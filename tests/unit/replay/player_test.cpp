#include "replay/player.hpp"

#include "unit/replay/tape.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace whydrop::replay {
namespace {

using session::Side;
using wire::Opcode;

constexpr std::int64_t kMs = 1000000;

std::string bytes_of(const std::vector<std::string>& frames) {
  std::string out;
  for (const std::string& frame : frames) {
    out += " <";
    for (const char byte : frame) {
      out += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    }
    out += ">";
  }
  return out;
}

/// A player with its recording and plan.
class Played {
 public:
  explicit Played(const std::string& text, Player::Settings settings = {}, Selection selection = {}) {
    Recording::Settings how;
    how.selection = selection;
    how.frames = settings.raw;
    auto opened = open_text(text, how);
    recording_ = std::move(*opened);
    auto plan = make_plan(*recording_, settings.profile, settings.edits, settings.raw);
    EXPECT_TRUE(plan) << (plan ? "" : plan.error().message);
    plan_ = std::move(*plan);
    EXPECT_TRUE(recording_->rewind());
    player_ = std::make_unique<Player>(*recording_, plan_, std::move(settings));
  }

  /// What is to be done after `ms`.
  std::string at(double ms) {
    const auto next = player_->next(static_cast<std::int64_t>(ms * kMs));
    if (!next) {
      return "error: " + next.error().message + "; " + next.error().hint;
    }
    return std::visit(
        overloaded{[](const Ready& ready) {
                     return (ready.rebound ? "rebound " : "") + words_of(*ready.act).substr(4) + bytes_of(ready.frames);
                   },
                   [](const Player::Wait& wait) {
                     const std::string until = wait.until_ns ? fmt::format(" until {}ms", *wait.until_ns / kMs) : "";
                     return "wait" + until + (wait.missing.empty() ? "" : " for " + wait.missing);
                   },
                   [](const Player::Done&) { return std::string("done"); }},
        *next);
  }
  /// Without frames and redactions: the payload of the act that is next, or what else is.
  std::string sent(double ms) {
    const std::string what = at(ms);
    const std::size_t text = what.find("text ");
    return text == std::string::npos ? what : what.substr(text + 5);
  }
  void hear(std::string_view payload, double ms = 0) {
    player_->heard(true, payload, static_cast<std::int64_t>(ms * kMs));
  }
  const Plan& plan() const { return plan_; }
  const Player& player() const { return *player_; }

 private:
  std::unique_ptr<Recording> recording_;
  Plan plan_;
  std::unique_ptr<Player> player_;
};

Player::Settings paced(std::string_view pace) {
  Player::Settings settings;
  settings.pace = *parse_pace(pace);
  return settings;
}

TEST(Pace, IsRead) {
  const std::tuple<std::string, Pace::Kind, double> good[] = {{"matched", Pace::Kind::matched, 1},
                                                              {"recorded", Pace::Kind::recorded, 1},
                                                              {"fast", Pace::Kind::fast, 1},
                                                              {"2x", Pace::Kind::recorded, 2},
                                                              {"0.5x", Pace::Kind::recorded, 0.5},
                                                              {".25x", Pace::Kind::recorded, 0.25},
                                                              {"0.001x", Pace::Kind::recorded, 0.001},
                                                              {"1000.x", Pace::Kind::recorded, 1000}};
  for (const auto& [text, kind, factor] : good) {
    const auto pace = parse_pace(text);
    ASSERT_TRUE(pace) << text;
    EXPECT_EQ(pace->kind, kind) << text;
    EXPECT_EQ(pace->factor, factor) << text;
  }
  for (const std::string text : {"",
                                 "x",
                                 "0x",
                                 "-1x",
                                 "1e3x",
                                 "2000x",
                                 "nanx",
                                 "infx",
                                 "quick",
                                 "2 x",
                                 ".x",
                                 "1.2.3x",
                                 "0.0009x",
                                 "1000.1x",
                                 "1.0000000000000001x"}) {
    const auto pace = parse_pace(text);
    ASSERT_FALSE(pace) << text;
    EXPECT_EQ(pace.error().message, "pace " + text + ": there is none of this name");
    EXPECT_EQ(pace.error().hint, "matched, recorded, fast, or a factor from 0.001x to 1000x, as in 2x");
  }
}

TEST(Player, WhereHalfOfAMessageWasRecordedAnyThatIsNotAwaitedWillDo) {
  auto cut = frame_of(Side::server, Opcode::text, R"({"type":"big","t)");
  cut.header.length = 2000000;
  Tape tape = Tape::opened();
  tape.client("a").frame(cut).server(R"({"type":"y"})").client("b").ending();
  Played played(tape.text(), paced("fast"));
  EXPECT_EQ(played.at(0), "#4 4ms text a");
  EXPECT_EQ(played.at(0), "wait for type=y and 1 more");
  played.hear(R"({"type":"y"})");
  EXPECT_EQ(played.at(0), "wait for a message whose content is not in the recording");
  played.hear(R"({"type":"big","text":"…"})");
  EXPECT_EQ(played.at(0), "#7 7ms text b");
  EXPECT_EQ(played.at(0), "done");
}

TEST(Player, MatchedWaitsForEachKindAndKeepsTheGap) {
  Played played(Tape::opened()
                    .server(R"({"type":"hello"})")
                    .server(R"({"type":"ack"})")
                    .wait(50)
                    .client(R"({"n":1})")
                    .server(R"({"type":"ack"})")
                    .wait(60000)
                    .client(R"({"n":2})")
                    .ending()
                    .text());
  EXPECT_EQ(played.at(0), "wait for type=hello and 1 more");
  played.hear(R"({"type":"ack"})", 10);
  EXPECT_EQ(played.at(10), "wait for type=hello");
  played.hear(R"({"type":"unasked"})", 12);
  played.hear(R"({"type":"hello"})", 20);
  EXPECT_EQ(played.at(20), "wait until 71ms");
  EXPECT_EQ(played.sent(71), R"({"n":1})");
  EXPECT_EQ(played.at(71), "wait for type=ack (2nd)");
  played.hear(R"({"type":"ack"})", 100);
  EXPECT_EQ(played.at(100), "wait until 5100ms");  // not a minute
  EXPECT_EQ(played.sent(5100), R"({"n":2})");
  EXPECT_EQ(played.at(5101), "done");
  EXPECT_EQ(played.at(5102), "done");
}

TEST(Player, MatchedWaitsForWhatCameLastBeforeItIsDone) {
  Played played(Tape::opened().client("a").server("b").ending().text());
  EXPECT_EQ(played.sent(1), "a");
  EXPECT_EQ(played.at(1), "wait for text");
  played.hear("c", 2);
  EXPECT_EQ(played.at(3), "done");
}

TEST(Player, RecordedKeepsTheTimes) {
  const std::string text = Tape::opened().wait(100).client("a").wait(199).client("b").ending().text();
  Played once(text, paced("recorded"));
  EXPECT_EQ(once.at(0), "wait until 101ms");
  EXPECT_EQ(once.sent(101), "a");
  EXPECT_EQ(once.at(102), "wait until 301ms");
  EXPECT_EQ(once.sent(400), "b");
  Played twice(text, paced("2x"));
  EXPECT_EQ(twice.at(0), "wait until 50ms");
  EXPECT_EQ(twice.sent(51), "a");
}

TEST(Player, FastWaitsForWhatCameBeforeAndForNoTime) {
  Played played(Tape::opened()
                    .server(R"({"type":"hello"})")
                    .client("a")
                    .server(R"({"type":"ready","token":"abc-1234"})")
                    .client(R"({"token":"abc-1234","n":1})")
                    .ending()
                    .text(),
                paced("fast"));
  EXPECT_EQ(played.at(0), "wait for type=hello");
  played.hear(R"({"type":"hello"})");
  EXPECT_EQ(played.sent(0), "a");
  EXPECT_EQ(played.at(0), "wait for type=ready");
  played.hear(R"({"type":"ready","token":"new \"5678\""})");
  EXPECT_EQ(played.at(0), R"(rebound #7 7ms text {"token":"new \"5678\"","n":1})");
  EXPECT_EQ(played.at(0), "done");
}

TEST(Player, LeavesOutWhatWasNotSelected) {
  Selection selection;
  selection.from_seq = 6;
  selection.to_seq = 7;
  Played played(Tape::opened()
                    .server(R"({"type":"hello"})")
                    .client("a")
                    .server(R"({"type":"ack"})")
                    .client("b")
                    .client("c")
                    .ending()
                    .text(),
                {},
                selection);
  EXPECT_EQ(played.at(0), "wait for type=ack");
  played.hear(R"({"type":"ack"})", 1);
  EXPECT_EQ(played.sent(2), "b");
  EXPECT_EQ(played.at(10), "done");
}

TEST(Player, PutsInWhatTheServerMakesNow) {
  struct Case {
    std::string name, recorded, live, client, expected;
  };
  const Case cases[] = {
      {"an id", R"({"id":"abc-1111"})", R"({"id":"xyz-2222"})", R"({"to": "abc-1111"})", R"({"to": "xyz-2222"})"},
      {"a number", R"({"id":123456})", R"({"id":7})", R"({"to":[123456]})", R"({"to":[7]})"},
      {"a number that is a string now", R"({"id":123456})", R"({"id":"a-1"})", R"({"to":123456})", R"({"to":"a-1"})"},
      {"a string from a number", R"({"id":123456})", R"({"id":99})", R"({"to":"123456"})", R"({"to":"99"})"},
      {"inside a longer string",
       R"({"id":"0b7f3a52-5d1f-4a3c-9f6e-2f1f0a6f1b11"})",
       R"({"id":"new"})",
       R"({"to":"/v1/0b7f3a52-5d1f-4a3c-9f6e-2f1f0a6f1b11/x"})",
       R"({"to":"/v1/new/x"})"},
      {"inside one with escapes",
       R"({"id":"0b7f3a52-5d1f-4a3c-9f6e-2f1f0a6f1b11"})",
       R"({"id":"new"})",
       R"({"to":"\"0b7f3a52-5d1f-4a3c-9f6e-2f1f0a6f1b11\""})",
       R"({"to":"\"new\""})"},
      {"in a message that is no JSON",
       R"({"id":"0b7f3a52-5d1f-4a3c-9f6e-2f1f0a6f1b11"})",
       R"({"id":"new"})",
       R"(SUBSCRIBE 0b7f3a52-5d1f-4a3c-9f6e-2f1f0a6f1b11)",
       R"(SUBSCRIBE new)"},
      {"twice", R"({"id":"abc-1111"})", R"({"id":"n"})", R"(["abc-1111","abc-1111"])", R"(["n","n"])"},
      {"the same value",
       R"({"id":"abc-1111"})",
       R"({"id":"abc-1111"})",
       R"({"to":"abc-1111"})",
       R"({"to":"abc-1111"})"},
      {"a short one is not looked for inside",
       R"({"id":"abc-1111"})",
       R"({"id":"n"})",
       R"({"to":"a abc-1111"})",
       R"({"to":"a abc-1111"})"},
      {"a word is none", R"({"type":"status"})", R"({"type":"status"})", R"({"re":"status"})", R"({"re":"status"})"},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(each.name);
    Played played(Tape::opened().server(each.recorded).client(each.client).ending().text(), paced("fast"));
    played.hear(each.live);
    EXPECT_EQ(played.sent(0), each.expected);
  }
}

TEST(Player, LeavesTheClientsOwnValuesAlone) {
  Played played(Tape::opened()
                    .client(R"({"tracing":"abc-1111","in":"x/own-2222"})")
                    .server(R"({"type":"ack","tracing":"abc-1111","in":"own-2222"})")
                    .client(R"({"again":"abc-1111","in":"own-2222"})")
                    .ending()
                    .text(),
                paced("fast"));
  EXPECT_TRUE(played.plan().links.empty());
  played.sent(0);
  played.hear(R"({"type":"ack","tracing":"xyz-1111","in":"xyz-2222"})");
  EXPECT_EQ(played.sent(0), R"({"again":"abc-1111","in":"own-2222"})");
}

TEST(Player, BindsMaskedPartsInWhateverOrderTheyAreTold) {
  Player::Settings settings = paced("fast");
  settings.value_of = [](const std::string& name) { return std::optional("the " + name); };
  Played played(
      Tape::opened().client(R"({"a":"xxxx","b":"yyyy"})", {{17, 4, "second"}, {6, 4, "first"}}).ending().text(),
      settings);
  EXPECT_EQ(played.sent(0), R"({"a":"the first","b":"the second"})");
}

TEST(Player, TellsWhichValuesOfTheLiveServerAreSecret) {
  Player::Settings settings = paced("fast");
  std::string told;
  settings.on_secret = [&told](const std::string& variable, const std::string& value) {
    told += variable + "=" + value + ";";
  };
  Played played(Tape::opened()
                    .server(R"({"type":"hi","pin":"xxxx"})", {{20, 4, "mine"}})
                    .client(R"({"code":"xxxx"})", {{9, 4, "mine"}})
                    .ending()
                    .text(),
                settings);
  played.at(0);
  played.hear(R"({"type":"hi","pin":"new-1"})");
  EXPECT_EQ(told, "mine=new-1;");
  EXPECT_EQ(played.sent(0), R"({"code":"new-1"})");
}

TEST(Player, WaitsNoLongerThanATimeCanSay) {
  Player::Settings settings = paced("0.001x");
  Played played(Tape::opened().wait(2'000'000'000'000).client("a").ending().text(), settings);
  EXPECT_EQ(played.at(0), "wait until 2305843009213ms");
}

TEST(Player, PairsTheNthOfAKind) {
  Played played(Tape::opened()
                    .server(R"({"type":"a","id":"id-000001"})")
                    .server(R"({"type":"b","id":"id-000009"})")
                    .server(R"({"type":"a","id":"id-000002"})")
                    .client(R"({"re":"id-000002"})")
                    .client(R"({"re":"id-000001"})")
                    .client(R"({"re":"id-000009"})")
                    .ending()
                    .text(),
                paced("fast"));
  played.hear(R"({"type":"a","id":"A1"})");
  EXPECT_EQ(played.sent(0), "wait for type=a (2nd) and 1 more");
  played.hear(R"({"type":"a","id":"A2"})");
  EXPECT_EQ(played.sent(0), "wait for type=b");
  played.hear(R"({"type":"b"})");
  EXPECT_EQ(played.sent(0), R"({"re":"A2"})");
  EXPECT_EQ(played.sent(0), R"({"re":"A1"})");
  EXPECT_EQ(played.sent(0), "wait for /id in type=b");
}

TEST(Player, TakesWhatCameBeforeItWasRead) {
  Played played(Tape::opened()
                    .client("first")
                    .server(R"({"type":"a","id":"id-000001"})")
                    .client(R"({"re":"id-000001"})")
                    .ending()
                    .text(),
                paced("fast"));
  played.hear(R"({"type":"a","id":"early"})");
  EXPECT_EQ(played.sent(0), "first");
  EXPECT_EQ(played.sent(0), R"({"re":"early"})");
}

TEST(Player, BindsMaskedValues) {
  auto settings = paced("fast");
  settings.value_of = [](const std::string& variable) {
    return variable == "token" ? std::optional<std::string>("a\"b") : std::nullopt;
  };
  Played played(Tape::opened()
                    .client(R"({"token": "xxxx", "n":1})", {{11, 4, "token"}})
                    .client("auth xxxx!", {{5, 4, "token"}})
                    .client(R"({"pin":1111})", {{7, 4, "token"}})
                    .client(R"({"p":"xx"})", {{6, 2, "other"}})
                    .ending()
                    .text(),
                settings);
  EXPECT_EQ(played.sent(0), R"({"token": "a\"b", "n":1})");
  EXPECT_EQ(played.sent(0), "auth a\"b!");
  EXPECT_EQ(played.sent(0), R"({"pin":"a\"b"})");
  EXPECT_EQ(played.sent(0),
            "error: cannot send message 7: the value of other is not known; --var other=VALUE gives it");
}

TEST(Player, TakesMaskedValuesFromTheServer) {
  Played played(Tape::opened()
                    .server(R"({"type":"auth","header":"Bearer xxxx;"})", {{32, 4, "token"}})
                    .client(R"({"token":"xxxx"})", {{10, 4, "token"}})
                    .ending()
                    .text(),
                paced("fast"));
  ASSERT_EQ(played.plan().needed.size(), 1U);
  EXPECT_TRUE(played.plan().needed[0].from_server);
  EXPECT_EQ(played.sent(0), "wait for type=auth");
  played.hear(R"({"type":"auth","header":"Bearer live-token;"})");
  EXPECT_EQ(played.sent(0), R"({"token":"live-token"})");
}

TEST(Player, BindsVariablesThatTheRecordingNames) {
  capture::CaptureHeader header;
  header.variables = {{"queue_id", "0b7f3a52"}, {"language", "en"}};
  auto settings = paced("fast");
  settings.value_of = [](const std::string& variable) { return std::optional<std::string>("my-" + variable); };
  Played played(Tape(header).open().request().response().client(R"({"q":"0b7f3a52","l":"en"})").ending().text(),
                settings);
  EXPECT_EQ(played.sent(0), R"({"q":"my-queue_id","l":"en"})");
}

TEST(Player, MakesEdits) {
  auto settings = paced("fast");
  settings.edits = {
      *parse_edit("4:/a=other"), *parse_edit("4:/b/c=[1]"), *parse_edit("5:=whole text"), *parse_edit("7:/x=1")};
  Edit skip;
  skip.seq = 6;
  skip.kind = Edit::Kind::skip;
  settings.edits.push_back(skip);
  Played played(Tape::opened().client(R"({"a":1,"b":{}})").client("b").client("c").client("d").ending().text(),
                settings);
  EXPECT_EQ(played.sent(0), R"({"a":"other","b":{"c":[1]}})");
  EXPECT_EQ(played.sent(0), "whole text");
  EXPECT_EQ(played.at(0), "error: edit 7:/x: cannot set /x: the text is not JSON: Invalid value; ");
}

TEST(Player, AnEditOfAScalarLeavesTheRestAsItWasWritten) {
  auto settings = paced("fast");
  settings.edits = {*parse_edit("4:/b/0=other"), *parse_edit("4:/n={\"x\": 1}")};
  Played played(Tape::opened().client("{ \"a\" : \"\\u00e9\", \"b\": [ 1.50 , 2 ],\"n\":null}").ending().text(),
                settings);
  EXPECT_EQ(played.sent(0), "{ \"a\" : \"\\u00e9\", \"b\": [ \"other\" , 2 ],\"n\":{\"x\": 1}}");
}

TEST(Player, RefusesWhatWasNotRecordedWhole) {
  auto frame = frame_of(Side::client, Opcode::text, "abc");
  frame.header.length = 10;
  auto settings = paced("fast");
  const std::string text = Tape::opened().frame(frame).ending().text();
  EXPECT_EQ(Played(text, settings).at(0), "error: cannot send message 4: only 3 of 10 bytes were recorded; ");
  settings.edits = {*parse_edit("4:=abcdefghij")};
  EXPECT_EQ(Played(text, settings).sent(0), "abcdefghij");
}

TEST(Edit, IsRead) {
  const auto edit = parse_edit("14:/a=b=c");
  ASSERT_TRUE(edit);
  EXPECT_EQ(edit->seq, 14U);
  EXPECT_EQ(edit->pointer, "/a");
  EXPECT_EQ(edit->value, "\"b=c\"");
  const std::pair<std::string, std::string> wrong[] = {
      {"", "edit : it does not begin with the number of an event and a colon"},
      {"x:/a=1", "edit x:/a=1: it does not begin with the number of an event and a colon"},
      {"0:/a=1", "edit 0:/a=1: it does not begin with the number of an event and a colon"},
      {"4", "edit 4: it does not begin with the number of an event and a colon"},
      {"4:/a", "edit 4:/a: no = in it"},
      {"4:a=1", "edit 4:a=1: a is no JSON Pointer: it begins with /"},
  };
  for (const auto& [text, message] : wrong) {
    const auto bad = parse_edit(text);
    ASSERT_FALSE(bad) << text;
    EXPECT_EQ(bad.error().message, message);
    EXPECT_EQ(bad.error().hint,
              "SEQ:/pointer=VALUE sets a value, SEQ:=TEXT the whole message, as in 14:/queueId=other");
  }
}

}  // namespace
}  // namespace whydrop::replay
