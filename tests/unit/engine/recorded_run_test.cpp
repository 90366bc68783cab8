// A capture's run is judged by the values that it began with, whoever reads it.
#include "engine/recorded_run.hpp"

#include "profile/load.hpp"
#include "support/facts.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace whydrop::engine {
namespace {

using session::Side;

constexpr const char* kProfile = R"({
  "whydrop_profile": 1, "name": "mine", "title": "Mine", "about": "For tests.", "status": "generic",
  "variables": {
    "base": {"about": "the folder", "default": "a"},
    "path": {"about": "the whole path", "default": "{base}/b"},
    "id": {"about": "what welcome gives"},
    "key": {"about": "the password", "secret": true}
  },
  "socket": {"url": "ws://localhost/"},
  "messages": {
    "server": {
      "welcome": {"about": "the first", "match": {"/type": "welcome"}, "take": {"id": "/id"}},
      "again": {"about": "names it again", "match": {"/type": "again"},
                "same": [{"pointer": "/id", "variable": "id",
                          "finding": {"id": "other-id", "says": "It names another id than {id}.", "fix": "None.",
                                      "severity": "warning"}}]}
    }
  }
})";

std::shared_ptr<const profile::Profile> mine() {
  auto loaded = profile::load(kProfile, "mine.json");
  if (!loaded) {
    ADD_FAILURE() << loaded.error().message;
  }
  return *loaded;
}

struct ValuesCase {
  std::vector<std::pair<std::string, std::string>> known;
  std::vector<std::string> given;
  std::string expected;
};

TEST(RecordedValues, AreThoseThatWereNoDefaults) {
  const std::vector<ValuesCase> cases = {
      {{{"base", "a"}, {"path", "a/b"}}, {}, ""},
      {{{"base", "z"}, {"path", "z/b"}}, {}, "base=z "},
      // In whatever order they stand.
      {{{"path", "z/b"}, {"base", "z"}}, {}, "base=z "},
      {{{"base", "z"}, {"path", "a/b"}}, {}, "base=z path=a/b "},
      {{{"base", "a"}, {"path", "a/b"}}, {"base"}, "base=a! "},
      {{{"base", "z"}, {"path", "z/b"}}, {"path"}, "base=z path=z/b! "},
      {{{"id", "7"}}, {}, "id=7 "},
      // What only a file that was changed by hand can hold.
      {{{"key", "hush"}, {"whom", "x"}}, {"key"}, ""},
  };
  const auto profile = mine();
  for (const ValuesCase& test : cases) {
    capture::CaptureHeader header;
    header.variables = test.known;
    header.given = test.given;
    std::string values;
    for (const RecordedValue& it : recorded_values(header, *profile)) {
      values += it.name + "=" + it.value + (it.given ? "! " : " ");
    }
    EXPECT_EQ(values, test.expected) << test.known.front().first;
  }
}

/// What the run of a capture with this header says of the server's messages.
class Judged final : public session::EventSink {
 public:
  explicit Judged(const capture::CaptureHeader& header) {
    RecordedRun run(header, mine(), {});
    run.pipeline().add_sink(*this);
    tell(run, session::Open{session::Role::websocket, "ws://localhost/", std::nullopt, {}});
    tell(run, test::good_request());
    tell(run, test::good_response());
    tell(run, test::frame_fact(Side::server, wire::Opcode::text, R"({"type":"welcome","id":"7"})"));
    tell(run, test::frame_fact(Side::server, wire::Opcode::text, R"({"type":"again","id":"8"})"));
    run.pipeline().finish(0);
  }
  Result<void> on_event(const session::Event& event) override {
    if (const auto* finding = std::get_if<session::Finding>(&event.body)) {
      says += finding->id + ": " + finding->says + "\n";
    }
    return {};
  }
  std::string says;

 private:
  void tell(RecordedRun& run, session::Body fact) { run.pipeline().on_recorded({++seq_, 0, 1, std::move(fact)}); }

  std::uint64_t seq_ = 0;
};

TEST(RecordedRun, TakesWhatRepliesGaveOverWhatWasKnownBefore) {
  capture::CaptureHeader header;
  header.variables = {{"id", "8"}};
  EXPECT_EQ(Judged(header).says, "other-id: It names another id than 7.\n");
}

TEST(RecordedRun, KeepsWhatAPersonGave) {
  capture::CaptureHeader header;
  header.variables = {{"id", "8"}};
  header.given = {"id"};
  EXPECT_EQ(Judged(header).says, "");
  header.variables = {{"id", "9"}};
  EXPECT_EQ(Judged(header).says, "other-id: It names another id than 9.\n");
}

}  // namespace
}  // namespace whydrop::engine
