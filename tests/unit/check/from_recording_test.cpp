#include "check/from_recording.hpp"

#include "sources.hpp"
#include "support/source_tree.hpp"

#include <cstdlib>
#include <fstream>
#include <memory>

namespace whydrop::check {
namespace {

struct Row {
  const char* file;     ///< in tests/unit/check/recorded
  const char* profile;  ///< or null
};

const Row kRows[] = {{"guest-tutorial.ndjson", "guest-tutorial"},
                     {"guest-event.ndjson", "guest-event"},
                     {"no-profile.ndjson", nullptr},
                     {"genesys-web-messaging.ndjson", "genesys-web-messaging"},
                     {"links.har", nullptr},
                     {"numbers.ndjson", nullptr},
                     {"secrets.har", nullptr}};

replay::Recording::OpenFile opener(const std::string& path) {
  return [path]() -> Result<ByteSource> {
    const auto in = std::make_shared<std::ifstream>(path, std::ios::binary);
    return ByteSource([in](char* to, std::size_t size) -> Result<std::size_t> {
      in->read(to, static_cast<std::streamsize>(size));
      return static_cast<std::size_t>(in->gcount());
    });
  };
}

std::string check_of(const Row& row) {
  const std::string path = test::in_source_tree(std::string("tests/unit/check/recorded/") + row.file);
  const auto recording = replay::Recording::open(opener(path), {row.file, {}, false, true});
  EXPECT_TRUE(recording) << recording.error().message;
  const auto profile = row.profile != nullptr ? sources().find_profile(row.profile).value() : nullptr;
  const auto plan = replay::make_plan(**recording, profile.get(), {}, false);
  EXPECT_TRUE(plan) << plan.error().message;
  const auto text = from_recording(**recording, *plan, profile.get());
  EXPECT_TRUE(text) << text.error().message;
  return text.value_or("");
}

TEST(from_recording, writes_a_check_that_loads) {
  for (const Row& row : kRows) {
    const std::string text = check_of(row);
    const auto mistakes = mistakes_of(text, sources());
    EXPECT_TRUE(mistakes.empty()) << row.file << ": " << mistakes.front().says << "\n" << text;
    const std::string golden = std::string("tests/unit/check/recorded/") + row.file + ".check.json";
    if (std::getenv("WHYDROP_UPDATE_GOLDEN") != nullptr) {
      std::ofstream(test::in_source_tree(golden), std::ios::binary) << text;
    }
    EXPECT_EQ(text, read_source(golden)) << row.file;
  }
}

}  // namespace
}  // namespace whydrop::check
