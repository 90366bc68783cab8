#include "unit/profile/checked.hpp"

#include <gtest/gtest.h>

namespace whydrop::profile {
namespace {

using Lines = std::vector<std::string>;
using Seqs = std::vector<std::uint64_t>;

constexpr const char* kMessages = R"("messages": {
  "client": {
    "start": {"about": "a", "match": {"/type": "start"}, "example": {"type": "start", "data": {"widget": "w"}},
              "schema": {"type": "object", "required": ["data"],
                         "properties": {"data": {"type": "object", "required": ["widget"]}}}},
    "loud": {"about": "a", "match": {"/type": "say", "/loud": true}},
    "say": {"about": "a", "match": {"/type": "say"},
            "schema": {"properties": {"text": {"type": "string", "pattern": "^[a-w ]*$", "maxLength": 20},
                                      "pin": {"maximum": 10}}}},
    "poll": {"about": "a", "match": {"/poll": {"exists": true}}}
  },
  "server": {
    "started": {"about": "a", "match": {"/type": "started"}, "take": {"room": "/room", "key": "/key"},
                "schema": {"required": ["room"]}},
    "said": {"about": "a", "match": {"/type": "said"}}
  }
},
"variables": {"room": {"about": "a"}, "key": {"about": "a", "secret": true}})";

constexpr const char* kSequence = R"(, "sequence": {"start": "new", "ready": "on", "states": {
  "new": {"about": "new", "client": {"start": "waiting"}},
  "waiting": {"about": "not started yet", "server": {"started": "on"}},
  "on": {"about": "on", "client": {"say": "", "loud": [{"where": {"/text": "HO"}, "to": "off"}]}},
  "off": {"about": "off"}}})";

std::shared_ptr<const Profile> with(const std::string& more) {
  return made_profile(kMessages + more);
}

TEST(Checker, NamesTheFirstTypeThatMatches) {
  Checked session(with(""));
  EXPECT_EQ(session.send(R"({"type":"say","loud":true})").type, "loud");
  EXPECT_EQ(session.send(R"({"type":"say","loud":false})").type, "say");
  EXPECT_EQ(session.send(R"({"poll":1})").type, "poll");
  EXPECT_EQ(session.send(R"({"type":"else","poll":1})").type, "poll");
  EXPECT_EQ(session.receive(R"({"type":"said"})").type, "said");
  EXPECT_EQ(session.receive(R"({"type":"say"})").type, "");
}

TEST(Checker, SaysOfAMessageWhetherItIsValid) {
  Checked session(with(""));
  EXPECT_EQ(session.send(R"({"type":"say","text":"hi"})").valid, true);
  EXPECT_EQ(session.send(R"({"type":"loud"})").valid, std::nullopt);
  EXPECT_EQ(session.send(R"({"type":"say","loud":true})").valid, std::nullopt) << "it has no schema";
  const auto wrong = session.send(R"({"type":"start","data":{}})");
  EXPECT_EQ(wrong.valid, false);
  EXPECT_EQ(wrong.errors, (Lines{"/data/widget is missing"}));
  const auto text = session.send("hi");
  EXPECT_EQ(text.valid, false);
  EXPECT_EQ(text.errors, (Lines{"not JSON: Invalid value"}));
}

TEST(Checker, ACutMessageIsNotJudged) {
  Checked session(with(""));
  session::Message message;
  message.frames = {9};
  message.payload = R"({"type":"st)";
  message.length = 1000;
  session.checker.annotate(message);
  session.checker.on_event({9, 0, 1, message});
  EXPECT_EQ(message.valid, std::nullopt);
  EXPECT_EQ(session.lines(), Lines());
}

TEST(Checker, AFaultIsAnErrorOfTheClientsAndAWarningOfTheServers) {
  Checked session(with(""));
  session.send(R"({"type":"start"})");
  EXPECT_EQ(session.lines(), (Lines{"error schema-required: start: /data is missing."}));
  session.receive(R"({"type":"started"})");
  EXPECT_EQ(session.lines(), (Lines{"warning schema-required: started: /room is missing."}));
  session.receive(R"({"type":"news"})");
  EXPECT_EQ(session.lines(),
            (Lines{"note message-unknown: The server sent a message with /type \"news\": made has none such."}));
}

TEST(Checker, OneFindingForEachKindOfFault) {
  Checked session(with(""));
  session.send(R"({"type":"say","text":"xxxxxxxxxxxxxxxxxxxxxxx","pin":11})");
  EXPECT_EQ(session.lines().size(), 3U);
}

