#include "profile/load.hpp"
#include "profile/read.hpp"

#include <gtest/gtest.h>

namespace whydrop::profile {
namespace {

bool test(std::string_view conditions, std::string_view value) {
  json::Json where, given;
  EXPECT_FALSE(where.parse(conditions)) << conditions;
  EXPECT_FALSE(given.parse(value)) << value;
  return holds(read::conditions(where.root()), given.root());
}

TEST(where, compares_scalars) {
  EXPECT_TRUE(test(R"({"/a":"x"})", R"({"a":"x"})"));
  EXPECT_FALSE(test(R"({"/a":"x"})", R"({"a":"xy"})"));
  EXPECT_FALSE(test(R"({"/a":"1"})", R"({"a":1})"));
  EXPECT_FALSE(test(R"({"/a":1})", R"({"a":"1"})"));
  EXPECT_FALSE(test(R"({"/a":"x"})", R"({"b":"x"})"));
  EXPECT_TRUE(test(R"({"/a":200})", R"({"a":2e2})"));
  EXPECT_TRUE(test(R"({"/a":"\u00e9\n"})", "{\"a\":\"\xC3\xA9\\n\"}"));
  EXPECT_TRUE(test(R"({"/a":true,"/b":null})", R"({"a":true,"b":null})"));
  EXPECT_FALSE(test(R"({"/a":true})", R"({"a":false})"));
  EXPECT_FALSE(test(R"({"/a":null})", R"({})"));
  EXPECT_FALSE(test(R"({"/a":null})", R"({"a":0})"));
}

TEST(where, knows_each_condition) {
  EXPECT_TRUE(test(R"({"/a":{"in":["x",2]}})", R"({"a":2})"));
  EXPECT_FALSE(test(R"({"/a":{"in":["x",2]}})", R"({"a":3})"));
  EXPECT_TRUE(test(R"({"/a":{"has":"ell"}})", R"({"a":"hello"})"));
  EXPECT_FALSE(test(R"({"/a":{"has":"ell"}})", R"({"a":["ell"]})"));
  EXPECT_TRUE(test(R"({"/a":{"exists":true}})", R"({"a":null})"));
  EXPECT_FALSE(test(R"({"/a":{"exists":true}})", R"({})"));
  EXPECT_TRUE(test(R"({"/a":{"exists":false}})", R"({})"));
  EXPECT_FALSE(test(R"({"/a":{"exists":false}})", R"({"a":1})"));
  EXPECT_TRUE(test(R"({"/a":{"at_least":2}})", R"({"a":2})"));
  EXPECT_FALSE(test(R"({"/a":{"at_least":2}})", R"({"a":1.9})"));
  EXPECT_FALSE(test(R"({"/a":{"at_least":2}})", R"({"a":"3"})"));
  EXPECT_TRUE(test(R"({"/a":{"at_most":2}})", R"({"a":-1})"));
  EXPECT_FALSE(test(R"({"/a":{"at_most":2}})", R"({"a":2.1})"));
  EXPECT_TRUE(test(R"({"/a":{"is":{"x":1,"y":[2]}}})", R"({"a":{"y":[2],"x":1.0}})"));
  EXPECT_FALSE(test(R"({"/a":{"is":{"x":1}}})", R"({"a":{"x":1,"y":2}})"));
}

TEST(where, asks_for_all_of_its_conditions) {
  EXPECT_TRUE(test(R"({})", R"(7)"));
  EXPECT_TRUE(test(R"({"comment":"no condition","":7})", R"(7)"));
  EXPECT_TRUE(test(R"({"/a/0":"x","/b":1})", R"({"a":["x"],"b":1})"));
  EXPECT_FALSE(test(R"({"/a/0":"x","/b":1})", R"({"a":["x"],"b":2})"));
}

}  // namespace
}  // namespace whydrop::profile
