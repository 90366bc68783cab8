#include "auth/calls.hpp"

#include "json/json.hpp"

#include <string>

#include <gtest/gtest.h>

namespace whydrop::auth {
namespace {

using profile::Call;
using profile::Profile;

Profile make_profile() {
  Profile profile;
  profile.name = "p";
  for (const char* name : {"id", "secret", "token", "unset"}) {
    profile::Variable variable;
    variable.name = name;
    variable.about = "what it is";
    variable.env = "WHYDROP_X";
    profile.variables.push_back(variable);
  }
  return profile;
}

class Calls : public testing::Test {
 protected:
  Calls() : profile_(make_profile()), bindings_(profile_, {[] { return 0; }, [] { return std::string("u"); }}) {
    EXPECT_TRUE(bindings_.set("id", "me & you", profile::Origin::given));
    EXPECT_TRUE(bindings_.set("secret", "s:\"x\"", profile::Origin::given));
    EXPECT_TRUE(bindings_.set("token", "t", profile::Origin::given));
    call_.name = "open";
    call_.url = "https://api.test/a/{id}?q={token}";
  }
  std::string header(const HttpRequest& request, const std::string& name) const {
    for (const auto& field : request.headers) {
      if (field.first == name) {
        return field.second;
      }
    }
    return "(none)";
  }

  Profile profile_;
  profile::Bindings bindings_;
  Call call_;
};

TEST_F(Calls, fill_url_headers_and_basic_credentials) {
  call_.headers.push_back({"X-Token", "a {token}"});
  call_.basic_user = "{id}";
  call_.basic_password = "{secret}";
  const auto request = make_request(call_, bindings_, "");
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->url, "https://api.test/a/me%20%26%20you?q=t");
  EXPECT_EQ(request->method, "GET");
  EXPECT_EQ(header(*request, "X-Token"), "a t");
  EXPECT_EQ(header(*request, "Authorization"), "Basic bWUgJiB5b3U6czoieCI=");
  EXPECT_EQ(header(*request, "Content-Type"), "(none)");
  EXPECT_EQ(request->body, "");
}

TEST_F(Calls, encode_forms_and_json) {
  call_.body = Call::Body::form;
  call_.form = {{"grant_type", "client_credentials"}, {"a b", "{id}=+~"}};
  auto request = make_request(call_, bindings_, "");
  EXPECT_EQ(request->body, "grant_type=client_credentials&a%20b=me%20%26%20you%3D%2B%7E");
  EXPECT_EQ(header(*request, "Content-Type"), "application/x-www-form-urlencoded");
  call_.body = Call::Body::json;
  call_.json = R"({"s":"{secret}"})";
  call_.headers.push_back({"content-type", "application/vnd.x+json"});
  request = make_request(call_, bindings_, "");
  EXPECT_EQ(request->body, R"({"s":"s:\"x\""})");
  EXPECT_EQ(header(*request, "Content-Type"), "(none)");
}

TEST_F(Calls, go_by_http_where_at_says_so) {
  EXPECT_EQ(make_request(call_, bindings_, "http://127.0.0.1:1")->url.substr(0, 16), "http://api.test/");
  EXPECT_EQ(make_request(call_, bindings_, "https://127.0.0.1:1")->url.substr(0, 17), "https://api.test/");
}

TEST_F(Calls, name_what_is_not_set) {
  call_.url = "https://api.test/{unset}";
  EXPECT_EQ(make_request(call_, bindings_, "").error().message, "variable unset is not set: what it is");
}

TEST(expiry, is_of_the_token_else_of_the_reply) {
  const auto of = [](const char* value, const char* reply) {
    json::Json document;
    EXPECT_FALSE(document.parse(reply));
    return expiry_of(value, document.root(), 1000);
  };
  EXPECT_EQ(of("opaque", R"({"expires_in":60})"), 1060);
  EXPECT_EQ(of("opaque", R"({"expires":"1970-01-01T01:00:00Z"})"), 3600);
  EXPECT_EQ(of("opaque", R"({"expires_in":"60"})"), std::nullopt);
  EXPECT_EQ(of("opaque", R"({"expires_in":-1})"), std::nullopt);
  EXPECT_EQ(of("opaque", "{}"), std::nullopt);
  EXPECT_EQ(of("eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjUwMDB9.AAAA", R"({"expires_in":60})"), 5000);
}

}  // namespace
}  // namespace whydrop::auth
