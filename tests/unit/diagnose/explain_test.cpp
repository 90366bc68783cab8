#include "diagnose/explain.hpp"

#include "cases.hpp"
#include "diagnose/findings.hpp"
#include "profile/findings.hpp"
#include "profile/load.hpp"
#include "rules/rules.hpp"
#include "session/endings.hpp"

#include <set>

#include <gtest/gtest.h>

namespace whydrop::diagnose {
namespace {

std::vector<std::string> keys(std::string_view key) {
  std::vector<std::string> found;
  for (const auto* entry : explain(key)) {
    found.push_back(entry->key);
  }
  return found;
}

using Keys = std::vector<std::string>;

TEST(explain, knows_every_finding) {
  for (const auto& row : known_findings()) {
    EXPECT_EQ(keys(row.id), Keys{std::string(row.id)});
  }
}

TEST(explain, knows_every_check_of_profiles) {
  ASSERT_FALSE(profile::check_rows().empty());
  for (const auto& row : profile::check_rows()) {
    EXPECT_EQ(keys(row.id), Keys{std::string(row.id)});
  }
}

TEST(explain, knows_every_finding_of_built_in_profiles) {
  for (const auto& built_in : profile::built_in()) {
    const auto loaded = profile::load(built_in);
    ASSERT_TRUE(loaded) << built_in.name;
    for (const auto* text : profile::finding_texts(**loaded)) {
      EXPECT_FALSE(keys(text->id).empty()) << text->id;
    }
  }
}

TEST(explain, knows_every_rule) {
  ASSERT_FALSE(rules::all_rules().empty());
  for (const auto& rule : rules::all_rules()) {
    EXPECT_EQ(keys(rule.id), Keys{std::string(rule.id)});
  }
}

TEST(explain, knows_every_ending) {
  for (const session::EndingTraits& ending : session::endings()) {
    EXPECT_EQ(keys(ending.name), Keys{std::string(ending.name)});
    EXPECT_FALSE(ending.title.empty() || ending.text.empty()) << ending.name;
  }
}

TEST(headline, has_no_hole_left_for_any_ending) {
  for (const session::EndingTraits& ending : session::endings()) {
    test::Script open, refused;
    open.session().ending(ending.how);
    refused.request().ending(ending.how);
    for (test::Script* script : {&open, &refused}) {
      const session::Verdict verdict = script->verdict();
      EXPECT_FALSE(verdict.headline.empty()) << ending.name;
      EXPECT_EQ(verdict.headline.find_first_of("{}"), std::string::npos) << verdict.headline;
      for (const std::string& sentence : verdict.observed) {
        EXPECT_EQ(sentence.find_first_of("{}"), std::string::npos) << sentence;
      }
    }
  }
}

TEST(explain, finds_numbers_as_close_codes_or_exit_codes) {
  EXPECT_EQ(keys("1006"), Keys{"1006"});
  EXPECT_EQ(keys("3001"), Keys{"3000-3999"});
  EXPECT_EQ(keys("4001"), Keys{"4000-4999"});
  EXPECT_EQ(keys("999"), Keys{"0-999"});
  EXPECT_EQ(keys("65535"), Keys{"5000-65535"});
  EXPECT_EQ(keys("6"), Keys{"exit 6"});
  EXPECT_EQ(keys("exit 6"), Keys{"exit 6"});
  for (const char* code : {"0", "1", "2", "3", "4", "5", "6", "7", "8", "70", "130", "143"}) {
    EXPECT_EQ(keys(code), Keys{std::string("exit ") + code});
  }
}

TEST(explain, does_not_know_anything_else) {
  EXPECT_EQ(keys(""), Keys{});
  EXPECT_EQ(keys("70000"), Keys{});
  EXPECT_EQ(keys("99999999999"), Keys{});
  EXPECT_EQ(keys("no-close"), Keys{});
}

TEST(explain, has_unique_keys_and_whole_entries) {
  std::set<std::string> seen;
  for (const auto& entry : explanations()) {
    EXPECT_TRUE(seen.insert(entry.key).second) << entry.key;
    EXPECT_FALSE(entry.title.empty()) << entry.key;
    EXPECT_FALSE(entry.text.empty()) << entry.key;
    EXPECT_FALSE(entry.group.empty()) << entry.key;
  }
}

}  // namespace
}  // namespace whydrop::diagnose
