// A run that stays, with servers that end sessions as a test says and a clock that only the test moves.
#include "run/watch.hpp"

#include "support/folder.hpp"
#include "support/hand_host.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace whydrop::run {
namespace {

using namespace std::chrono_literals;
using session::EndedBy;
using session::EndingHow;
using test::HandConnection;
using test::HandHost;

Session session_to(const std::string& url) {
  Session session;
  session.address = *target::parse_address(url);
  session.output.asked = report::Output::drops;
  return session;
}

script::ClientScript for_so_long(std::chrono::nanoseconds time) {
  script::ClientScript script;
  script.stay_open = time;
  return script;
}

std::string run(HandHost& host, Session session, script::ClientScript script, const WatchSettings& settings = {}) {
  ProfileInUse none;
  const auto code = watch(host.host(), std::move(session), none, false, std::move(script), settings);
  return code ? std::to_string(*code) : code.error().message;
}

HandConnection::Play drops_after(std::chrono::nanoseconds time) {
  return [time](HandConnection& it) {
    it.accept();
    it.later(time, [&it] { it.end(EndingHow::reset, EndedBy::server); });
  };
}

void refuses(HandConnection& it) {
  it.end(EndingHow::connect_failed, EndedBy::network);
}

void stays(HandConnection& it) {
  it.accept();
}

TEST(Watch, TellsEachEndingAndTheirCauses) {
  HandHost host;
  host.servers = {drops_after(20s), drops_after(20s), stays};
  EXPECT_EQ(run(host, session_to("ws://h/p"), for_so_long(5min)), "0");
  const std::string& out = host.out.text;
  EXPECT_NE(
      out.find("2023-11-14T22:13:40.000Z  session 1, after 20 s, sent 0, received 0: Probably a timer of 20 s (an idle "
               "limit, an age limit, or a time to log in): nothing went either way since it opened, 20 s ago; the "
               "server's side reset the connection (RST) without a Close frame. (idle-limit)\n"),
      std::string::npos)
      << out;
  EXPECT_NE(out.find("  endings    2 × idle-limit, after 20 s\n             1 × close-1000, after "), std::string::npos)
      << out;
  EXPECT_NE(out.find("  sessions   3; 0 messages sent, 0 received\n"), std::string::npos) << out;
  EXPECT_EQ(std::count(host.acts.begin(), host.acts.end(), "connect ws://h/p"), 3);
  EXPECT_EQ(host.acts.back(), "close 1000");
}

TEST(Watch, CountsAttemptsThatFailAlikeAsOneDrop) {
  HandHost host;
  host.servers = {drops_after(1s), refuses, refuses, refuses, stays};
  WatchSettings settings;
  settings.on_drop = "notify me";
  EXPECT_EQ(run(host, session_to("ws://h/"), for_so_long(5min), settings), "0");
  const std::string& out = host.out.text;
  EXPECT_EQ(out.find("session 3, not opened"), std::string::npos) << out;
  EXPECT_NE(out.find("2 more attempts failed the same way since ("), std::string::npos) << out;
  ASSERT_EQ(host.commands.size(), 2U);
  EXPECT_EQ(host.commands[0].line, "notify me");
  EXPECT_NE(host.commands[0].input.find("\"kind\":\"verdict\""), std::string::npos) << host.commands[0].input;
  EXPECT_EQ(host.commands[0].environment.front().second, "no-close-reset");
  EXPECT_NE(host.commands[1].environment.front().second, "no-close-reset");
}

TEST(Watch, GoesOnAfterARefusal) {
  HandHost host;
  host.servers = {[](HandConnection& it) { it.refuse(401); }, stays};
  EXPECT_EQ(run(host, session_to("ws://h/"), for_so_long(5min)), "0");
  EXPECT_NE(host.out.text.find("  sessions   2;"), std::string::npos) << host.out.text;
}

TEST(Watch, SaysNowAndThenHowItWent) {
  HandHost host;
  host.servers = {drops_after(20s), stays};
  EXPECT_EQ(run(host, session_to("ws://h/"), for_so_long(90min)), "0");
  EXPECT_NE(host.err.text.find("whydrop: 2023-11-14T23:13:20.000Z  1 ending (1 idle-limit), open 59 min 59 s of 1 h "
                               "(99.9 %), sent 0, received 0\n"),
            std::string::npos)
      << host.err.text;
}

TEST(Watch, EndsInAWaitOnceItsTimeIsOver) {
  HandHost host;
  host.servers = {drops_after(1s)};
  EXPECT_EQ(run(host, session_to("ws://h/"), for_so_long(1200ms)), "6");
  EXPECT_EQ(std::count(host.acts.begin(), host.acts.end(), "connect ws://h/"), 1);
}

TEST(Watch, EndsOnceItsTimeIsOverThoughNoSessionEverOpened) {
  HandHost host;
  host.servers = {refuses};
  WatchSettings settings;
  settings.on_drop = "notify me";
  EXPECT_EQ(run(host, session_to("ws://h/"), for_so_long(10s), settings), "4");
  EXPECT_EQ(host.clock().now_ns(), std::chrono::nanoseconds(10s).count());
  EXPECT_EQ(host.commands.size(), 1U);
}

TEST(Watch, NeedsAServer) {
  HandHost host;
  Session session = session_to("ws://h/");
  session.address.reset();
  EXPECT_EQ(run(host, std::move(session), for_so_long(1s)), "no URL given");
}

TEST(Watch, EndsWithASignal) {
  HandHost host;
  host.servers = {[&host](HandConnection& it) {
    it.accept();
    it.later(1s, [&host] { host.clock().signal(SIGTERM); });
  }};
  EXPECT_EQ(run(host, session_to("ws://h/"), {}), std::to_string(128 + SIGTERM));
  EXPECT_EQ(host.states.front(), "READY=1\nSTATUS=connecting to ws://h:80");
  EXPECT_EQ(host.states.back(), "STOPPING=1");
  EXPECT_EQ(host.commands.size(), 0U);
}

TEST(Watch, NeedsItsNotifier) {
  HandHost host;
  WatchSettings settings;
  settings.notify = true;
  EXPECT_EQ(run(host, session_to("ws://h/"), {}, settings), "option --notify: notify-send is not installed");
}

std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

TEST(Watch, RecordsEachSessionInAFileOfItsOwn) {
  const test::Folder folder;
  HandHost host;
  host.servers = {drops_after(1s), drops_after(1s), stays};
  Session session = session_to("ws://h/");
  session.capture.folder = folder.path("drops");
  EXPECT_EQ(run(host, session, for_so_long(5min)), "0");
  const auto files = files_in(folder.path("drops"));
  ASSERT_EQ(files.size(), 3U);
  EXPECT_EQ(files[0], "20231114T221320Z-0001.ndjson");
  for (const std::string& file : files) {
    const std::string text = folder.read("drops/" + file);
    EXPECT_EQ(text.rfind("{\"whydrop\":1,\"minor\":1,", 0), 0U) << text;
    EXPECT_NE(text.find("\"kind\":\"ending\""), std::string::npos) << text;
  }
}

TEST(Watch, PartsALongSessionAndMakesRoom) {
  const test::Folder folder;
  HandHost host;
  host.servers = {[](HandConnection& it) {
    it.accept();
    for (int i = 0; i < 1000; ++i) {
      it.says(std::string(1000, 'x'));
    }
  }};
  Session session = session_to("ws://h/");
  session.capture.folder = folder.path("drops");
  session.capture.part = 100'000;
  session.capture.folder_most = 300'000;
  EXPECT_EQ(run(host, session, for_so_long(1s)), "0");
  const auto files = files_in(folder.path("drops"));
  ASSERT_GE(files.size(), 2U);
  EXPECT_LE(files.size(), 4U);
  std::uintmax_t size = 0;
  for (const std::string& file : files) {
    const std::string text = folder.read("drops/" + file);
    size += text.size();
    EXPECT_NE(file.find("-0001-part"), std::string::npos) << file;
    EXPECT_NE(text.find("\"kind\":\"response\",\"start_line\":\"HTTP/1.1 101"), std::string::npos) << file;
  }
  EXPECT_LE(size, 400'000U);
}

}  // namespace
}  // namespace whydrop::run
