#include "profile/findings.hpp"

#include "profile/load.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace whydrop::profile {
namespace {

TEST(findings, each_check_is_told_once_and_whole) {
  std::set<std::string_view> seen;
  for (const CheckRow& row : check_rows()) {
    EXPECT_TRUE(seen.insert(row.id).second) << row.id;
    EXPECT_FALSE(row.title.empty()) << row.id;
    EXPECT_EQ(row.text.back(), '.') << row.id;
    EXPECT_EQ(row.fix.back(), '.') << row.id;
    EXPECT_EQ(find_check(row.id), &row);
  }
  EXPECT_EQ(find_check("nothing"), nullptr);
}

TEST(findings, are_made_of_their_text) {
  FindingText text;
  text.id = "x";
  text.severity = session::Severity::warning;
  text.basis = session::Basis::inferred;
  text.confidence = session::Confidence::low;
  text.at_fault = session::Party::server;
  text.says = "It happened.";
  text.fix = "Do this.";
  text.citation = "RFC 1";
  const session::Finding made = make_finding(text, 7);
  EXPECT_EQ(made.id, "x");
  EXPECT_EQ(made.severity, session::Severity::warning);
  EXPECT_EQ(made.basis, session::Basis::inferred);
  EXPECT_EQ(made.confidence, session::Confidence::low);
  EXPECT_EQ(made.at_fault, session::Party::server);
  EXPECT_EQ(made.evidence, std::vector<std::uint64_t>{7});
  EXPECT_EQ(made.says, "It happened.");
  EXPECT_EQ(made.fix, "Do this.");
  EXPECT_EQ(made.citation, "RFC 1");
}

TEST(findings, say_what_nobody_has_checked) {
  FindingText text;
  text.verified = false;
  text.says = "It happened.";
  EXPECT_EQ(make_finding(text, 1).says, "It happened (not verified).");
  text.says = "It happened";
  EXPECT_EQ(make_finding(text, 1).says, "It happened (not verified)");
  text.says = "";
  EXPECT_EQ(make_finding(text, 1).says, " (not verified)");
}

TEST(findings, are_found_wherever_a_profile_has_them) {
  const auto loaded = load(R"({
    "whydrop_profile": 1, "name": "a", "title": "A", "status": "served", "variables": {"v": {"about": "v"}},
    "calls": {"c": {"about": "c", "url": "x", "refusals": [{"status": 400, "finding": {"id": "refusal", "says": "x"}}]}},
    "messages": {"client": {"m": {"about": "m", "match": {},
      "same": [{"pointer": "/a", "variable": "v", "finding": {"id": "same", "says": "x"}}]}}},
    "signals": [{"finding": {"id": "signal", "says": "x"}}],
    "symptoms": [{"when": {"clean": true}, "finding": {"id": "symptom", "says": "x"}}],
    "fingerprint": {"misforms": [{"finding": {"id": "misform", "says": "x"}}]}
  })",
                           "a.json");
  ASSERT_TRUE(loaded) << loaded.error().message;
  std::set<std::string> ids;
  for (const FindingText* text : finding_texts(**loaded)) {
    ids.insert(text->id);
  }
  EXPECT_EQ(ids, (std::set<std::string>{"misform", "refusal", "same", "signal", "symptom"}));
}

}  // namespace
}  // namespace whydrop::profile
