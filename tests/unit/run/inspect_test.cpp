// A capture that is read again, in one process: what is shown, and what ends the reading.
#include "run/inspect.hpp"

#include "support/folder.hpp"
#include "support/hand_host.hpp"
#include "support/source_tree.hpp"

#include <csignal>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

namespace whydrop::run {
namespace {

std::string recorded() {
  std::ifstream file(test::in_source_tree("fixtures/captures/v1.1/compressed.ndjson"), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

InspectSettings summary_of(const std::string& file) {
  InspectSettings settings;
  settings.file = file;
  settings.output.asked = report::Output::summary;
  return settings;
}

int no_signal() {
  return 0;
}

TEST(inspect, judges_what_was_recorded) {
  const test::Folder folder;
  test::HandHost process;
  const auto code = inspect(summary_of(folder.file("a.ndjson", recorded())), process.host(), no_signal);
  ASSERT_TRUE(code) << code.error().message;
  EXPECT_EQ(*code, 1);
  EXPECT_NE(process.out.text.find("RST"), std::string::npos) << process.out.text;
  EXPECT_EQ(process.err.text, "");
}

TEST(inspect, follows_a_file_until_a_signal_comes) {
  const test::Folder folder;
  test::HandHost process;
  const std::string whole = recorded();
  const std::string path = folder.file("a.ndjson", whole.substr(0, whole.size() / 2));
  InspectSettings settings = summary_of(path);
  settings.follow = true;
  int asked = 0;
  const auto code = inspect(settings, process.host(), [&] {
    if (++asked == 3) {
      std::ofstream(path, std::ios::binary | std::ios::app) << whole.substr(whole.size() / 2);
    }
    return asked > 200 ? SIGINT : 0;
  });
  ASSERT_TRUE(code) << code.error().message;
  EXPECT_EQ(*code, 130);
  EXPECT_NE(process.out.text.find("RST"), std::string::npos) << process.out.text;
}

TEST(inspect, stops_following_once_its_reader_is_gone) {
  const test::Folder folder;
  test::HandHost process;
  process.out.reader_is_gone = true;
  InspectSettings settings = summary_of(folder.file("a.ndjson", recorded()));
  settings.follow = true;
  EXPECT_TRUE(inspect(settings, process.host(), no_signal));
}

TEST(inspect, writes_a_report_besides) {
  const test::Folder folder;
  test::HandHost process;
  InspectSettings settings = summary_of(folder.file("a.ndjson", recorded()));
  settings.output.html = folder.path("a.html");
  for (int round = 0; round < 2; ++round) {  // the second replaces what the first wrote
    ASSERT_TRUE(inspect(settings, process.host(), no_signal));
    std::ifstream file(settings.output.html, std::ios::binary);
    const std::string page(std::istreambuf_iterator<char>(file), {});
    EXPECT_EQ(page.substr(0, 15), "<!doctype html>");
    EXPECT_EQ(page.substr(page.size() - 8), "</html>\n");
    EXPECT_NE(page.find("{\"kind\":\"short\",\"conn\":1,\"tone\":\"drop\""), std::string::npos);
  }
  EXPECT_NE(process.out.text.find("RST"), std::string::npos) << process.out.text;
}

TEST(inspect, a_report_takes_no_other_files_place) {
  const test::Folder folder;
  test::HandHost process;
  InspectSettings settings = summary_of(folder.file("a.ndjson", recorded()));
  settings.output.html = settings.file;
  const auto refused = inspect(settings, process.host(), no_signal);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "cannot write report " + settings.file + ": what stands there is no HTML file");
  settings.output.html.clear();
  EXPECT_TRUE(inspect(settings, process.host(), no_signal)) << "the capture is as it was";
}

TEST(inspect, says_what_it_cannot_read) {
  test::HandHost process;
  const auto missing = inspect(summary_of("/no/such/file"), process.host(), no_signal);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message, "cannot read /no/such/file: No such file or directory");
  const test::Folder folder;
  const auto text = inspect(summary_of(folder.file("a.txt", "hello\n")), process.host(), no_signal);
  ASSERT_FALSE(text);
}

}  // namespace
}  // namespace whydrop::run