TEST(Checker, GuessesWhatAnUnknownMessageWasMeantToBe) {
  struct Row {
    const char* text;
    const char* says;
  };
  const Row rows[] = {
      {R"({"type":"strat"})",
       "error message-unknown: The client sent a message with /type \"strat\": made has none such; did you mean "
       "start?"},
      {R"({"type":"connect","data":{"widget":"w"}})",
       "error message-unknown: The client sent a message with /type \"connect\": made has none such; did you mean "
       "start?"},
      {R"({"type":"connect"})",
       "error message-unknown: The client sent a message with /type \"connect\": made has none such; did you mean "
       "start?"},
      {R"({"a":1})",
       "error message-unknown: The client sent a message without /type: made has none such; did you mean start?"},
  };
  for (const Row& row : rows) {
    Checked session(with(kSequence));
    session.send(row.text);
    EXPECT_EQ(session.lines(), (Lines{row.says}));
  }
}

TEST(Checker, FollowsTheSequence) {
  Checked session(with(kSequence));
  EXPECT_EQ(session.checker.state(), "new");
  EXPECT_FALSE(session.checker.ready());
  session.pass(3);
  session.send(R"({"type":"say"})");
  EXPECT_EQ(session.lines(),
            (Lines{"error sequence-too-early: say was sent 3 ms after the session opened, before start was sent "
                   "and started came."}));
  session.send(R"({"type":"start","data":{"widget":"w"}})");
  session.pass(5);
  session.send(R"({"type":"say"})");
  EXPECT_EQ(session.lines(), (Lines{"error sequence-too-early: say was sent 5 ms after start, before started came."}));
  session.receive(R"({"type":"started","room":"r"})");
  EXPECT_EQ(session.checker.state(), "on");
  EXPECT_TRUE(session.checker.ready());
  session.pass(7);
  session.send(R"({"type":"start","data":{"widget":"w"}})");
  session.send(R"({"type":"say","loud":true})");
  EXPECT_EQ(
      session.lines(),
      (Lines{"error sequence-too-late: start was sent 7 ms after started, when the session was on: too "
             "late for start.",
             "error sequence-unexpected: loud was sent less than 1 ms after start, when the session was on; it is "
             "taken in no state."}));
  session.send(R"({"type":"say","loud":true,"text":"HO"})");
  EXPECT_EQ(session.checker.state(), "off");
  EXPECT_TRUE(session.checker.ready()) << "it was";
}

TEST(Checker, EachRecordOfAMessageIsJudged) {
  Checked session(with(std::string(kSequence) + R"(, "shape": {"ends_with": "\u001e"})"));
  const auto both =
      session.send("{\"type\":\"start\",\"data\":{\"widget\":\"w\"}}\x1e{\"type\":\"start\",\"data\":{}}\x1e");
  EXPECT_EQ(both.type, "start");
  EXPECT_EQ(both.valid, false);
  EXPECT_EQ(both.errors, (Lines{"/data/widget is missing"}));
  session.receive("{\"type\":\"started\",\"room\":\"r\"}\x1e{\"type\":\"said\"}\x1e");
  EXPECT_EQ(session.checker.state(), "on");
}

TEST(Checker, EvidenceOfASequenceFaultIsTheMessageAndWhatStoodBeforeIt) {
  Checked session(with(kSequence));
  session.send(R"({"type":"say"})");
  ASSERT_EQ(session.findings.size(), 1U);
  EXPECT_EQ(session.findings[0].evidence, (Seqs{4, 3}));
  EXPECT_EQ(session.findings[0].fix, "Send start and wait for started before sending say.");
}

TEST(Checker, APreviewTellsTheSameAndChangesNothing) {
  Checked session(
      with(std::string(kSequence) +
           R"(, "shape": {"gaps": [{"message": "say", "least": "1s"}], "compact": true, "max_message": 40})"));
  const char* rows[] = {R"({"type":"say"})",
                        R"({"type":"nothing"})",
                        R"({"type":"start","data":3})",
                        R"({"type":"start", "data":{"widget":"a long name for one"}})",
                        R"(no)",
                        R"({"type":"start","data":{"widget":"w"}})",
                        R"({"type":"say"})"};
  for (const char* text : rows) {
    const auto before = session.preview(text);
    EXPECT_EQ(session.preview(text), before) << text;
    EXPECT_EQ(session.lines(), Lines());
    session.send(text);
    EXPECT_EQ(session.lines(), before) << text;
  }
}

