#include "profile/call_checks.hpp"

#include <string>

#include <gtest/gtest.h>

namespace whydrop::profile {
namespace {

std::vector<Where> where(std::string pointer, std::string json) {
  Where row;
  row.pointer = std::move(pointer);
  row.values = {std::move(json)};
  return {row};
}

FindingText text(std::string id, std::string says) {
  FindingText words;
  words.id = std::move(id);
  words.says = std::move(says);
  return words;
}

/// A call that takes a secret token and an id, and has words for two refusals and a note.
Profile make_profile() {
  Profile profile;
  profile.name = "p";
  for (const char* name : {"token", "id"}) {
    Variable variable;
    variable.name = name;
    variable.secret = variable.name == "token";
    profile.variables.push_back(variable);
  }
  Call call;
  call.name = "open";
  call.method = "POST";
  call.takes = {{"token", "/token"}, {"id", "/id"}};
  call.refusals = {
      {400, where("/error", R"("bad_client")"), text("bad-client", "Refused with {$status}: {$/error}, {$/none}.")},
      {400, {}, text("bad-call", "Refused.")},
      {200, where("/paused", "true"), text("paused", "It is paused.")}};
  call.notes = {{where("/old", "true"), text("old", "It is old; the token is {token}.")}};
  profile.calls.push_back(call);
  return profile;
}

class Replies : public testing::Test {
 protected:
  Replies() : profile_(make_profile()), bindings_(profile_, {[] { return 0; }, nullptr}) {}

  static session::Response response(int status, std::string body) {
    session::Response response;
    response.status = status;
    response.body_length = body.size();
    response.body = std::move(body);
    return response;
  }
  static session::Response masked(session::Response response) {
    response.redact = {{0, 1, "token"}};
    return response;
  }
  static session::Response cut(session::Response response, std::uint64_t more) {
    response.body_length += more;
    return response;
  }

  /// "refused id: says | ..." of an answer.
  std::string said(const session::Response& response) const {
    const Reply reply(profile_.calls[0], response);
    std::string out = reply.refused() ? "refused" : reply.gives() ? "gives" : "?";
    for (const auto& finding : reply.findings(bindings_, 7)) {
      EXPECT_EQ(finding.evidence, std::vector<std::uint64_t>{7});
      out += " " + finding.id + ": " + finding.says;
    }
    return out;
  }

  Profile profile_;
  Bindings bindings_;
};

TEST_F(Replies, are_read_as_the_profile_says) {
  EXPECT_EQ(said(response(200, R"({"token":"t","id":1})")), "gives");
  EXPECT_EQ(said(response(200, R"({"token":"t","id":1,"old":true})")), "gives old: It is old; the token is (secret).");
  EXPECT_EQ(said(response(400, R"({"error":"bad_client"})")), "refused bad-client: Refused with 400: bad_client, ?.");
  EXPECT_EQ(said(response(400, "no")), "refused bad-call: Refused.");
  EXPECT_EQ(said(response(200, R"({"paused":true})")), "refused paused: It is paused.");
  EXPECT_EQ(said(response(500, "{}")), "refused");
}

TEST_F(Replies, that_lack_what_they_should_give_are_told) {
  const std::string id = "refused call-reply-incomplete: The answer to open ";
  EXPECT_EQ(said(response(200, R"({"token":"t","id":null})")), id + "has nothing at /id, which gives id.");
  EXPECT_EQ(said(response(200, "<html>")), id + "is not JSON, so that token cannot be read from it.");
  EXPECT_EQ(said(response(204, "")), id + "was 204, which the profile does not name as a success.");
  auto packed = response(200, "\x1f\x8b");
  packed.headers.push_back({"content-encoding", "gzip", {}});
  EXPECT_EQ(said(packed), id + "is compressed (gzip), which was not asked for, so that token cannot be read from it.");
  EXPECT_EQ(said(cut(response(200, "{\"pad\":"), kMaxReply)),
            id + "is 1 MiB or longer, so that token cannot be read from it.");
}

TEST_F(Replies, of_which_a_part_is_not_known_are_not_judged_by_it) {
  EXPECT_EQ(said(cut(response(200, R"({"pad":1,)"), 9)), "?");
  EXPECT_EQ(said(cut(response(400, R"({"error":)"), 9)), "?");
  EXPECT_EQ(said(masked(response(400, R"({"error":"xxxxxxxxxx"})"))), "?");
  EXPECT_EQ(said(masked(response(200, R"({"token":"x","id":1,"old":true})"))),
            "gives old: It is old; the token is (secret).");
  EXPECT_EQ(said(masked(response(200, R"({"token":"x","id":1,"old":"xxxx"})"))), "gives");
  EXPECT_EQ(said(cut(response(200, ""), 9)),
            "refused call-reply-incomplete: The answer to open is not JSON, so that token cannot be read from it.");
}

TEST_F(Replies, give_what_is_not_masked) {
  Reply(profile_.calls[0], masked(response(200, R"({"token":"xxx","id":12})"))).give(bindings_);
  EXPECT_EQ(bindings_.get("token"), std::nullopt);
  EXPECT_EQ(bindings_.get("id"), "12");
  Reply(profile_.calls[0], response(200, R"({"token":"xxx","id":11})")).give(bindings_);
  EXPECT_EQ(bindings_.get("token"), "xxx");
  Reply(profile_.calls[0], response(200, R"({"token":"new","id":9,"paused":true})")).give(bindings_);
  EXPECT_EQ(bindings_.get("id"), "11");
}

/// What is told of a call whose connection is `open`ed and ends in this way.
std::string told(const Profile& profile, const std::string& call, const std::string& method, session::EndingHow how) {
  Bindings bindings(profile, {[] { return 0; }, nullptr});
  std::string out;
  CallChecker checker(profile, bindings, [&](session::Body&& body) {
    const auto& finding = std::get<session::Finding>(body);
    out += finding.id + " of " + std::to_string(finding.evidence.at(0)) + ": " + finding.says;
  });
  session::Open open;
  open.role = session::Role::http;
  open.call = call;
  session::Request request;
  request.start_line = method + " /x HTTP/1.1";
  session::Response response;
  response.status = 400;
  session::Ending ending;
  ending.how = how;
  checker.on_event({1, 0, 1, open});
  checker.on_event({2, 0, 1, request});
  checker.learn(response);
  checker.on_event({3, 0, 1, response});
  checker.on_event({4, 0, 1, ending});
  return out;
}

TEST(CallChecker, tells_at_the_end_what_the_answer_says) {
  const Profile profile = make_profile();
  using session::EndingHow;
  EXPECT_EQ(told(profile, "open", "POST", EndingHow::local_close), "bad-call of 3: Refused.");
  EXPECT_EQ(told(profile, "open", "POST", EndingHow::capture_ended), "bad-call of 3: Refused.");
  EXPECT_EQ(told(profile, "open", "POST", EndingHow::reset),
            "call-reply-incomplete of 3: The answer to open was cut short: the connection ended in the middle of it.");
  EXPECT_EQ(told(profile, "open", "GET", EndingHow::local_close), "");
  EXPECT_EQ(told(profile, "other", "POST", EndingHow::local_close), "");
  EXPECT_EQ(told(profile, "", "POST", EndingHow::local_close), "");
}

}  // namespace
}  // namespace whydrop::profile
