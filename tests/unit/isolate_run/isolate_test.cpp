// A session is recorded and isolated, in one process, with a clock that only the test moves.
#include "isolate_run/isolate.hpp"

#include "run/client_run.hpp"
#include "support/folder.hpp"
#include "support/hand_host.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace whydrop::isolate_run {
namespace {

using namespace std::chrono_literals;
using test::Folder;
using test::HandConnection;
using test::HandHost;

/// Closes where a message holds `word`.
HandConnection::Play drops_for(const std::string& word) {
  return [word](HandConnection& it) {
    it.on_message = [&it, word](const std::string& message) {
      if (message.find(word) != std::string::npos) {
        it.closes(1008, "no");
      }
    };
    it.accept();
  };
}

void lives(HandConnection& it) {
  it.accept();
}

script::Move raw(std::string text) {
  profile::Step said;
  said.kind = profile::Step::Kind::raw;
  said.text = std::move(text);
  return script::saying(std::move(said), true);
}

const std::vector<std::string> kMessages = {
    R"({"type":"hello"})", R"({"type":"chat","text":"hi","bad":{"a":1}})", R"({"type":"bye"})"};

/// Records a session of these messages with `server`; returns the capture's path.
std::string record(const Folder& folder,
                   const HandConnection::Play& server,
                   const std::vector<std::string>& messages = kMessages,
                   const std::string& url = "ws://localhost/p") {
  HandHost host;
  host.servers = {server};
  run::Session session;
  session.address = *target::parse_address(url);
  session.capture.file = folder.path("recorded.ndjson");
  run::ClientPlan plan;
  for (const std::string& message : messages) {
    plan.script.moves.push_back(raw(message));
  }
  run::ProfileInUse none;
  EXPECT_TRUE(run::run_client(host.host(), session, none, false, std::move(plan)));
  return session.capture.file;
}

IsolateRequest request_for(const std::string& file) {
  IsolateRequest request;
  request.replay.file = file;
  return request;
}

/// The exit code and the first line, or the error's words.
std::string answer_of(const HandHost& host, const IsolateRequest& request) {
  const auto code = isolate(host.host(), request);
  return code ? std::to_string(*code) + " " + host.out.text.substr(0, host.out.text.find('\n')) : code.error().message;
}

std::size_t sessions_of(const HandHost& host) {
  return static_cast<std::size_t>(std::count_if(
      host.acts.begin(), host.acts.end(), [](const std::string& act) { return act.substr(0, 7) == "connect"; }));
}

struct ServerCase {
  std::string name;
  HandConnection::Play recorded, now;
  std::string expected;
};

TEST(Isolate, SaysWhatStopsTheDrop) {
  const std::vector<ServerCase> cases = {
      {"a member",
       drops_for("\"bad\""),
       drops_for("\"bad\""),
       "0 without /bad of message #5 (type=chat) it lives: 5 of 5; with it, it drops: 5 of 5"},
      {"a member of a member",
       drops_for("\"a\""),
       drops_for("\"a\""),
       "0 without /bad/a of message #5 (type=chat) it lives: 5 of 5; with it, it drops: 5 of 5"},
      {"any message",
       drops_for("{"),
       drops_for("{"),
       "0 without message #4 (type=hello) and without message #5 (type=chat) and without message #6 (type=bye) it "
       "lives: "
       "5 of 5; with it, it drops: 5 of 5"},
      {"every session",
       [](HandConnection& it) {
         it.accept();
         it.closes(1008);
       },
       [](HandConnection& it) {
         it.accept();
         it.closes(1008);
       },
       "1 no change was found that stops it: the server closes with 1008 with nothing of its own left, too"},
      {"none any more",
       drops_for("\"bad\""),
       lives,
       "9 it does not drop again: of 50 sessions as they were recorded 0 dropped, 50 lived, 0 ended otherwise and 0 "
       "did "
       "not open"},
      {"none at all",
       lives,
       lives,
       "9 there is nothing to isolate: the session of {} did not drop; --drop says what counts as the drop"},
  };
  for (const ServerCase& test : cases) {
    const Folder folder;
    const std::string file = record(folder, test.recorded);
    HandHost host;
    host.servers = {test.now};
    std::string expected = test.expected;
    if (const std::size_t hole = expected.find("{}"); hole != std::string::npos) {
      expected.replace(hole, 2, file);
    }
    EXPECT_EQ(answer_of(host, request_for(file)), expected) << test.name;
  }
}

TEST(Isolate, AHeaderIsFound) {
  const Folder folder;
  HandHost recording;
  recording.servers = {[](HandConnection& it) {
    it.accept();
    it.closes(1008);
  }};
  run::Session session;
  session.address = *target::parse_address("ws://localhost/p?a=1&b=2");
  session.capture.file = folder.path("recorded.ndjson");
  session.endpoint.headers = {{"X-Bad", "1"}, {"X-Good", "1"}};
  run::ProfileInUse none;
  EXPECT_TRUE(run::run_client(recording.host(), session, none, false, {}));
  HandHost host;
  host.servers = {[](HandConnection& it) {
    const auto& headers = it.options().headers;
    const bool bad =
        std::any_of(headers.begin(), headers.end(), [](const auto& field) { return field.name == "X-Bad"; });
    it.accept();
    if (bad && it.options().url.target.find("b=") != std::string::npos) {
      it.closes(1008);
    }
  }};
  EXPECT_EQ(answer_of(host, request_for(session.capture.file)),
            "0 without the query's b it lives: 5 of 5; with it, it drops: 5 of 5");
  EXPECT_NE(host.out.text.find("also lives without the header X-Bad\n"), std::string::npos) << host.out.text;
}

TEST(Isolate, AsksBeforeItOpensManySessionsElsewhere) {
  const Folder folder;
  const std::string file = record(folder, drops_for("\"bad\""), kMessages, "ws://h/p");
  IsolateRequest request = request_for(file);
  HandHost host;
  host.servers = {drops_for("\"bad\"")};
  EXPECT_EQ(answer_of(host, request), "isolate would open up to 200 sessions to ws://h:80");
  EXPECT_EQ(sessions_of(host), 0U);
  std::string asked;
  host.confirm = [&](const std::string& question) {
    asked = question;
    return true;
  };
  EXPECT_EQ(answer_of(host, request).substr(0, 14), "0 without /bad");
  EXPECT_EQ(asked, "isolate will open up to 200 sessions to ws://h:80. Go on?");
  HandHost quiet;
  quiet.servers = {drops_for("\"bad\"")};
  request.yes = true;
  EXPECT_EQ(answer_of(quiet, request).substr(0, 14), "0 without /bad");
}

struct CareCase {
  std::string name;
  Care care;
  std::optional<int> refused_from;  ///< this session and all after it are refused with 429
  std::size_t sessions;
  std::string says;
};

TEST(Isolate, TakesCare) {
  Care few, timed;
  few.budget = 6;
  timed.time = 1ms;
  const std::vector<CareCase> cases = {
      {"budget", few, std::nullopt, 6, "tried      6 sessions"},
      {"429", {}, 5, 6, "stopped    the server answered 429"},
      {"time", timed, std::nullopt, 5, "tried      5 sessions"},
  };
  for (const CareCase& test : cases) {
    const Folder folder;
    const std::string file = record(folder, drops_for("\"bad\""));
    HandHost host;
    host.servers = std::vector<HandConnection::Play>(static_cast<std::size_t>(test.refused_from.value_or(0)),
                                                     drops_for("\"bad\""));
    host.servers.push_back(test.refused_from ? [](HandConnection& it) { it.refuse(429); } : drops_for("\"bad\""));
    IsolateRequest request = request_for(file);
    request.care = test.care;
    EXPECT_EQ(answer_of(host, request).substr(0, 20), "1 not known yet: aft") << test.name;
    EXPECT_EQ(sessions_of(host), test.sessions) << test.name;
    EXPECT_NE(host.out.text.find(test.says), std::string::npos) << test.name << host.out.text;
  }
}

TEST(Isolate, KeepsItsPace) {
  const Folder folder;
  HandHost host;
  host.servers = {drops_for("\"bad\"")};
  IsolateRequest request = request_for(record(folder, drops_for("\"bad\"")));
  request.care.pace = 10s;
  EXPECT_EQ(answer_of(host, request).substr(0, 14), "0 without /bad");
  EXPECT_GE(host.clock().now_ns(), static_cast<std::int64_t>(sessions_of(host) - 1) * 10'000'000'000);
}

TEST(Isolate, AnInterruptEndsItWithWhatIsKnown) {
  const Folder folder;
  HandHost host;
  int sessions = 0;
  host.servers = {[&](HandConnection& it) {
    drops_for("\"bad\"")(it);
    if (++sessions == 6) {
      host.clock().signal(2);
    }
  }};
  EXPECT_EQ(answer_of(host, request_for(record(folder, drops_for("\"bad\"")))).substr(0, 21), "130 not known yet: af");
}

TEST(Isolate, KeepsWhatDropsAndWhatLives) {
  const Folder folder;
  HandHost host;
  host.servers = {drops_for("\"bad\"")};
  IsolateRequest request = request_for(record(folder, drops_for("\"bad\"")));
  request.keep = folder.path("kept");
  EXPECT_EQ(answer_of(host, request).substr(0, 14), "0 without /bad");
  EXPECT_NE(folder.read("kept/dropping.ndjson").find(R"({\"bad\":{}})"), std::string::npos);
  EXPECT_NE(folder.read("kept/living.ndjson").find(R"({\"type\":\"chat\",\"text\":\"hi\"})"), std::string::npos);
  EXPECT_NE(folder.read("kept/living.check.json").find("\"whydrop_check\""), std::string::npos);
}

TEST(Isolate, AnswersForMachines) {
  const Folder folder;
  IsolateRequest request = request_for(record(folder, drops_for("\"bad\"")));
  for (const auto& [form, expected] : {std::pair(Form::ndjson, R"({"kind":"isolated","file":)"),
                                       std::pair(Form::junit, R"(<failure message="without /bad of message #5)")}) {
    HandHost host;
    host.servers = {drops_for("\"bad\"")};
    request.form = form;
    EXPECT_EQ(answer_of(host, request).substr(0, 2), "0 ");
    EXPECT_NE(host.out.text.find(expected), std::string::npos) << host.out.text;
  }
}

}  // namespace
}  // namespace whydrop::isolate_run
