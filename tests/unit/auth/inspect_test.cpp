#include "auth/jwt.hpp"
#include "auth/token_text.hpp"
#include "base/base64.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace whydrop::auth {
namespace {

using Texts = std::vector<std::string>;

std::string part(std::string_view bytes) {
  std::string text = base64_encode(bytes);
  text.erase(text.find_last_not_of('=') + 1);
  for (char& c : text) {
    c = c == '+' ? '-' : c == '/' ? '_' : c;
  }
  return text;
}

const std::string kSignature = part(std::string(32, 's'));

std::string token(std::string_view header, std::string_view claims, const std::string& signature = kSignature) {
  return part(header) + "." + part(claims) + "." + signature;
}

TEST(inspect, reads_header_claims_times_and_scopes) {
  const auto view = inspect_token(
      " Bearer " +
      token(R"({"alg":"HS256","typ":"JWT","kid":"k1"})", R"({"exp":2000.9,"nbf":1000,"iat":1000,"scope":"a b  c"})") +
      "\n");
  ASSERT_TRUE(view);
  EXPECT_EQ(view->alg, "HS256");
  EXPECT_EQ(view->typ, "JWT");
  EXPECT_EQ(view->kid, "k1");
  EXPECT_EQ(view->exp, 2000);
  EXPECT_EQ(view->nbf, 1000);
  EXPECT_EQ(view->iat, 1000);
  EXPECT_EQ(view->scopes, (Texts{"a", "b", "c"}));
  EXPECT_EQ(view->warnings,
            Texts{"it begins with 'Bearer ': that belongs into the Authorization header, not to the token"});
  EXPECT_EQ(inspect_token(token(R"({"alg":"HS256"})", R"({"scp":["x",1],"scopes":["y"]})"))->scopes, (Texts{"x", "y"}));
}

struct Hostile {
  const char* name;
  std::string token;
  Texts warnings;
};

TEST(inspect, names_what_is_hostile_or_wrong) {
  const std::string hs = R"({"alg":"HS256"})";
  const Hostile rows[] = {
      {"none",
       token(R"({"alg":"none"})", "{}", ""),
       {"alg is 'none': it is not signed, and anyone can make such a token"}},
      {"nOnE, signed",
       token(R"({"alg":"nOnE"})", "{}"),
       {"alg is 'nOnE': it is not signed, and anyone can make such a token",
        "alg is none, and yet there is a signature"}},
      {"unknown",
       token(R"({"alg":"HS257"})", "{}"),
       {"alg is 'HS257': no algorithm of that name is registered (RFC 7518)"}},
      {"not checked here, and lawful", token(R"({"alg":"EdDSA"})", "{}"), {}},
      {"no alg", token("{}", "{}"), {"its header has no alg: a server cannot check it"}},
      {"alg a number", token(R"({"alg":1})", "{}"), {"alg is a JSON number, not a string"}},
      {"no signature", token(hs, "{}", ""), {"its signature is empty"}},
      {"short signature", token(hs, "{}", "AAAA"), {"its signature has 3 bytes; one by HS256 has 32"}},
      {"twice",
       token(R"({"alg":"HS256","alg":"HS256"})", R"({"sub":1,"sub":"x"})"),
       {"its header has 'alg' twice: readers differ on which one counts",
        "its claims have 'sub' twice: readers differ on which one counts"}},
      {"own keys",
       token(R"({"alg":"HS256","jku":"https://evil/","jwk":{}})", "{}"),
       {"its header names a URL to fetch the key from (jku): a server that trusts it trusts whoever made the token",
        "its header brings its own key (jwk): a server that trusts it trusts whoever made the token"}},
      {"crit",
       token(R"({"alg":"HS256","crit":["b64"]})", "{}"),
       {R"(crit demands that the server knows ["b64"]; one that does not must refuse the token)"}},
      {"kid",
       token(R"({"alg":"HS256","kid":"../../dev/null"})", "{}"),
       {"kid is '../../dev/null': it looks like a path or a query, not like a key's name"}},
      {"types",
       token(hs, R"({"iss":1,"sub":{},"aud":true,"scope":5})"),
       {"iss is a JSON number, not a string",
        "sub is a JSON object, not a string",
        "aud is a JSON boolean, not a string or a list",
        "scope is a JSON number, not a string or a list"}},
      {"times",
       token(hs, R"({"exp":"2000","iat":1700000000000})"),
       {"exp is a JSON string, not a number: many servers refuse it",
        "iat is 1700000000000: those are milliseconds, and a JWT counts seconds"}},
      {"order",
       token(hs, R"({"exp":1000,"iat":1000,"nbf":2000})"),
       {"exp is not after iat: it had expired when it was made",
        "exp is not after nbf: there is no time at which it holds"}},
      {"padding",
       part(hs) + ".e30=." + kSignature,
       {"its payload ends in '=': base64url in a JWT has no padding (RFC 7515)"}},
      {"five parts",
       part(R"({"alg":"dir","enc":"A128GCM"})") + "..a.b.c",
       {"it has five parts: it is encrypted (JWE), and only who has the key can read it"}},
  };
  for (const Hostile& row : rows) {
    SCOPED_TRACE(row.name);
    const auto view = inspect_token(row.token);
    ASSERT_TRUE(view) << view.error().message;
    EXPECT_EQ(view->warnings, row.warnings);
  }
  const auto big = inspect_token(token(R"({"alg":"HS256"})", "{\"x\":\"" + std::string(9000, 'x') + "\"}"));
  ASSERT_TRUE(big);
  EXPECT_EQ(big->warnings.size(), 1U);
  EXPECT_NE(big->warnings[0].find("refuse headers of more than 8 KiB"), std::string::npos);
}

TEST(inspect, refuses_what_no_server_could_take) {
  const std::pair<std::string, std::string> rows[] = {
      {"", "cannot read the token: it is empty"},
      {"eyJ!.e30.", "cannot read the token: its header is not base64url"},
      {part("{}") + ".e3!0." + kSignature, "cannot read the token: its payload is not base64url"},
      {part("{}") + "." + part("nope") + "." + kSignature, "cannot read the token: its payload is not JSON: "},
      {part("{}") + "." + part("[]") + "." + kSignature, "cannot read the token: its payload is no JSON object"},
      {std::string(70000, 'a'), "cannot read the token: it has 70000 bytes, and more than 65536 is no token"},
  };
  for (const auto& [text, message] : rows) {
    const auto view = inspect_token(text);
    ASSERT_FALSE(view) << text.substr(0, 40);
    EXPECT_EQ(view.error().message.substr(0, message.size()), message);
  }
}

TEST(inspect, says_that_a_token_may_be_cut_off) {
  const std::vector<std::pair<const char*, const char*>> rows = {
      {"eyJhbGciOiJIUzI1NiJ9", "has 1 part instead of 3"},
      {"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1", "has 2 parts instead of 3"}};
  for (const auto& [text, why] : rows) {
    const auto view = inspect_token(text);
    ASSERT_TRUE(view) << text;
    EXPECT_EQ(view->warnings,
              std::vector<std::string>{std::string("it begins as a JWT does, and ") + why + ": it may be cut off"});
  }
}

TEST(inspect, says_that_an_opaque_token_is_one) {
  for (const char* text : {"ya29.a0Af", "abc", "a.b.c", "MTk4NjIyNDgz.Cl2FMQ.ZnCjm1", "1.2.3.4"}) {
    const auto view = inspect_token(text);
    ASSERT_TRUE(view) << text;
    EXPECT_TRUE(view->opaque) << text;
    EXPECT_EQ(
        token_text(*view, judge_token(*view, 0, {})),
        "An opaque token: it is not a JWT, and says nothing of itself. Only the server that made it can read it.\n");
  }
}

TEST(token_text, says_times_in_words) {
  const std::pair<std::int64_t, const char*> rows[] = {{0, "0 seconds"},
                                                       {1, "1 second"},
                                                       {59, "59 seconds"},
                                                       {180, "3 minutes"},
                                                       {199, "3 minutes"},
                                                       {3900, "1 hour 5 minutes"},
                                                       {86399, "23 hours"},
                                                       {90000, "1 day 1 hour"},
                                                       {12 * 86400 + 4000, "12 days"},
                                                       {400LL * 86400, "1 year 35 days"}};
  for (const auto& [seconds, words] : rows) {
    EXPECT_EQ(span_words(seconds), words);
  }
}

TEST(token_text, tells_all_of_a_token) {
  const auto view = inspect_token(
      token(R"({"alg":"HS256"})", "{\"iat\":1000,\"exp\":1300,\"scope\":\"a b\",\"x\":\"\xE2\x80\xAE\"}"));
  const auto state = judge_token(*view, 1480, {"b", "guest:write"});
  EXPECT_TRUE(state.expired);
  EXPECT_FALSE(state.usable());
  EXPECT_EQ(token_text(*view, state),
            "header\n"
            "  {\n"
            "    \"alg\": \"HS256\"\n"
            "  }\n"
            "claims\n"
            "  {\n"
            "    \"iat\": 1000,\n"
            "    \"exp\": 1300,\n"
            "    \"scope\": \"a b\",\n"
            "    \"x\": \"\\u202e\"\n"
            "  }\n"
            "times\n"
            "  issued 8 minutes ago (1970-01-01T00:16:40Z)\n"
            "  expired 3 minutes ago (1970-01-01T00:21:40Z)\n"
            "scopes\n"
            "  a b\n"
            "missing scopes\n"
            "  guest:write\n"
            "The signature was not checked: whydrop token verify does that.\n");
}

TEST(token_text, says_where_clocks_may_differ) {
  const auto view = inspect_token(token(R"({"alg":"HS256"})", R"({"iat":1000,"nbf":1000,"exp":1300})"));
  EXPECT_EQ(judge_token(*view, 960, {}).times,
            (Texts{"issued in 40 seconds (1970-01-01T00:16:40Z): this machine's clock is behind the issuer's, or the "
                   "issuer's is ahead",
                   "not valid yet: it is in 40 seconds (1970-01-01T00:16:40Z)",
                   "expires in 5 minutes (1970-01-01T00:21:40Z)"}));
  EXPECT_TRUE(judge_token(*view, 960, {}).early);
  EXPECT_EQ(judge_token(*view, 1310, {}).times.back(),
            "expired 10 seconds ago (1970-01-01T00:21:40Z); a clock that differs by a minute would see it otherwise");
  EXPECT_TRUE(judge_token(*view, 1200, {}).usable());
}

TEST(token_in, finds_a_token_where_people_have_it) {
  const std::string jwt = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhIiwiZXhwIjoxNjAwMDAwMDAwfQ.c2lnbmF0dXJl";
  const std::pair<std::string, std::string> rows[] = {
      {jwt + "\n", jwt},
      {"\"" + jwt + "\"\n", jwt},
      {"'" + jwt + "',", jwt},
      {"Authorization: Bearer " + jwt + "\nHost: h\n", jwt},
      {"authorization:bearer " + jwt, jwt},
      {"Bearer " + jwt, "Bearer " + jwt},  // worth a warning of its own
      {R"({"access_token": ")" + jwt + R"(", "token_type": "Bearer"})", jwt},
      {R"({"id_token": "x", "access_token": "opaque"})", "opaque"},
      {R"({"data": {"jwt": ")" + jwt + R"("}})", jwt},
      {jwt.substr(0, 40) + "\n" + jwt.substr(40, 40) + "\r\n  " + jwt.substr(80) + "\n", jwt},
      {"TOKEN=\"" + jwt + "\"; export TOKEN", jwt},
      {"opaque", "opaque"},
      {"X-Api-Key: opaque", "X-Api-Key: opaque"},
      {"eyJ only: begins like one", "eyJ only: begins like one"},
      {"", ""},
  };
  for (const auto& [text, expected] : rows) {
    EXPECT_EQ(token_in(text), expected) << text;
  }
}

}  // namespace
}  // namespace whydrop::auth
