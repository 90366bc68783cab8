#include "unit/report/samples.hpp"

#include <gtest/gtest.h>

namespace whydrop::report {
namespace {

using samples::plain;
using session::Basis;
using session::CodeSource;
using session::Confidence;
using session::EndedBy;
using session::EndingHow;
using session::Finding;
using session::Party;
using session::Severity;
using session::Side;
using session::Verdict;

Finding finding(std::string id, Severity severity, Basis basis, std::string says) {
  Finding out(std::move(id), 6);
  out.severity = severity;
  out.basis = basis;
  out.evidence = {6, 7};
  out.says = std::move(says);
  return out;
}

Verdict dropped() {
  Verdict verdict;
  verdict.code = 1006;
  verdict.code_source = CodeSource::derived;
  verdict.browser_code = 1006;
  verdict.ended_by = EndedBy::server;
  verdict.how = EndingHow::fin;
  verdict.cause = "no-close-fin";
  verdict.headline =
      "Dropped: the server closed TCP (FIN) without a Close frame, 1.2 s after your second message, which it left "
      "unanswered.";
  verdict.observed = {"No Close frame was seen in either direction.", "The server sent FIN."};
  Finding idle = finding("idle-60s", Severity::warning, Basis::inferred, "Nothing was sent for 60 s before the end.");
  idle.confidence = Confidence::medium;
  idle.at_fault = Party::network;
  idle.fix = "Send pings every 30 s.";
  Finding fin = finding("no-close-fin", Severity::error, Basis::observed, "The server sent FIN without a Close frame.");
  fin.at_fault = Party::server;
  fin.citation = "RFC 6455 section 7.1.5";
  fin.fix = "Look at the server's log.";
  fin.count = 3;
  verdict.findings = {fin, idle};
  verdict.inferred = {idle.says};
  verdict.unknown = {"Whether the server itself or a proxy between ended it."};
  verdict.next = {"Look at the server's log."};
  return verdict;
}

Style verbose() {
  Style style = plain();
  style.verbosity = 1;
  return style;
}

TEST(VerdictBlock, TellsOfADropInShort) {
  EXPECT_EQ(verdict_block(dropped(), plain()),
            "▌ Dropped: the server closed TCP (FIN) without a Close frame, 1.2 s after your\n"
            "▌ second message, which it left unanswered.\n"
            "  code       1006, derived (no Close frame came); a browser says 1006\n"
            "  also       ≈ Nothing was sent for 60 s before the end.\n"
            "  next       1 Look at the server's log.\n"
            "  more       -v, or whydrop explain no-close-fin\n");
}

// What only repeats the headline has no sentence there either.
TEST(VerdictBlock, TellsAllOfADropOnceWhereMoreIsAskedFor) {
  EXPECT_EQ(verdict_block(dropped(), verbose()),
            "▌ Dropped: the server closed TCP (FIN) without a Close frame, 1.2 s after your\n"
            "▌ second message, which it left unanswered.\n"
            "\n"
            "  code       1006, derived (no Close frame came); a browser says 1006\n"
            "\n"
            "  observed   • No Close frame was seen in either direction.\n"
            "             • The server sent FIN.\n"
            "\n"
            "  findings   ✗ no-close-fin, error, fault: server, 3 times\n"
            "               see #6, #7; RFC 6455 section 7.1.5\n"
            "\n"
            "  inferred   ≈ idle-60s, warning, medium confidence, fault: network\n"
            "               Nothing was sent for 60 s before the end.\n"
            "               Try: Send pings every 30 s.\n"
            "               see #6, #7\n"
            "\n"
            "  unknown    ? Whether the server itself or a proxy between ended it.\n"
            "\n"
            "  next       1 Look at the server's log.\n"
            "\n"
            "  explain    whydrop explain no-close-fin\n");
}

// However much there is to say: two more findings in a line each, and steps as long as there is room.
TEST(VerdictBlock, FitsInEightLines) {
  Verdict verdict = dropped();
  const std::string says = "A finding that takes more than one line of eighty columns, since it goes on and on.";
  for (const char* id : {"one", "two", "three"}) {
    verdict.findings.push_back(finding(id, Severity::warning, Basis::observed, says));
  }
  verdict.next = {"Do this first.", "Then do that.", "And that."};
  EXPECT_EQ(verdict_block(verdict, plain()),
            "▌ Dropped: the server closed TCP (FIN) without a Close frame, 1.2 s after your\n"
            "▌ second message, which it left unanswered.\n"
            "  code       1006, derived (no Close frame came); a browser says 1006\n"
            "  also       ≈ Nothing was sent for 60 s before the end.\n"
            "             ! A finding that takes more than one line of eighty columns, …\n"
            "  next       1 Do this first.\n"
            "             2 Then do that.\n"
            "  more       -v, or whydrop explain no-close-fin\n");
}

TEST(VerdictBlock, LeavesOutWhatThereIsNotAndWrapsWithoutATerminal) {
  Verdict verdict;
  verdict.code = 1000;
  verdict.code_source = CodeSource::sent;
  verdict.browser_code = 1000;
  verdict.ended_by = EndedBy::client;
  verdict.how = EndingHow::fin;
  verdict.first_close = Side::client;
  verdict.headline = "Closed as asked.";
  const std::string expected =
      "▌ Closed as asked.\n"
      "  code       1000 (normal closure), sent by you\n"
      "  more       -v, or whydrop explain 1000\n";
  EXPECT_EQ(verdict_block(verdict, plain(0)), expected);
  EXPECT_EQ(verdict_block(verdict, plain(80)), expected);
}

TEST(VerdictBlock, SaysWhereEachCodeIsFrom) {
  const auto code_line =
      [](std::optional<std::uint16_t> code, CodeSource source, std::optional<std::uint16_t> browser) {
        Verdict verdict;
        verdict.code = code;
        verdict.code_source = source;
        verdict.browser_code = browser;
        if (code == 1005) {
          verdict.received = session::CloseSeen{};
        }
        const std::string block = verdict_block(verdict, plain(100));
        const std::size_t begin = block.find("code       ") + 11;
        return block.substr(begin, block.find('\n', begin) - begin);
      };
  EXPECT_EQ(code_line(1008, CodeSource::received, 1008), "1008 (policy violation), received");
  EXPECT_EQ(code_line(1002, CodeSource::sent, 1006), "1002 (protocol error), sent by you; a browser says 1006");
  EXPECT_EQ(code_line(4001, CodeSource::received, 4001), "4001 (private use), received");
  EXPECT_EQ(code_line(1005, CodeSource::derived, 1005),
            "1005, derived (the Close carried no code); a browser says 1005");
  EXPECT_EQ(code_line(std::nullopt, CodeSource::none, 1006), "none: the session never opened; a browser says 1006");
}

TEST(VerdictBlock, BreaksNoAddress) {
  Verdict verdict;
  verdict.headline =
      "Refused: GET /webdeployments/v1/deployments/6f1f6f1f-0000-4000-8000-000000000000/config.json answered 404.";
  verdict.next = {
      "Connect to wss://webmessaging.mypurecloud.com/v1?deploymentId=6f1f6f1f-0000-4000-8000-000000000000."};
  const std::string block = verdict_block(verdict, plain());
  EXPECT_NE(block.find("▌ Refused: GET\n"
                       "▌ /webdeployments/v1/deployments/6f1f6f1f-0000-4000-8000-000000000000/config.json\n"
                       "▌ answered 404.\n"),
            std::string::npos)
      << block;
  EXPECT_NE(
      block.find(
          "             wss://webmessaging.mypurecloud.com/v1?deploymentId=6f1f6f1f-0000-4000-8000-000000000000.\n"),
      std::string::npos)
      << block;
}

TEST(VerdictBlock, ExplainsAnErrorBeforeACodeThatSaysNothing) {
  Verdict verdict;
  verdict.code = 1000;
  session::Finding finding("schema-required", 6);
  verdict.findings = {finding};
  EXPECT_NE(verdict_block(verdict, plain()).find("whydrop explain schema-required\n"), std::string::npos);
  verdict.findings[0].severity = session::Severity::note;
  EXPECT_NE(verdict_block(verdict, plain()).find("whydrop explain 1000\n"), std::string::npos);
}

TEST(VerdictBlock, SaysThatARecordEndsBeforeAnyCode) {
  Verdict verdict;
  verdict.how = EndingHow::capture_ended;
  const std::string block = verdict_block(verdict, plain());
  EXPECT_NE(block.find("  code       none: the session's end is not in the record\n"), std::string::npos) << block;
}

Verdict closed_in_order() {
  Verdict verdict;
  verdict.code = 1000;
  verdict.code_source = CodeSource::sent;
  verdict.browser_code = 1000;
  verdict.ended_by = EndedBy::client;
  verdict.how = EndingHow::fin;
  verdict.first_close = Side::client;
  verdict.sent = verdict.received = session::CloseSeen{};
  verdict.headline = "Your side closed the session with 1000; the server confirmed it.";
  verdict.observed = {"The first Close came from you."};
  return verdict;
}

TEST(VerdictBlock, IsALineWhereNothingIsWrong) {
  const std::string line = "▌ Your side closed the session with 1000; the server confirmed it.\n";
  Verdict verdict = closed_in_order();
  EXPECT_EQ(verdict_block(verdict, plain()), line);
  Finding note = finding("dialect", Severity::note, Basis::inferred, "Nobody serves it.");
  note.evidence = {1};
  verdict.findings = {note};
  verdict.inferred = {note.says};
  verdict.next = {"Look elsewhere."};
  EXPECT_EQ(verdict_block(verdict, plain()), line + "  note       ≈ Nobody serves it.\n");
  Verdict call;
  call.how = EndingHow::local_close;
  call.headline = "POST /token answered 200 OK.";
  call.observed = {"TCP connected."};
  EXPECT_EQ(verdict_block(call, plain()), "▌ POST /token answered 200 OK.\n");
}

TEST(VerdictBlock, IsMoreThanALineWhereSomethingIsWrongOrMoreIsAskedFor) {
  EXPECT_NE(verdict_block(closed_in_order(), verbose()).find("• The first Close came from you.\n"), std::string::npos);
  const auto whole = [](const Verdict& verdict, const Style& style) {
    return verdict_block(verdict, style).find("  code ") != std::string::npos;
  };
  EXPECT_FALSE(whole(closed_in_order(), plain()));
  Verdict unconfirmed = closed_in_order();
  unconfirmed.received.reset();
  EXPECT_TRUE(whole(unconfirmed, plain()));
  Verdict by_server = closed_in_order();
  by_server.first_close = Side::server;
  EXPECT_TRUE(whole(by_server, plain()));
  Verdict unclear = closed_in_order();
  unclear.unknown = {"By whom."};
  EXPECT_TRUE(whole(unclear, plain()));
  Verdict odd = closed_in_order();
  odd.findings = {finding("odd", Severity::warning, Basis::inferred, "Odd.")};
  EXPECT_TRUE(whole(odd, plain()));
}

TEST(VerdictBlock, IsColouredByHowBadItIs) {
  Style style = plain();
  style.color = true;
  const auto bar = [&](const Verdict& verdict) { return verdict_block(verdict, style).substr(0, 5); };
  EXPECT_EQ(bar(dropped()), "\x1b[31m");
  Verdict closed;
  closed.code = 1000;
  closed.first_close = Side::server;
  EXPECT_EQ(bar(closed), "\x1b[33m");
  closed.first_close = Side::client;
  EXPECT_EQ(bar(closed), "\x1b[32m");
  closed.findings = {finding("x", Severity::error, Basis::inferred, "A guess.")};
  EXPECT_EQ(bar(closed), "\x1b[32m");
  closed.findings = {finding("x", Severity::error, Basis::observed, "A fact.")};
  EXPECT_EQ(bar(closed), "\x1b[31m");
}

TEST(VerdictBlock, BoundsWhatItLists) {
  Verdict verdict;
  verdict.code = 1000;
  for (int i = 0; i < 10; ++i) {
    verdict.findings.push_back(finding("rule-" + std::to_string(i), Severity::warning, Basis::observed, "Odd."));
    verdict.findings.back().evidence = {1, 2, 3, 4, 5, 6, 7};
  }
  const std::string block = verdict_block(verdict, verbose());
  EXPECT_NE(block.find("  ! rule-7, warning\n"), std::string::npos) << block;
  EXPECT_EQ(block.find("rule-8"), std::string::npos) << block;
  EXPECT_NE(block.find("see #1, #2, #3, #4, #5, #6 …\n"), std::string::npos) << block;
  EXPECT_NE(block.find("  and 2 more; --output ndjson lists them all\n"), std::string::npos) << block;
}

TEST(VerdictBlock, EscapesWhatThePeerSent) {
  Verdict verdict;
  verdict.headline = "Closed with reason \"\x1b[2J\".";
  verdict.observed = {"Last: \x07"};
  const std::string block = verdict_block(verdict, verbose());
  EXPECT_NE(block.find("Closed with reason \"\\x1b[2J\"."), std::string::npos) << block;
  EXPECT_NE(block.find("• Last: \\x07\n"), std::string::npos) << block;
}

}  // namespace
}  // namespace whydrop::report