TEST(Checker, APreviewCountsFrames) {
  const Checked session(made_profile(R"(
    "messages": {"client": {"a": {"about": "a", "match": {"/a": {"exists": true}}}}, "server": {}},
    "shape": {"one_frame": true, "max_frame": 10})"));
  constexpr std::string_view kText = R"({"a":"long enough"})";
  EXPECT_EQ(session.preview(kText), (Lines{"error shape-too-large: A frame of a has 19 bytes; at most 10 are taken."}));
  EXPECT_EQ(session.preview(kText, 2),
            (Lines{"error shape-fragmented: a was sent in fragments; made takes a message in one frame only."}));
}

TEST(Checker, OfTheSignalsOfAMessageTheFirstThatHoldsIsTold) {
  Checked session(made_profile(R"(
    "messages": {"client": {}, "server": {"error": {"about": "e", "match": {"/error": {"exists": true}}}}},
    "signals": [{"message": "error", "where": {"/error": "late"}, "finding": {"id": "late", "says": "Too late."}},
                {"message": "error", "finding": {"id": "refused", "says": "Refused ({$/error})."}}])"));
  session.receive(R"({"error":"late"})");
  EXPECT_EQ(session.lines(), (Lines{"error late: Too late."}));
  session.receive(R"({"error":"other"})");
  EXPECT_EQ(session.lines(), (Lines{"error refused: Refused (other)."}));
}

TEST(Checker, RepliesMayBeManyWhereTheProfileSaysSo) {
  for (const bool many : {false, true}) {
    Checked session(with(std::string(R"(, "correlate": {"client": "/id", "server": "/id", "many": )") +
                         (many ? "true}" : "false}")));
    session.send(R"({"type":"say","id":1})");
    session.receive(R"({"type":"said","id":1})");
    session.receive(R"({"type":"said","id":1})");
    EXPECT_EQ(session.lines().size(), many ? 0U : 1U);
  }
}

TEST(Checker, AMaskedValueIsNotJudged) {
  Checked session(with(""));
  const auto masked = session.send(R"({"type":"say","text":"xxxx"})", {{22, 4, "token"}});
  EXPECT_EQ(masked.valid, std::nullopt);
  const auto number = session.send(R"({"type":"say","pin":111})", {{20, 3, "pin"}});
  EXPECT_EQ(number.valid, std::nullopt);
  EXPECT_EQ(session.lines(), Lines());

  const auto plain = session.send(R"({"type":"say","text":"xxxx"})");
  EXPECT_EQ(plain.valid, false);
  EXPECT_EQ(session.lines().size(), 1U);
  const auto other = session.send(R"({"type":"say","text":"xxxx","pin":11.5})", {{22, 4, "token"}});
  EXPECT_EQ(other.valid, false);
  EXPECT_EQ(session.lines().size(), 1U) << "what is not masked is judged";
}

TEST(Checker, TakesWhatRepliesGiveButNoMask) {
  Checked session(with(""));
  session.receive(R"({"type":"started","room":"r1","key":"xxx"})", {{38, 3, "key"}});
  EXPECT_EQ(session.bindings.get("room"), "r1");
  EXPECT_EQ(session.bindings.get("key"), std::nullopt);
}

TEST(Checker, SecretsOfAReplyAreKnownBeforeItIsTold) {
  Checked session(with(""));
  std::vector<std::string> secrets;
  session.bindings.on_secret(
      [&](const std::string& variable, const std::string& value) { secrets.push_back(variable + "=" + value); });
  session::Message message;
  message.from = Side::server;
  message.frames = {5};
  message.payload = R"({"type":"started","room":"r1","key":"abc"})";
  message.length = message.payload.size();
  session.checker.annotate(message);
  EXPECT_EQ(secrets, (Lines{"key=abc"}));
}

TEST(Checker, AValueThatIsSecretByItsNameIsNotQuoted) {
  Checked session(made_profile(R"("messages": {"client": {
    "a": {"about": "a", "match": {"/a": {"exists": true}},
          "schema": {"properties": {"token": {"pattern": "^x"}, "pin": {"type": "number"}, "n": {"type": "number"}}}}},
    "server": {}}, "secret_keys": ["pin"],
    "signals": [{"side": "client", "message": "a",
                 "finding": {"id": "told", "severity": "note", "says": "{$type} has {$/token}, {$/n} and {$/none}."}}])"));
  const auto message = session.send(R"({"a":1,"token":"hunter2","pin":"hunter3","n":"plain"})");
  EXPECT_EQ(message.errors,
            (Lines{"/token is a string; expected text that matches ^x",
                   "/pin is a string; expected a number",
                   "/n is a string, \"plain\"; expected a number"}));
  EXPECT_EQ(session.lines(),
            (Lines{"error schema-pattern: a: /token is a string; expected text that matches ^x.",
                   "error schema-type: a: /pin is a string; expected a number; /n is a string, \"plain\"; expected a "
                   "number.",
                   "note told: a has (secret), plain and ?."}));
}

TEST(Checker, AMillionFaultsAreCountedNotTold) {
  Checked session(with(""));
  for (int i = 0; i < 150; ++i) {
    session.send(R"({"type":"start"})");
  }
  EXPECT_EQ(session.lines().size(), 100U);
  session.end();
  ASSERT_EQ(session.findings.size(), 1U);
  EXPECT_EQ(session.findings[0].count, 50U);
  EXPECT_EQ(session.lines(),
            (Lines{"error schema-required: The same was found 50 more times, the last time in event 153."}));
}

TEST(Checker, AProfileWithoutMessagesOrSequenceFindsNothing) {
  Checked session(made_profile(R"("messages": {"client": {}, "server": {}})"));
  session.send(R"({"a":1})");
  session.end();
  EXPECT_EQ(session.checker.state(), "");
  EXPECT_TRUE(session.checker.ready());
  EXPECT_EQ(session.lines(), Lines());
}

}  // namespace
}  // namespace whydrop::profile
