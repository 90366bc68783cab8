#include "rules/rules.hpp"

#include <set>

#include <gtest/gtest.h>

namespace whydrop::rules {
namespace {

TEST(Table, StatesEveryRuleInFull) {
  std::set<std::string_view> ids;
  for (const auto& rule : all_rules()) {
    EXPECT_TRUE(ids.insert(rule.id).second) << rule.id;
    EXPECT_EQ(rule.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), rule.id.npos) << rule.id;
    EXPECT_GT(rule.sentence.size(), 10U) << rule.id;
    EXPECT_EQ(rule.sentence.back(), '.') << rule.id;
    EXPECT_EQ(rule.citation.substr(0, 4), "RFC ") << rule.id;
    EXPECT_NE(rule.citation.find(" section "), rule.citation.npos) << rule.id;
    EXPECT_TRUE(rule.fail_code == 0 || rule.fail_code == 1002 || rule.fail_code == 1007) << rule.id;
  }
  EXPECT_EQ(ids.size(), 42U);
}

TEST(Table, IsFoundById) {
  const auto* rule = find_rule("utf8-invalid");
  ASSERT_NE(rule, nullptr);
  EXPECT_EQ(rule->fail_code, 1007);
  EXPECT_EQ(rule->citation, "RFC 6455 section 8.1");
  EXPECT_EQ(find_rule("utf8"), nullptr);
  EXPECT_EQ(find_rule(""), nullptr);
}

}  // namespace
}  // namespace whydrop::rules
