// Owners of hosts, as fixtures/owners has them.
#include "profile/owner.hpp"

#include "json/json.hpp"
#include "profile/embedded.hpp"
#include "profile/load.hpp"
#include "schema/schema.hpp"
#include "support/source_tree.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace whydrop::profile {
namespace {

TEST(owners, are_as_their_schema_says) {
  std::ifstream file(test::in_source_tree("fixtures/schemas/owner-v1.json"));
  std::stringstream text;
  text << file.rdbuf();
  json::Json document;
  ASSERT_FALSE(document.parse(text.str()));
  const auto schema = schema::Schema::compile(document, text.str(), "owner-v1.json", {});
  ASSERT_TRUE(schema) << schema.error().message;
  for (const std::string_view owner : owner_texts()) {
    json::Json parsed;
    ASSERT_FALSE(parsed.parse(owner));
    for (const auto& fault : schema->check(parsed.root())) {
      ADD_FAILURE() << parsed.root().find("name")->text() << ": " << fault.says();
    }
  }
}

TEST(owners, name_profiles_and_services_that_are_there) {
  ASSERT_EQ(owners().size(), owner_texts().size());
  for (const Owner& owner : owners()) {
    EXPECT_NE(find_built_in(owner.socket.profile), nullptr) << owner.title;
    EXPECT_EQ(owner_of_profile(owner.socket.profile), &owner);
    EXPECT_TRUE(owner.is_service(owner.socket.service)) << owner.title;
    EXPECT_TRUE(owner.opaque_service.empty() || owner.is_service(owner.opaque_service)) << owner.title;
    EXPECT_TRUE(std::any_of(owner.regions.begin(), owner.regions.end(), [&](const Owner::Region& row) {
      return row.domain == owner.usual_region;
    })) << owner.title;
  }
}

TEST(owners, are_found_by_host) {
  EXPECT_EQ(owner_of("webmessaging.mypurecloud.ie"), &owners().front());
  EXPECT_EQ(owner_of("example.test"), nullptr);
  EXPECT_EQ(owner_of(""), nullptr);
  EXPECT_EQ(owner_of_profile("no-such-profile"), nullptr);
}

TEST(owners, put_a_region_into_their_texts) {
  const Owner& owner = owners().front();
  EXPECT_EQ(owner.region_of("api.mypurecloud.de"), "mypurecloud.de");
  EXPECT_EQ(owner.region_of("api-eu-west-1.genesyscloud.com"), "mypurecloud.ie");
  EXPECT_EQ(owner.region_of("example.test"), "mypurecloud.com");
  EXPECT_EQ(fill_region("a.{region}, b.{region}, {other}", "x"), "a.x, b.x, other");
}

TEST(owners, know_what_is_only_heard_of) {
  const Owner& owner = owners().front();
  const Owner::HeardOf* first = owner.heard_of("/api/v2/conversations/messaging/guests/1/ws");
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->thread, "12224");
  EXPECT_EQ(owner.heard_of("/v1"), nullptr);
}

}  // namespace
}  // namespace whydrop::profile
