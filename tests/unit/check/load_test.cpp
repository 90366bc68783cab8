#include "sources.hpp"
#include "support/source_tree.hpp"

#include <filesystem>
#include <vector>

#include <fmt/format.h>

namespace whydrop::check {
namespace {

using Mistakes = std::vector<std::string>;

Mistakes mistakes_in_text(const std::string& text) {
  Mistakes found;
  for (const schema::Mistake& mistake : mistakes_of(text, sources())) {
    found.push_back(fmt::format("{}:{}: {}", mistake.place.line, mistake.place.column, mistake.says));
  }
  return found;
}

TEST(load, takes_every_check_that_is_delivered) {
  for (const auto& file : std::filesystem::directory_iterator(test::in_source_tree("fixtures/checks"))) {
    if (file.path().extension() == ".json") {
      const std::string name = file.path().filename().string();
      EXPECT_EQ(mistakes_in_text(read_source("fixtures/checks/" + name)), Mistakes{}) << name;
    }
  }
}

}  // namespace
}  // namespace whydrop::check
