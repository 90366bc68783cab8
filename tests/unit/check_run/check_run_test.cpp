#include "check_run/check.hpp"
#include "check_run/outcome_codec.hpp"
#include "support/folder.hpp"
#include "support/hand_host.hpp"
#include "support/source_tree.hpp"

#include <filesystem>

#include <gtest/gtest.h>

namespace whydrop::check_run {
namespace {

using check::Outcome;
using test::Folder;
using test::HandHost;
using Said = std::vector<std::string>;

/// A check file with these checks, JSON.
std::string file_of(const std::string& checks) {
  return R"({"whydrop_check": 1, "target": {"url": "ws://h/"}, "checks": [)" + checks + "]}";
}

constexpr const char* kHello =
    R"({"name": "hello", "tags": ["short"], "steps": [{"connect": true}, {"send": {"text": "hi"}}, {"expect": {"text": "hi"}}]})";
constexpr const char* kBye = R"({"name": "good bye", "steps": [{"connect": true}, {"close": true}]})";

/// A host that has real files, so that patterns and folders find them.
struct World {
  World() {
    host.servers = {[](test::HandConnection& it) {
      it.echo();
      it.accept();
    }};
  }
  std::string add(const std::string& name, const std::string& text) {
    return host.files[folder.file(name, text)] = text, folder.path(name);
  }
  Result<std::vector<check::Check>> read(const std::vector<std::string>& given) {
    return read_checks(host.host(), given, "", {}, [this](const Error& error) { said.push_back(error.message); });
  }
  Folder folder;
  HandHost host;
  Said said;
};

std::string names_of(const Result<std::vector<check::Check>>& checks) {
  if (!checks) {
    return checks.error().message;
  }
  std::string names;
  for (const check::Check& check : *checks) {
    names += check.name + ";";
  }
  return names;
}

TEST(ReadChecks, TakesFilesAndFolders) {
  World world;
  const std::string b = world.add("all/b.json", file_of(kBye));
  world.add("all/a.json", file_of(kHello));
  world.add("all/schema.json", R"({"type": "object"})");
  EXPECT_EQ(names_of(world.read({b})), "good bye;");
  EXPECT_EQ(names_of(world.read({world.folder.path("all")})), "hello;good bye;");
}

TEST(ReadChecks, TellsAllMistakesAndKeepsTheLast) {
  World world;
  world.add("a.json", R"({"whydrop_check": 1, "checks": 7, "odd": 1})");
  EXPECT_FALSE(world.read({world.folder.path("a.json"), world.folder.path("none.json")}));
  EXPECT_GE(world.said.size(), 2U);
  std::filesystem::create_directory(world.folder.path("empty"));
  EXPECT_EQ(names_of(world.read({world.folder.path("empty")})),
            "folder " + world.folder.path("empty") + ": no check file in it");
}

struct ChoiceCase {
  CheckChoice choice;
  std::string expected;
};

TEST(Chosen, ByNameAndByTag) {
  World world;
  const auto checks = world.read({world.add("a.json", file_of(std::string(kHello) + "," + kBye))});
  ASSERT_TRUE(checks) << checks.error().message;
  const std::vector<ChoiceCase> cases = {
      {{"", {}}, "hello;good bye;"},
      {{"bye", {}}, "good bye;"},
      {{"/^h/", {}}, "hello;"},
      {{"", {"short"}}, "hello;"},
      {{"bye", {"short"}}, "none of 2 checks is chosen by --filter and --tag"},
  };
  for (const ChoiceCase& test : cases) {
    EXPECT_EQ(names_of(chosen(*checks, test.choice)), test.expected);
  }
  EXPECT_FALSE(chosen(*checks, {"/(/", {}}));
}

TEST(RunAll, ListsThemAndRunsNone) {
  World world;
  CheckRequest request;
  request.files = {world.add("a.json", file_of(kHello))};
  request.list = true;
  EXPECT_EQ(run_all(world.host.host(), request, [](const Error&) {}), 0);
  EXPECT_NE(world.host.out.text.find("a.json:1: hello [short]\n"), std::string::npos) << world.host.out.text;
  EXPECT_EQ(world.host.acts, Said());
}

TEST(RunAll, NamesAVariableThatNoCheckHas) {
  World world;
  CheckRequest request;
  request.files = {world.add("a.json", file_of(kHello))};
  request.plan.settings.values = {{"who", "x"}};
  EXPECT_EQ(run_all(world.host.host(), request, [](const Error&) {}).error().message,
            "option --var: no check has the variable who");
  request.plan.settings.values.clear();
  request.plan.settings.rehearsal.kind = RehearsalChoice::Kind::own;
  const auto played = run_all(world.host.host(), request, [](const Error&) {});
  EXPECT_NE(played.error().message.find("hello: cannot be rehearsed: its target names no profile"), std::string::npos);
}

struct RunCase {
  const char* what;
  std::string check;
  test::HandConnection::Play server;
  int code;
  std::string says;
  std::vector<std::string> acts;
};

TEST(CarryOut, OneCheckFromItsFirstStepToItsOutcome) {
  const auto echo = [](test::HandConnection& it) {
    it.echo();
    it.accept();
  };
  const auto deaf = [](test::HandConnection& it) { it.accept(); };
  const auto drops = [](test::HandConnection& it) {
    it.accept();
    it.later(std::chrono::milliseconds(10), [&it] { it.end(session::EndingHow::reset, session::EndedBy::server); });
  };
  const std::vector<RunCase> cases = {
      {"passes", kHello, echo, 0, "", {"connect ws://h/", "send hi", "close 1000"}},
      {"waits in vain", kHello, deaf, 1, "", {"connect ws://h/", "send hi", "close 1000"}},
      {"is dropped", kHello, drops, 6, "", {"connect ws://h/", "send hi"}},
      {"closes", kBye, deaf, 0, "", {"connect ws://h/", "close 1000"}},
  };
  for (const RunCase& test : cases) {
    World world;
    world.host.servers = {test.server};
    const auto checks = world.read({world.add("a.json", file_of(test.check))});
    ASSERT_TRUE(checks) << checks.error().message;
    CheckSettings settings;
    const Outcome outcome =
        carry_out(world.host.host(), checks->front(), settings, world.folder.path("capture.ndjson"));
    EXPECT_EQ(outcome.exit_code, test.code) << test.what << ": " << outcome.says;
    EXPECT_EQ(outcome.status == Outcome::Status::passed, test.code == 0) << test.what;
    EXPECT_EQ(world.host.acts, test.acts) << test.what;
    EXPECT_FALSE(world.folder.read("capture.ndjson").empty()) << test.what;
  }
}

TEST(CarryOut, EndsWhenTheChecksTimeIsUp) {
  World world;
  world.host.servers = {[](test::HandConnection& it) { it.accept(); }};
  const auto checks = world.read({world.add("a.json", file_of(kHello))});
  CheckSettings settings;
  settings.timeout = std::chrono::seconds(2);
  const Outcome outcome = carry_out(world.host.host(), checks->front(), settings, world.folder.path("c"));
  EXPECT_EQ(outcome.exit_code, 8);
  EXPECT_EQ(outcome.says, "the check's time ran out after 2 s");
}

TEST(Outcomes, CrossFromOneProcessToTheOther) {
  Outcome outcome;
  outcome.status = Outcome::Status::failed;
  outcome.exit_code = 6;
  outcome.step = "step 3, expect 1:2";
  outcome.says = "why";
  outcome.detail = std::string("a\0b", 3);
  const std::string text = packed(outcome);
  const auto back = unpacked(text);
  ASSERT_TRUE(back);
  EXPECT_EQ(packed(*back), text);
  for (std::size_t cut = 0; cut < text.size(); ++cut) {
    EXPECT_FALSE(unpacked(text.substr(0, cut))) << cut;
  }
  EXPECT_FALSE(unpacked("1:9" + text.substr(3)));
}

Outcome passed(std::string name) {
  Outcome outcome;
  outcome.name = std::move(name);
  return outcome;
}

TEST(Reports, GrowAndAreWholeWheneverTheRunIsStopped) {
  const Folder folder;
  HandHost host;
  const auto reports = Reports::open({{check::ReportKind::junit, folder.path("new/out.xml")},
                                      {check::ReportKind::tap, "-"},
                                      {check::ReportKind::ndjson, folder.path("out.ndjson")}},
                                     2,
                                     host.host());
  ASSERT_TRUE(reports) << reports.error().message;
  EXPECT_TRUE((*reports)->on_standard_output());
  EXPECT_EQ((*reports)->folder(), folder.path("new"));
  EXPECT_NE(folder.read("new/out.xml").find("</testsuites>"), std::string::npos);
  (*reports)->add(passed("one"));
  EXPECT_NE(host.out.text.find("ok 1 - one"), std::string::npos) << host.out.text;
  (*reports)->finish("interrupted");
  EXPECT_NE(folder.read("new/out.xml").find("\"one\""), std::string::npos);
  EXPECT_NE(folder.read("out.ndjson").find("\"one\""), std::string::npos);
  EXPECT_NE(host.out.text.find("interrupted"), std::string::npos) << host.out.text;
  EXPECT_FALSE((*reports)->error());
}

TEST(Reports, APageHasTheSessionsOfFailedChecks) {
  const Folder folder;
  HandHost host;
  const auto reports = Reports::open({{check::ReportKind::html, folder.path("checks.html")}}, 2, host.host());
  ASSERT_TRUE(reports) << reports.error().message;
  (*reports)->add(passed("one"));
  Outcome failed = passed("two </script>");
  failed.status = Outcome::Status::failed;
  failed.capture = test::in_source_tree("fixtures/captures/v1.1/compressed.ndjson");
  (*reports)->add(failed);
  (*reports)->finish("");
  EXPECT_FALSE((*reports)->error());
  const std::string page = folder.read("checks.html");
  const std::size_t data = page.find("\n{\"type\":\"check\",\"name\":\"one\"");
  const std::size_t second = page.find("\n{\"type\":\"check\",\"name\":\"two \\u003c/script>\"", data);
  ASSERT_NE(second, std::string::npos);
  EXPECT_NE(page.find("\n{\"whydrop\":1,", second), std::string::npos);
  EXPECT_NE(page.find("\n{\"kind\":\"short\",\"conn\":1,\"tone\":\"drop\"", second), std::string::npos);
  EXPECT_EQ(page.find('<', data), page.find("</script>", data));
}

TEST(Reports, GoToOnePlaceEach) {
  HandHost host;
  const auto twice = Reports::open({{check::ReportKind::tap, "-"}, {check::ReportKind::ndjson, "-"}}, 1, host.host());
  EXPECT_EQ(twice.error().message, "option --report: two reports go to standard output");
  EXPECT_EQ(Reports::open({{check::ReportKind::tap, "/proc/none/x"}}, 1, host.host()).error().kind, ErrorKind::local);
}

}  // namespace
}  // namespace whydrop::check_run
