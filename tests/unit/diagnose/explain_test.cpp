#include "diagnose/explain.hpp"

#include "cases.hpp"
#include "diagnose/findings.hpp"
#include "diagnose/guide_page.hpp"
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

TEST(explain, knows_what_the_field_guide_stands_for) {
  for (const auto& product : fieldguide::products()) {
    EXPECT_EQ(guide_page(product.name).product, &product);
    for (const auto& entry : product.entries) {
      EXPECT_TRUE(entry.means.empty() || !explain(entry.means).empty()) << product.name << " " << entry.id;
    }
  }
}

/// The rows of a page as "product id", and what they stand for.
std::string page_words(std::string_view key) {
  std::string words;
  const GuidePage page = guide_page(key);
  for (const GuideRow& row : page.rows) {
    words += row.entry->product->name + " " + row.entry->id + "; ";
  }
  for (const std::string& means : page.means) {
    words += "= " + means;
  }
  return words;
}

TEST(explain, leads_from_a_pasted_text_to_what_it_stands_for) {
  struct Row {
    std::string_view text, words;
  };
  const Row rows[] = {
      {"Invalid WebSocket frame: RSV1 must be clear", "ws client-rsv1; = rsv-without-extension"},
      {"RangeError: Invalid WebSocket frame: RSV1 must be clear", "ws client-rsv1; = rsv-without-extension"},
      {"Invalid WebSocket frame: invalid payload length 1", "ws client-close-one-byte; = close-body-one-byte"},
      {"Invalid WebSocket frame: invalid payload length 126", "ws client-control-too-long; = control-too-long"},
      {"Unexpected server response: 404", "ws client-status-404; = upgrade-refused-404"},
      {"Reserved bits are not zero", "deno client-rsv1; = rsv-without-extension"},
      {"WebSocket connection to 'ws://127.0.0.1:1/' failed: Could not decode a text frame as UTF-8.",
       "chromium console-bad-utf8; = utf8-invalid"},
      {"System.Net.WebSockets.WebSocketException: The remote party closed the WebSocket connection without completing "
       "the "
       "close handshake.",
       "dotnet client-fin; = no-close-fin"},
      {"Read limit: read limited at 32769 bytes", "nhooyr message-size; = 1009"},
      {"4408", "graphql-ws no-init; "},
      {"no such text", ""},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(row.words, page_words(row.text)) << row.text;
  }
}

}  // namespace
}  // namespace whydrop::diagnose
