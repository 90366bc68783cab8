// Every script of fixtures/sessions is fed whole, byte by byte and in seeded random splits: the events must be the
// same, every byte must belong to exactly one of them, and the capture and the log must equal the committed ones. The
// capture, read again, must give the same capture. WHYDROP_UPDATE_GOLDEN=1 rewrites what is expected.
#include "capture/reader.hpp"
#include "capture/writer.hpp"
#include "engine/pipeline.hpp"
#include "golden/wsx.hpp"
#include "profile/bindings.hpp"
#include "profile/findings.hpp"
#include "profile/load.hpp"
#include "report/html.hpp"
#include "report/report.hpp"
#include "rules/rules.hpp"
#include "support/source_tree.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <random>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

namespace whydrop::golden {
namespace {

namespace fs = std::filesystem;
const fs::path kSessions = test::in_source_tree("fixtures/sessions");

class StringSink final : public ByteSink {
 public:
  Result<void> write(std::string_view bytes) override {
    text += bytes;
    return {};
  }
  std::string text;
};

/// Events as a capture of format 1.0 has them, all members of each.
class EventLines final : public session::EventSink {
 public:
  explicit EventLines(const capture::CaptureHeader& header) { capture::append_header(text, header); }
  Result<void> on_event(const session::Event& event) override {
    capture::append_event(text, event);
    return {};
  }
  std::string text;
};

/// Adds up what each event accounts for, in each direction.
class Accountant final : public session::EventSink {
 public:
  Result<void> on_event(const session::Event& event) override {
    std::visit(overloaded{[&](const session::Request& it) { add(session::Side::client, it.size); },
                          [&](const session::Response& it) { add(session::Side::server, it.size + it.body_length); },
                          [&](const session::Frame& it) { add(it.from, it.header.size() + it.header.length); },
                          [&](const session::Partial& it) { add(it.from, it.have); },
                          [&](const session::UndecodedBytes& it) { add(it.from, it.length); },
                          [](const auto&) {}},
               event.body);
    return {};
  }
  std::uint64_t of(session::Side side) const { return sums_[static_cast<std::size_t>(side)]; }

