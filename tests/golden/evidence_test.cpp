// Every file of fixtures/netlogs is read whole and in small pieces, and judged as `inspect` judges it: the items must
// be the same, and the sessions' logs with their verdicts must equal the committed ones (NAME.txt).
// WHYDROP_UPDATE_GOLDEN=1 rewrites what is expected.
#include "evidence/evidence.hpp"

#include "capture/writer.hpp"
#include "engine/recorded_run.hpp"
#include "report/report.hpp"
#include "support/source_tree.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace whydrop::golden {
namespace {

namespace fs = std::filesystem;

class TextSink final : public ByteSink {
 public:
  Result<void> write(std::string_view bytes) override {
    text += bytes;
    return {};
  }
  std::string text;
};

std::string content_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

ByteSource in_pieces(const std::string& file, std::size_t piece) {
  return [&file, piece, at = std::size_t{0}](char* to, std::size_t size) mutable -> Result<std::size_t> {
    const std::size_t count = std::string_view(file).substr(at).copy(to, std::min(size, piece));
    at += count;
    return count;
  };
}

/// What is read of a file, as capture lines, and what `inspect` prints of it.
struct Told {
  std::string items, shown;
};

Told tell(const std::string& file, std::size_t piece) {
  Told told;
  TextSink log;
  TextSink list;
  std::unique_ptr<engine::RecordedRun> run;
  std::vector<std::unique_ptr<session::EventSink>> sinks;
  auto reader = evidence::open("log", in_pieces(file, piece));
  while (reader) {
    const auto item = (*reader)->next();
    if (!item || !*item) {
      told.shown += item ? "" : "error: " + item.error().message + "\n";
      break;
    }
    std::visit(overloaded{[&](const capture::CaptureHeader& header) {
                            capture::append_header(told.items, header);
                            run =
                                std::make_unique<engine::RecordedRun>(header, nullptr, engine::RecordedRun::Settings());
                            report::Style style;
                            style.width = 100;
                            for (const auto& [output, to] :
                                 {std::pair(report::Output::sessions, &list), std::pair(report::Output::log, &log)}) {
                              sinks.push_back(report::make_renderer(output, style, *to, *to));
                              run->pipeline().add_sink(*sinks.back());
                            }
                          },
                          [&](const session::Event& event) {
                            capture::append_event(told.items, event);
                            run->pipeline().on_recorded(event);
                          },
                          [&](const capture::Damage& damage) { told.shown += damage.why + "\n"; }},
               **item);
  }
  if (run) {
    run->pipeline().finish(0);
    told.shown += list.text + "\n" + log.text;
  } else if (!reader) {
    told.shown += "error: " + reader.error().message + "\n";
  }
  return told;
}

std::vector<fs::path> net_logs() {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(test::in_source_tree("fixtures/netlogs"))) {
    if (entry.path().extension() == ".json") {
      paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

class NetLog : public testing::TestWithParam<fs::path> {};

TEST_P(NetLog, IsReadAndJudgedAsCommitted) {
  const std::string file = content_of(GetParam());
  const Told told = tell(file, file.size());
  for (const std::size_t piece : {1U, 7U, 4096U}) {
    EXPECT_EQ(tell(file, piece).items, told.items) << piece;
  }
  const fs::path expected = fs::path(GetParam()).replace_extension(".txt");
  if (std::getenv("WHYDROP_UPDATE_GOLDEN")) {
    std::ofstream(expected, std::ios::binary) << told.shown;
  }
  EXPECT_EQ(told.shown, content_of(expected));
}

/// Formatted by another tool, or cut anywhere, it is read without a crash, and what stands before the cut as before.
TEST_P(NetLog, MayBeFormattedOrCut) {
  const std::string file = content_of(GetParam());
  std::string formatted;
  bool in_string = false;
  for (std::size_t i = 0; i < file.size(); ++i) {
    in_string ^= file[i] == '"' && file[i - 1] != '\\';
    formatted += file[i];
    formatted += !in_string && (file[i] == ',' || file[i] == ':') ? "\n  " : "";
  }
  const Told told = tell(file, file.size());
  EXPECT_EQ(tell(formatted, 4096).items, told.items);
  for (std::size_t size = 0; size < file.size(); size += file.size() / 50) {
    const std::string cut = file.substr(0, size);
    const Told of_cut = tell(cut, size);
    EXPECT_FALSE(of_cut.shown.empty()) << size;
  }
}

INSTANTIATE_TEST_SUITE_P(All, NetLog, testing::ValuesIn(net_logs()), [](const auto& each) {
  std::string name = each.param.stem().string();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace whydrop::golden
