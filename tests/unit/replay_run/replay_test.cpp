// A session is recorded and replayed, in one process, with a clock that only the test moves.
#include "replay_run/replay.hpp"

#include "profile/load.hpp"
#include "replay_run/masked_values.hpp"
#include "replay_run/repeat.hpp"
#include "replay_run/tally.hpp"
#include "run/client_run.hpp"
#include "support/folder.hpp"
#include "support/hand_host.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace whydrop::replay_run {
namespace {

using namespace std::chrono_literals;
using test::Folder;
using test::HandConnection;
using test::HandHost;
using Acts = std::vector<std::string>;

void echo_server(HandConnection& it) {
  it.echo();
  it.accept();
}

void other_server(HandConnection& it) {
  it.accept();
  it.later(10ms, [&it] { it.says("something else"); });
  it.later(2s, [&it] { it.closes(4000, "enough"); });
}

script::Move raw(std::string text) {
  profile::Step said;
  said.kind = profile::Step::Kind::raw;
  said.text = std::move(text);
  return script::saying(std::move(said), true);
}

/// Records a session in which `messages` are said and echoed; returns the capture's path.
std::string record(const Folder& folder, const std::vector<std::string>& messages, run::Secrets secrets = {}) {
  HandHost host;
  host.servers = {echo_server};
  run::Session session;
  session.address = *target::parse_address("ws://h/p");
  session.capture.file = folder.path("recorded.ndjson");
  session.secrets = std::move(secrets);
  run::ClientPlan plan;
  for (const std::string& message : messages) {
    plan.script.moves.push_back(raw(message));
  }
  plan.script.replies = {engine::ReplyRule::Kind::each};
  run::ProfileInUse none;
  EXPECT_EQ(run::run_client(host.host(), session, none, false, std::move(plan)), 0);
  return session.capture.file;
}

ReplayRequest request_for(const std::string& file) {
  ReplayRequest request;
  request.file = file;
  request.session.output.quiet = true;
  return request;
}

/// The exit code, or the error's words.
std::string code_of(const HandHost& host, const ReplayRequest& request) {
  const auto code = replay(host.host(), request);
  return code ? std::to_string(*code) : code.error().message;
}

TEST(Replay, DoesWhatTheClientDid) {
  const Folder folder;
  HandHost host;
  host.servers = {echo_server};
  EXPECT_EQ(code_of(host, request_for(record(folder, {"one", "two"}))), "0");
  EXPECT_EQ(host.acts, (Acts{"connect ws://h/p", "send one", "send two", "close 1000"}));
  EXPECT_EQ(host.err.text, "");
}

struct AddressCase {
  std::string url, expected;
};

TEST(Replay, GoesWhereItIsSent) {
  const std::vector<AddressCase> cases = {
      {"ws://other:81", "connect ws://other:81/p"},  // a server only: the recorded path is kept
      {"ws://other:81/", "connect ws://other:81/"},
      {"ws://other/q?r", "connect ws://other/q?r"},
  };
  const Folder folder;
  const std::string recorded = record(folder, {"one"});
  for (const AddressCase& test : cases) {
    HandHost host;
    host.servers = {echo_server};
    ReplayRequest request = request_for(recorded);
    request.session.address = *target::parse_address(test.url);
    EXPECT_EQ(code_of(host, request), "0") << test.url;
    EXPECT_EQ(host.acts.front(), test.expected);
  }
}

TEST(Replay, PrintsItsPlanAndOpensNothing) {
  const Folder folder;
  HandHost host;
  ReplayRequest request = request_for(record(folder, {"one"}));
  request.only_plan = true;
  request.session.address = *target::parse_address("ws://other/");
  EXPECT_EQ(code_of(host, request), "0");
  EXPECT_EQ(host.acts, Acts());
  EXPECT_NE(host.out.text.find("to         ws://other/\n"), std::string::npos) << host.out.text;
}

TEST(Replay, GivesUpWhereTheServerDoesNotSayWhatItSaid) {
  const Folder folder;
  HandHost host;
  host.servers = {[](HandConnection& it) { it.accept(); }};
  ReplayRequest request = request_for(record(folder, {"one", "two"}));
  request.patience = 3s;
  EXPECT_EQ(code_of(host, request), "1");
  EXPECT_GE(host.clock().now_ns(), std::chrono::nanoseconds(3s).count());
  EXPECT_NE(host.err.text.find("waited for text (1st) and 1 more: it did not come within 3 s"), std::string::npos)
      << host.err.text;
}

TEST(Replay, AMaskedValueIsNeededAndNeverShown) {
  const Folder folder;
  const std::string recorded = record(folder, {"key hush-hush"}, {{{"key", "hush-hush"}}, false});
  EXPECT_EQ(folder.read("recorded.ndjson").find("hush-hush"), std::string::npos);
  HandHost host;
  host.servers = {echo_server};
  ReplayRequest request = request_for(recorded);
  EXPECT_EQ(code_of(host, request).substr(0, 40), "variable key is not set: it is masked in");
  request.session.secrets.values = {{"key", "new-value"}};
  request.session.output = {};
  EXPECT_EQ(code_of(host, request), "0");
  EXPECT_EQ(host.acts.at(1), "send key new-value");
  EXPECT_EQ((host.out.text + host.err.text).find("new-value"), std::string::npos);
}

TEST(Replay, ComparesWhatCameWithTheRecording) {
  const Folder folder;
  ReplayRequest request = request_for(record(folder, {"one"}));
  request.compare = ComparisonChoice();
  request.findings_fail = false;
  {
    HandHost host;
    host.servers = {echo_server};
    EXPECT_EQ(code_of(host, request), "0") << host.out.text;
  }
  HandHost host;
  host.servers = {other_server};
  EXPECT_EQ(code_of(host, request), "1");
  EXPECT_NE(host.out.text.find("1 difference (1 changed)"), std::string::npos) << host.out.text;
}

TEST(Replay, ManyTimesOnOneLoop) {
  const Folder folder;
  HandHost host;
  host.servers = {echo_server, echo_server, [](HandConnection& it) {
                    it.accept();
                    it.later(10ms, [&it] { it.end(session::EndingHow::reset, session::EndedBy::server); });
                  }};
  ReplayRequest request = request_for(record(folder, {"one"}));
  request.count = 3;
  request.parallel = 2;
  request.patience = 1s;
  request.silent = true;
  EXPECT_NE(code_of(host, request), "0");
  EXPECT_EQ(host.out.text.substr(0, 52), "3 runs, 2 at a time: 2 survived, 1 did not\n\n    runs") << host.out.text;
}

TEST(Replay, NamesWhatIsNoRecording) {
  const HandHost host;
  const Folder folder;
  EXPECT_EQ(code_of(host, request_for("/none")), "cannot read /none: No such file or directory");
  const std::string lines = folder.file("lines", "{\"text\":\"hi\"}\n");
  const std::string without_url = code_of(host, request_for(lines));
  EXPECT_EQ(without_url, "no URL given, and " + lines + " holds messages only");
}

// ---- a session again and again ---

/// Sends "one", and waits for its reply.
std::string repeated(HandHost& host, const RepeatSettings& settings) {
  const auto code = repeat(host.host(), settings, [&](std::uint64_t, const run::Attach& attach) {
    run::Session session;
    session.address = *target::parse_address("ws://h/p");
    run::ClientPlan plan;
    plan.silent = true;
    plan.script.moves = {raw("one")};
    plan.script.replies = {engine::ReplyRule::Kind::each};
    run::ProfileInUse none;
    return run::run_client(host.host(), std::move(session), none, false, std::move(plan), attach);
  });
  return code ? std::to_string(*code) : code.error().message;
}

void reset_server(HandConnection& it) {
  it.accept();
  it.later(10ms, [&it] { it.end(session::EndingHow::reset, session::EndedBy::server); });
}

TEST(Repeat, CountsHowSessionsEnded) {
  HandHost host;
  host.servers = {echo_server, reset_server, echo_server};
  EXPECT_EQ(repeated(host, {3, false}), "6");
  EXPECT_EQ(host.out.text,
            "3 runs: 2 survived, 1 did not\n"
            "\n"
            "    runs  code  ending                  least / median / most\n"
            "       2  1000  closed by the client    0 ns / 0 ns / 0 ns\n"
            "       1  1006  reset (no-close-reset)  10 ms / 10 ms / 10 ms\n"
            "\n"
            "dropped 1 of 3, after the 1st text\n");
}

TEST(Repeat, EndsAtTheFirstDrop) {
  HandHost host;
  host.servers = {echo_server, reset_server, echo_server};
  EXPECT_EQ(repeated(host, {3, true}), "6");
  EXPECT_EQ(host.out.text.substr(0, 30), "2 runs: 1 survived, 1 did not\n") << host.out.text;
  EXPECT_EQ(std::count(host.acts.begin(), host.acts.end(), "connect ws://h/p"), 2);
}

// ---- values ---------------------------------------------------------------------------------------------------------

struct MaskedCase {
  std::string variable;
  std::string expected;  ///< value and where it is from
};

TEST(MaskedValues, AreLookedForInOrder) {
  const auto environment = [](const std::string& name) {
    return name == "WHYDROP_THREE" || name == "WHYDROP_ONE" ? "environment" : std::string();
  };
  const auto values = MaskedValues::make({{"one", "a"}, {"one", "b"}}, {{"one", "c"}, {"two", "d"}}, environment);
  ASSERT_TRUE(values);
  const std::vector<MaskedCase> cases = {
      {"one", "b of --secret"}, {"two", "d of --var"}, {"three", "environment of WHYDROP_THREE"}, {"four", "none"}};
  for (const MaskedCase& test : cases) {
    const auto found = values->find(test.variable, nullptr);
    EXPECT_EQ(found ? found->value + " of " + found->origin : "none", test.expected) << test.variable;
  }
  EXPECT_FALSE(MaskedValues::make({}, {{"one", ""}}, environment));
}

TEST(MaskedValues, FillTheSpansTheyStandFor) {
  const auto values = MaskedValues::make({{"key", "a b&c"}}, {}, [](const std::string&) { return std::string(); });
  const std::vector<session::RedactSpan> spans = {{4, 3, "key"}};
  EXPECT_EQ(values->fill("key=xxx&z", spans, "it", nullptr), "key=a b&c&z");
  EXPECT_EQ(values->fill("key=xxx&z", spans, "it", nullptr, true), "key=a%20b%26c&z");
  EXPECT_EQ(values->fill("k", {{4, 3, "key"}}, "it", nullptr), "k");  // of a file that was changed by hand
  EXPECT_EQ(values->fill("xx", {{0, 2, "other"}}, "the URL", nullptr).error().message,
            "variable other is not set: it is masked in the URL");
}

TEST(MaskedValues, AreAllNamedThatLack) {
  const Error error = MaskedValues::unset({{"a-b", "the URL"}, {"token", "event 5"}, {"token", "event 7"}, {"c", "x"}});
  EXPECT_EQ(error.message, "variables a-b, token, c are not set: a-b is masked in the URL, token in event 5, c in x");
  EXPECT_EQ(error.hint,
            "for each --secret NAME=@FILE or --var NAME=VALUE, or WHYDROP_A_B, WHYDROP_TOKEN, WHYDROP_C of the "
            "environment; a profile's take where the server gave it under another name");
}

TEST(Replay, TellsAllValuesThatLack) {
  const Folder folder;
  const std::string recorded = record(
      folder, {"key hush-hush", "then other-secret"}, {{{"key", "hush-hush"}, {"other", "other-secret"}}, false});
  HandHost host;
  ReplayRequest request = request_for(recorded);
  request.only_plan = true;
  EXPECT_EQ(code_of(host, request), "variables key, other are not set: key is masked in message 4, other in message 5");
}

std::string headers_of(const target::Endpoint& endpoint) {
  session::Request request = test::good_request();
  request.headers.push_back({"User-Agent", "browser", {}});
  request.headers.push_back({"X-Empty", "", {}});
  request.headers.push_back({"Origin", "https://a", {}});
  const auto values = MaskedValues::make({}, {}, [](const std::string&) { return std::string(); });
  const auto headers = recorded_headers(request, endpoint, nullptr, *values);
  std::string text;
  for (const auto& line : *headers) {
    text += line.name + (line.removes ? " removed;" : "=" + line.value + ";");
  }
  return text;
}

TEST(RecordedHeaders, AreThoseThatNobodyElseGives) {
  target::Endpoint endpoint;
  EXPECT_EQ(headers_of(endpoint), "User-Agent=browser;X-Empty=;Origin=https://a;");
  endpoint.user_agent = "mine";
  endpoint.origin = "https://b";
  EXPECT_EQ(headers_of(endpoint), "X-Empty=;");
}

// ---- tally ----------------------------------------------------------------------------------------------------------

Repeat repeat(std::uint16_t code, session::Side first, bool survived, std::string last_sent = "the 1st typing") {
  Repeat made;
  made.verdict.code = code;
  made.verdict.first_close = first;
  made.survived = survived;
  made.lasted_ns = 1'000'000'000;
  made.last_sent = std::move(last_sent);
  return made;
}

TEST(Tally, SaysWhatThoseThatDidNotSurviveShare) {
  Tally tally;
  tally.add(repeat(1000, session::Side::client, true));
  tally.add(repeat(1008, session::Side::server, false));
  tally.add(repeat(1008, session::Side::server, false));
  EXPECT_EQ(tally.text(3, 1),
            "3 runs: 1 survived, 2 did not\n"
            "\n"
            "    runs  code  ending                least / median / most\n"
            "       1  1000  closed by the client  1 s / 1 s / 1 s\n"
            "       2  1008  closed by the server  1 s / 1 s / 1 s\n"
            "\n"
            "dropped 2 of 3, always after the 1st typing\n");
  tally.add(repeat(1008, session::Side::server, false, ""));
  EXPECT_NE(tally.text(9, 2).find("4 of 9 runs, 2 at a time: 1 survived, 3 did not"), std::string::npos);
  EXPECT_NE(
      tally.text(9, 2).find("dropped 3 of 4:\n       2  after the 1st typing\n       1  before anything was sent\n"),
      std::string::npos)
      << tally.text(9, 2);
}

TEST(Tally, TellsThoseThatNeverOpenedApart) {
  Tally tally;
  Repeat refused;
  refused.connected = refused.survived = false;
  refused.verdict.how = session::EndingHow::upgrade_refused;
  tally.add(refused);
  EXPECT_NE(tally.text(1, 1).find("no session opened in 1 of 1\n"), std::string::npos) << tally.text(1, 1);
}

}  // namespace
}  // namespace whydrop::replay_run