 private:
  void add(session::Side side, std::uint64_t bytes) { sums_[static_cast<std::size_t>(side)] += bytes; }
  std::array<std::uint64_t, 2> sums_{};
};

struct Output {
  std::string events, capture, log, page;
  std::uint64_t client_bytes = 0, server_bytes = 0;
};

std::string slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// Null where a script names no profile.
std::shared_ptr<const profile::Profile> profile_named(const std::string& name) {
  if (name.empty()) {
    return nullptr;
  }
  const fs::path path = kSessions / "profiles" / (name + ".json");
  auto loaded = profile::load(slurp(path), path.filename());
  EXPECT_TRUE(loaded) << loaded.error().message;
  return loaded.value_or(nullptr);
}

capture::CaptureHeader header(const std::string& profile) {
  capture::CaptureHeader out;
  out.started = "2026-01-01T00:00:00Z";
  out.tool = "whydrop test";
  out.run_id = "golden";
  out.profile = profile;
  return out;
}

report::Style plain(bool typed) {
  report::Style style;
  style.width = 100;
  style.verbosity = 1;
  style.typed = typed;
  return style;
}

/// Runs `feed` on a pipeline with all sinks.
template <typename Feed>
Output with_pipeline(const std::string& profile_name, Feed feed) {
  StringSink capture_text, log_text, page_text;
  EventLines events(header(profile_name));
  capture::Writer writer(capture_text, header(profile_name), true);
  auto log = report::make_renderer(report::Output::log, plain(!profile_name.empty()), log_text, log_text);
  report::HtmlDocument document(page_text);
  report::HtmlSink page(document, [&] { return header(profile_name); });
  Accountant accountant;
  const auto profile = profile_named(profile_name);
  std::optional<profile::Bindings> bindings;
  engine::PipelineOptions options;
  if (profile) {
    bindings.emplace(*profile, profile::Outside{[] { return std::int64_t{0}; }, nullptr});
    options.judge = std::make_shared<profile::Judge>(profile);
    options.bindings = &*bindings;
    options.expectation.profile = profile.get();
    options.expectation.bindings = &*bindings;
  }
  engine::Pipeline pipeline(std::move(options));
  pipeline.add_sink(*log);
  pipeline.add_sink(events);
  pipeline.add_sink(writer);
  pipeline.add_sink(page);
  pipeline.add_sink(accountant);
  feed(pipeline);
  EXPECT_TRUE(page.flush());
  return {events.text,
          capture_text.text,
          log_text.text,
          page_text.text,
          accountant.of(session::Side::client),
          accountant.of(session::Side::server)};
}

using Cut = std::function<std::size_t(std::size_t left)>;

Output run(const Script& script, const Cut& cut) {
  return with_pipeline(script.profile, [&](engine::Pipeline& pipeline) {
    std::int64_t now = 0;
    const auto conn = pipeline.begin(
        [&] {
          session::Open open;
          open.url = script.url;
          open.observer = script.observer;
          return open;
        }(),
        now);
    for (const auto& step : script.steps) {
      std::visit(overloaded{[&](const BytesStep& it) {
                              for (std::string_view left = it.bytes; !left.empty();) {
                                const auto size = std::min(cut(left.size()), left.size());
                                const std::string chunk(left.substr(0, size));
                                pipeline.on_bytes(conn, it.from, chunk, now);
                                left.remove_prefix(size);
                              }
                            },
                            [&](const WaitStep& it) { now += it.ns; },
                            [&](const ShutdownStep& it) { pipeline.on_fact(conn, session::Shutdown{it.from}, now); },
                            [&](const EndStep& it) { pipeline.end(conn, it.ending, now); }},
                 step);
    }
    pipeline.finish(now);
  });
}

/// The lines of a capture that a report holds. None can end the element that they stand in.
std::string capture_in(const std::string& page) {
  constexpr std::string_view kBegins = "id=\"data\">\n";
  const std::string data = page.substr(page.find(kBegins) + kBegins.size());
  EXPECT_EQ(data.find('<'), std::string::npos) << data.substr(data.find('<'), 100);
  std::istringstream lines(data);
  std::string capture;
  for (std::string line; std::getline(lines, line);) {
    capture += line.rfind("{\"kind\":", 0) == 0 ? "" : line + "\n";
  }
  return capture;
}

Output read_again(const std::string& capture, const std::string& profile) {
  return with_pipeline(profile, [&](engine::Pipeline& pipeline) {
    capture::Reader reader("golden");
    reader.feed(capture);
    reader.end();
    std::int64_t last = 0;
    while (true) {
      auto item = reader.next();
      ASSERT_TRUE(item) << item.error().message;
      if (!*item) {
        break;
      }
      ASSERT_FALSE(std::holds_alternative<capture::Damage>(**item));
      if (const auto* event = std::get_if<session::Event>(&**item)) {
        last = event->t_ns;
        pipeline.on_recorded(*event);
      }
    }
    pipeline.finish(last);
  });
}

void expect_golden(const fs::path& path, const std::string& found) {
  if (std::getenv("WHYDROP_UPDATE_GOLDEN")) {
    std::ofstream(path, std::ios::binary) << found;
  }
  EXPECT_EQ(slurp(path), found) << path.filename();
}

std::vector<std::string> script_names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kSessions)) {
    if (entry.path().extension() == ".wsx") {
      names.push_back(entry.path().stem().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

class Session : public testing::TestWithParam<std::string> {};

TEST_P(Session, IsTheSameHoweverItIsFed) {
  const auto script = parse_script(GetParam(), slurp(kSessions / (GetParam() + ".wsx")));
  const Output whole = run(script, [](std::size_t left) { return left; });
  expect_golden(kSessions / (GetParam() + ".ndjson"), whole.events);
  expect_golden(kSessions / (GetParam() + ".txt"), whole.log);
  EXPECT_EQ(whole.client_bytes, script.bytes(session::Side::client));
  EXPECT_EQ(whole.server_bytes, script.bytes(session::Side::server));

  EXPECT_EQ(run(script, [](std::size_t) { return std::size_t{1}; }).capture, whole.capture) << "byte by byte";
  for (unsigned seed = 1; seed <= 5; ++seed) {
    std::mt19937 random(seed);
    EXPECT_EQ(run(script, [&](std::size_t) { return 1 + random() % 9; }).capture, whole.capture) << "seed " << seed;
  }
}

/// Of this format, and of format 1.0.
TEST_P(Session, ReadAgainGivesTheSameCapture) {
  const auto script = parse_script(GetParam(), slurp(kSessions / (GetParam() + ".wsx")));
  const Output whole = run(script, [](std::size_t left) { return left; });
  std::vector<std::string> recordings{whole.capture, whole.events};
  // A report holds a capture, but for what it leaves out of long payloads.
  if (whole.page.find("\"cut\":" + std::to_string(report::HtmlSink::kMostOfPayload)) == std::string::npos) {
    recordings.push_back(capture_in(whole.page));
  }
  for (const std::string& recorded : recordings) {
    const Output again = read_again(recorded, script.profile);
    EXPECT_EQ(again.capture, whole.capture);
    EXPECT_EQ(again.events, whole.events);
    EXPECT_EQ(again.log, whole.log);
  }
}

INSTANTIATE_TEST_SUITE_P(Fixtures, Session, testing::ValuesIn(script_names()), [](const auto& script) {
  std::string name = script.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(Fixtures, EveryRuleOccursInOne) {
  std::string all;
  for (const auto& name : script_names()) {
    all += slurp(kSessions / (name + ".ndjson"));
  }
  for (const auto& rule : rules::all_rules()) {
    EXPECT_NE(all.find("\"id\":\"" + std::string(rule.id) + "\""), std::string::npos) << rule.id;
  }
}

TEST(Fixtures, EveryCheckOfAProfileOccursInOne) {
  // those that need more than one session's messages: profile/recognise
  const std::set<std::string_view> elsewhere{"dialect-recognised",
                                             "dialect-candidate",
                                             "dialect-not-served",
                                             "region-label",
                                             "host-unknown",
                                             "rest-path-on-socket",
                                             "token-misplaced",
                                             "scope-unknown"};
  std::string all;
  for (const auto& name : script_names()) {
    all += slurp(kSessions / (name + ".ndjson"));
  }
  for (const auto& row : profile::check_rows()) {
    const bool found = all.find("\"id\":\"" + std::string(row.id) + "\"") != std::string::npos;
    EXPECT_NE(found, elsewhere.count(row.id) > 0) << row.id;
  }
}

}  // namespace
}  // namespace whydrop::golden
