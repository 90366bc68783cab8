// The official test suite of JSON Schema (in Debian's libtest-json-schema-acceptance-perl, which has a newer one than
// json-schema-test-suite), its remote documents served from its own folder.
#include "schema/schema.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include <gtest/gtest.h>

namespace whydrop::schema {
namespace {

namespace fs = std::filesystem;

const fs::path kSuite = "/usr/share/perl5/auto/share/dist/Test-JSON-Schema-Acceptance";

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

/// Cases that come out otherwise here, and are meant to.
struct Other {
  std::string_view group, test, why;
};
constexpr Other kOthers[] = {
    {"cross-draft.json: refs to future drafts are processed as future drafts",
     "",
     "2019-09 is not read, and the error says so"},
    {"zeroTerminatedFloats.json: some languages do not distinguish between different types of numeric value",
     "a float is not an integer even without fractional part",
     "1.0 is an integer of draft-04 too, as in draft-06 and later"},
};
bool is_other(const std::string& group, std::string_view test) {
  return std::any_of(std::begin(kOthers), std::end(kOthers), [&](const Other& other) {
    return other.group == group && (other.test.empty() || other.test == test);
  });
}

/// A folder of the suite, and how many cases it has.
struct Part {
  const char* folder;
  Draft draft;
  bool check_formats;
  std::size_t at_least;
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
    EXPECT_TRUE(is_other(about, "")) << about << ": " << schema.error().message;
    return 0;
  }
  std::size_t cases = 0;
  for (std::size_t i = 0; i < tests.size(); ++i) {
    const json::Value data = *tests.item(i).find("data");
    const bool expected = tests.item(i).find("valid")->boolean();
    const std::string_view name = tests.item(i).find("description")->string();
    if (!is_other(about, name)) {
      ++cases;
      EXPECT_EQ(schema->valid(data), expected) << about << ": " << name;
      EXPECT_EQ(schema->check(data).empty(), expected) << about << ": " << name;
    }
  }
  return cases;
}

class Suite : public testing::TestWithParam<Part> {};

TEST_P(Suite, EveryCase) {
  const Part& part = GetParam();
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(kSuite / "tests" / part.folder)) {
    if (entry.is_regular_file()) {
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

INSTANTIATE_TEST_SUITE_P(Official,
                         Suite,
                         testing::Values(Part{"draft7", Draft::draft7, false, 861},
                                         Part{"draft4", Draft::draft4, false, 578},
                                         Part{"draft7/optional", Draft::draft7, true, 106},
                                         Part{"draft4/optional", Draft::draft4, true, 96},
                                         Part{"draft7/optional/format", Draft::draft7, true, 414},
                                         Part{"draft4/optional/format", Draft::draft4, true, 146}));

}  // namespace
}  // namespace whydrop::schema
