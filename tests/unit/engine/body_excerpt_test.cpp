#include "engine/body_excerpt.hpp"

#include <gtest/gtest.h>

namespace whydrop::engine {
namespace {

TEST(body_excerpt, is_the_whole_where_that_is_short) {
  EXPECT_EQ(body_excerpt(""), "");
  const std::string most(kBodyExcerpt, '"');
  EXPECT_EQ(body_excerpt(most), most);
}

TEST(body_excerpt, cuts_no_json_string) {
  const std::string head = R"({"a":")" + std::string(100, 'a') + R"(\"","b":)";
  EXPECT_EQ(body_excerpt(head + '"' + std::string(kBodyExcerpt, 'b') + "\"}"), head);
  const std::string numbers = head + std::string(kBodyExcerpt, '1');
  EXPECT_EQ(body_excerpt(numbers), numbers.substr(0, kBodyExcerpt));
}

TEST(body_excerpt, cuts_no_field_of_a_form) {
  const std::string head = "grant_type=x&n=" + std::string(kBodyExcerpt / 2, 'n');
  EXPECT_EQ(body_excerpt(head + "&client_secret=" + std::string(kBodyExcerpt, 's')), head);
}

TEST(body_excerpt, cuts_other_text_where_it_must) {
  EXPECT_EQ(body_excerpt(std::string(kBodyExcerpt + 1, 'a')), std::string(kBodyExcerpt, 'a'));
}

}  // namespace
}  // namespace whydrop::engine
