// The official test suite of JSON Schema (Debian package json-schema-test-suite), its remote documents served from its
// own folder.
#include "schema/schema.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace whydrop::schema {
namespace {

namespace fs = std::filesystem;

const fs::path kSuite = "/usr/share/json-schema-test-suite";

std::string read(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::optional<std::string> fetch(const std::string& uri) {
  constexpr std::string_view kRemotes = "http://localhost:1234/";
  if (uri.compare(0, kRemotes.size(), kRemotes) != 0 || !fs::is_regular_file(kSuite / "remotes" / uri.substr(22))) {
    return std::nullopt;
  }
  return read(kSuite / "remotes" / uri.substr(22));
}

/// A folder of the suite, and how many cases it has.
struct Part {
  const char* folder;
  Draft draft;
  bool check_formats;
  std::size_t at_least;
  std::vector<std::string> files;  ///< empty: all
};

void PrintTo(const Part& part, std::ostream* out) {  // NOLINT(readability-identifier-naming): GoogleTest's name
  *out << part.folder;
}

/// Counts the cases of one group and tells of each that goes wrong.
std::size_t run_group(json::Value group, const std::string& file, const Part& part) {
  Options options{part.draft, part.check_formats, fetch};
  json::Json document;
  document.parse(group.find("schema")->text());
  const std::string about = file + ": " + std::string(group.find("description")->string());
  const auto schema = Schema::compile(document, {}, "suite", options);
  const json::Value tests = *group.find("tests");
  if (!schema) {
    ADD_FAILURE() << about << ": " << schema.error().message;
    return 0;
  }
  for (std::size_t i = 0; i < tests.size(); ++i) {
    const json::Value data = *tests.item(i).find("data");
    const bool expected = tests.item(i).find("valid")->boolean();
    const std::string what = about + ": " + std::string(tests.item(i).find("description")->string());
    EXPECT_EQ(schema->valid(data), expected) << what;
    EXPECT_EQ(schema->check(data).empty(), expected) << what;
  }
  return tests.size();
}

class Suite : public testing::TestWithParam<Part> {};

TEST_P(Suite, EveryCase) {
  const Part& part = GetParam();
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(kSuite / "tests" / part.folder)) {
    const std::string name = entry.path().filename();
    const bool wanted = part.files.empty() || std::find(part.files.begin(), part.files.end(), name) != part.files.end();
    if (entry.is_regular_file() && wanted) {
      files.push_back(entry.path());
    }
  }
  std::size_t cases = 0;
  for (const fs::path& file : files) {
    const auto json = json::parse_file(read(file), file, ErrorKind::local);
    ASSERT_TRUE(json) << json.error().message;
    for (std::size_t i = 0; i < (*json)->root().size(); ++i) {
      cases += run_group((*json)->root().item(i), file.filename(), part);
    }
  }
  EXPECT_GE(cases, part.at_least);
  std::printf("%s: %zu cases\n", part.folder, cases);
}

INSTANTIATE_TEST_SUITE_P(
    Official,
    Suite,
    testing::Values(Part{"draft7", Draft::draft7, false, 423, {}},
                    Part{"draft4", Draft::draft4, false, 320, {}},
                    Part{"draft7/optional", Draft::draft7, false, 10, {"bignum.json", "zeroTerminatedFloats.json"}},
                    Part{"draft4/optional", Draft::draft4, false, 9, {"bignum.json"}},
                    Part{"draft7/optional/format",
                         Draft::draft7,
                         true,
                         50,
                         {"date-time.json",
                          "date.json",
                          "time.json",
                          "uri.json",
                          "email.json",
                          "ipv4.json",
                          "ipv6.json",
                          "hostname.json"}},
                    Part{"draft4/optional", Draft::draft4, true, 43, {"format.json"}}));

}  // namespace
}  // namespace whydrop::schema
