#include "auth/jwt.hpp"
#include "base/base64.hpp"
#include "unit/auth/keys.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace whydrop::auth {
namespace {

using test::KeyPair;

constexpr const char* kJoe =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

/// No key of anybody's: a number with the fingerprint, made for this test.
constexpr const char* kRocaModulus =
    "aSPuUwiUAQF5-hf388qkUl7oRlv9m1paE-4XYzhD-97VmNaxJdDZleS06PpNOTghmjWRwYMRgh1JaLkgyalaOWv4W2mc7a7JbWar"
    "MaP22_aKkQGajOgkc8HjoZoai8LO3W5LgFjl2BvrAUL-Ga2R7pX3ZIDij5D6nL8AmJ_W3zwt3MPOFkQGCBsWR_C7VxC4p3E67c9r"
    "CseFl2kiE5lxJb3b63xSUC_5hKEqwZXLQ6LCR7dPkhyJ-jKllW62LSPNXBqBJKB-KNvSz0M3GRYDCh0ICD24cOUcoH3DZPhUo6a4"
    "3UWVnZIScqSCY1K8eAfMKjq035KJPG4tO8z_jdrV3Q";

struct Vector {
  const char* name;
  std::string token, key;
  const char* says;
};

/// RFC 7520 section 4: a payload that is no JSON.
const char* const kRoad =
    "SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIG"
    "lmI"
    "HlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4";

const Vector kVectors[] = {
    {"RFC 7515 A.1",
     std::string("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.") + kJoe + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
     R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"})",
     "the signature is good: HS256"},
    {"RFC 7515 A.2",
     std::string("eyJhbGciOiJSUzI1NiJ9.") + kJoe +
         ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9"
         "CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_"
         "dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0ig"
         "cN_IoypGlUPQGe77Rw",
     R"({"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d)"
     R"(4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS)"
     R"(-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs9)"
     R"(1kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"})",
     "the signature is good: RS256"},
    {"RFC 7515 A.3",
     std::string("eyJhbGciOiJFUzI1NiJ9.") + kJoe +
         ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
     R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
     R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","kid":"three"})",
     "the signature is good: ES256, key three"},
    {"RFC 7520 4.1",
     std::string("eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.") + kRoad +
         ".MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83xuglII7PNDi84wnB-"
         "BDkoBwA"
         "78185hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv746iYTh_"
         "qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocSadnHXFxnt8Is9UzpERV0ePPQdL"
         "uW3IS_de3xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0KLUQSE_oI-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_"
         "fcIe8u9ipH84ogoree7vjbU5y18kDquDg",
     R"({"kty":"RSA","kid":"bilbo.baggins@hobbiton.example","use":"sig","n":"n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEH)"
     R"(Ld4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBor)"
     R"(daZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUF)"
     R"(AKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw","e":"AQAB"})",
     "the signature is good: RS256, key bilbo.baggins@hobbiton.example"},
    {"RFC 7520 4.3",
     std::string("eyJhbGciOiJFUzUxMiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.") + kRoad +
         ".AE_R_YZCChjn4791jSQCrdPZCNYqHXCTZH0-JZGYNlaAjP2kqaluUIIUnC9qvbu9Plon7KRTzoNEuT4Va2cmL1eJAQy3mtPBu_u_"
         "sDDyYjnAMDxX"
         "Pn7XrT0lw-kvAD890jl8e2puQens_IEKBpHABlsbEPX6sFY8OcGDqoRuBomu9xQ2",
     R"({"kty":"EC","kid":"bilbo.baggins@hobbiton.example","use":"sig","crv":"P-521","x":"AHKZLLOsCOzz5cY97ewNUajB957y-C-U8)"
     R"(8c3v13nmGZx6sYl_oJXu9A5RkTKqjqvjyekWF-7ytDyRXYgCF5cj0Kt","y":"AdymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHira)"
     R"(VySsUdaQkAgDPrwQrJmbnX9cwlGfP-HqHZR1"})",
     "the signature is good: ES512, key bilbo.baggins@hobbiton.example"},
    {"RFC 7520 4.4",
     std::string("eyJhbGciOiJIUzI1NiIsImtpZCI6IjAxOGMwYWU1LTRkOWItNDcxYi1iZmQ2LWVlZjMxNGJjNzAzNyJ9.") + kRoad +
         ".s0h6KThzkfBBBkLspW1h84VsJZFTsPPqMDA7g1Md7p0",
     R"({"kty":"oct","kid":"018c0ae5-4d9b-471b-bfd6-eef314bc7037","use":"sig","alg":"HS256",)"
     R"("k":"hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg"})",
     "the signature is good: HS256, key 018c0ae5-4d9b-471b-bfd6-eef314bc7037"},
};

TEST(verify, takes_the_vectors_of_rfc_7515_and_7520) {
  for (const Vector& row : kVectors) {
    SCOPED_TRACE(row.name);
    const auto result = verify_token(row.token, row.key);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_TRUE(result->good);
    EXPECT_EQ(result->says, row.says);

    std::string changed = row.token;
    const std::size_t at = changed.rfind('.') + 5;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    const auto other = verify_token(changed, row.key);
    ASSERT_TRUE(other);
    EXPECT_FALSE(other->good);
  }
}

struct Pair {
  const char* alg;
  const KeyPair* key;  ///< null: a secret
};

std::vector<Pair> all_pairs() {
  const KeyPair* rsa = &KeyPair::rsa();
  return {{"HS256", nullptr},
          {"HS384", nullptr},
          {"HS512", nullptr},
          {"RS256", rsa},
          {"RS384", rsa},
          {"RS512", rsa},
          {"PS256", rsa},
          {"PS384", rsa},
          {"PS512", rsa},
          {"ES256", &KeyPair::ec("P-256")},
          {"ES384", &KeyPair::ec("P-384")},
          {"ES512", &KeyPair::ec("P-521")}};
}

TEST(verify, takes_what_sign_makes_by_every_algorithm_and_form_of_key) {
  for (const Pair& pair : all_pairs()) {
    SCOPED_TRACE(pair.alg);
    const auto token =
        sign_token(pair.alg, R"({"sub":"me"})", pair.key == nullptr ? "a secret" : pair.key->private_pem());
    ASSERT_TRUE(token) << token.error().message;
    const std::vector<std::string> keys =
        pair.key == nullptr ? std::vector<std::string>{"a secret", R"({"kty":"oct","k":"YSBzZWNyZXQ"})"}
                            : std::vector<std::string>{pair.key->public_pem(),
                                                       pair.key->certificate_pem(),
                                                       pair.key->private_pem(),
                                                       pair.key->traditional_pem(),
                                                       pair.key->public_der(),
                                                       base64_encode(pair.key->public_der()),
                                                       "\xEF\xBB\xBF\r\n" + pair.key->public_pem() + "\n\n"};
    for (const std::string& key : keys) {
      const auto result = verify_token(*token, key);
      ASSERT_TRUE(result) << result.error().message << key;
      EXPECT_EQ(result->says, std::string("the signature is good: ") + pair.alg);
      EXPECT_TRUE(result->good);
    }
  }
}

// A server that takes the algorithm from the token and its public key as the secret can be fooled so. RFC 8725, 2.1.
TEST(verify, never_takes_a_public_key_as_a_secret) {
  for (const KeyPair* pair : {&KeyPair::rsa(), &KeyPair::ec("P-256")}) {
    std::string bare = pair->public_pem();
    bare.erase(bare.find_last_not_of('\n') + 1);
    const std::vector<std::string> texts = {bare,
                                            bare + "\n",
                                            bare + "\r\n",
                                            " " + bare,
                                            pair->certificate_pem(),
                                            pair->public_der(),
                                            pair->public_der() + "\n",
                                            base64_encode(pair->public_der())};
    for (const std::string& secret : texts) {
      // The forger's HMAC is made by hand: sign_token refuses such a secret as well.
      ASSERT_FALSE(sign_token("HS256", "{}", secret));
    }
  }
}

std::string base64url(std::string_view bytes) {
  std::string text = base64_encode(bytes);
  text.erase(text.find_last_not_of('=') + 1);
  for (char& c : text) {
    c = c == '+' ? '-' : c == '/' ? '_' : c;
  }
  return text;
}

std::string forged(const std::string& secret) {
  const std::string input = base64url(R"({"alg":"HS256"})") + "." + base64url(R"({"sub":"admin"})");
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha256(),
       secret.data(),
       static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(input.data()),
       input.size(),
       mac,
       &size);
  return input + "." + base64url({reinterpret_cast<const char*>(mac), size});
}

TEST(verify, refuses_a_token_that_was_forged_with_the_public_key) {
  ASSERT_TRUE(verify_token(forged("shared"), "shared")->good);  // the forging itself works
  for (const KeyPair* pair : {&KeyPair::rsa(), &KeyPair::ec("P-384")}) {
    std::string bare = pair->public_pem();
    bare.erase(bare.find_last_not_of('\n') + 1);
    const std::string forms[] = {bare,
                                 bare + "\n",
                                 bare + "\r\n",
                                 bare + "\n\n",
                                 pair->certificate_pem(),
                                 pair->public_der(),
                                 pair->public_der() + "\n",
                                 base64_encode(pair->public_der()),
                                 base64_encode(pair->public_der()) + "\n"};
    for (const std::string& secret : forms) {
      for (const std::string& key : forms) {
        const auto result = verify_token(forged(secret), key);
        ASSERT_TRUE(result) << result.error().message;
        EXPECT_FALSE(result->good);
        EXPECT_EQ(result->says.rfind("HS256 needs a secret, and the key is an ", 0), 0U) << result->says;
      }
    }
  }
  const std::string jwk = kVectors[1].key;
  for (const std::string& key : {jwk, jwk + "\n", "{\"keys\":[" + jwk + "]}"}) {
    EXPECT_FALSE(verify_token(forged(key), key)->good);
  }
  EXPECT_FALSE(verify_token(forged("[1]"), "[1]"));  // JSON is never a secret's bytes
}

struct Refusal {
  const char* name;
  std::string token, key, says;
};

TEST(verify, says_why_a_token_cannot_be_good) {
  const auto token = [](const char* header, const char* signature) {
    return base64url(header) + "." + base64url("{}") + "." + signature;
  };
  const std::string hs = *sign_token("HS256", "{}", "one");
  const std::string es = *sign_token("ES256", "{}", KeyPair::ec("P-256").private_pem());
  const std::string set = R"({"keys":[{"kty":"oct","k":"b25l","kid":"a"},{"kty":"oct","k":"dHdv","kid":"b"}]})";
  const Refusal rows[] = {
      {"none",
       token(R"({"alg":"none"})", ""),
       "x",
       "alg is none: there is no signature, and anyone can make such a token"},
      {"NoNe",
       token(R"({"alg":"NoNe"})", ""),
       "x",
       "alg is none: there is no signature, and anyone can make such a token"},
      {"unknown",
       token(R"({"alg":"XS1"})", "AAAA"),
       "x",
       "alg is XS1: only HS, RS, PS and ES of 256, 384 and 512 bits can be checked"},
      {"no alg", token("{}", "AAAA"), "x", "the header names no algorithm"},
      {"twice",
       token(R"({"alg":"none","alg":"HS256"})", "AAAA"),
       "x",
       "the header has a name twice: what it says of its algorithm cannot be relied on"},
      {"crit",
       token(R"({"alg":"HS256","crit":["b64"]})", "AAAA"),
       "x",
       R"(crit demands what is not known here: ["b64"])"},
      {"other secret", hs, "two", "the signature does not match: it was not made by HS256 with this secret"},
      {"short ES",
       es.substr(0, es.size() - 6),
       KeyPair::ec("P-256").public_pem(),
       "the signature is not of the length that ES256 makes"},
      {"other curve",
       es,
       KeyPair::ec("P-384").public_pem(),
       "ES256 needs a key on P-256, and the key is an EC key on P-384"},
      {"RSA for ES", es, KeyPair::rsa().public_pem(), "ES256 needs an EC key, and the key is an RSA key of 2048 bits"},
      {"secret for ES", es, "shared", "ES256 needs an EC key, and the key is a secret"},
      {"of two",
       hs.substr(0, hs.size() - 6) + "AAAAAA",
       set,
       "the signature does not match: it was not made by HS256 with any of 2 keys"},
  };
  for (const Refusal& row : rows) {
    SCOPED_TRACE(row.name);
    const auto result = verify_token(row.token, row.key);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_FALSE(result->good);
    EXPECT_EQ(result->says, row.says);
  }
  EXPECT_EQ(verify_token(hs, set)->says, "the signature is good: HS256, key a");
  EXPECT_EQ(verify_token(hs, "one\n")->says,
            "the signature is good: HS256, without the line break at the secret's end");
}

TEST(verify, chooses_the_key_of_a_set_by_kid) {
  const auto with_kid = [](const char* kid) {
    return *sign_token("HS256", "{}", std::string(R"({"kty":"oct","k":"b25l","kid":")") + kid + "\"}");
  };
  const std::string set = R"({"keys":[{"kty":"OKP","crv":"Ed25519","x":"AA"},)"
                          R"({"kty":"oct","k":"b25l","kid":"a"},{"kty":"oct","k":"dHdv","kid":"b"}]})";
  EXPECT_EQ(verify_token(with_kid("a"), set)->says, "the signature is good: HS256, key a");
  EXPECT_FALSE(verify_token(with_kid("b"), set)->good);
  EXPECT_EQ(verify_token(with_kid("c"), set)->says, "no key of the set has the token's kid, c");
}

/// Half of what is signed in the vector of RFC 7515 A.2, with another key.
std::string rsa_jwk(const std::string& n, const std::string& e) {
  return R"({"kty":"RSA","n":")" + n + R"(","e":")" + e + "\"}";
}

TEST(verify, refuses_keys_that_prove_nothing) {
  const std::string n = kVectors[1].key.substr(kVectors[1].key.find("ofgW"), 342);
  std::string even = base64url_decode(n).value();
  even.back() = static_cast<char>(even.back() & ~1);
  const std::pair<std::string, std::string> rows[] = {
      {rsa_jwk(n, "AQ"), "the key proves nothing: its exponent is 1: what it signs can be made by anybody"},
      {rsa_jwk(n, "Ag"), "the key proves nothing: its exponent is even: it is no key of RSA"},
      {rsa_jwk(base64url(even), "AQAB"),
       "the key proves nothing: its modulus can be divided by 2: its private half can be computed"},
      {rsa_jwk(kRocaModulus, "AQAB"),
       "the key proves nothing: its modulus has the form of CVE-2017-15361: its private half can be computed"},
  };
  for (const auto& [key, says] : rows) {
    const auto result = verify_token(kVectors[1].token, key);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_FALSE(result->good);
    EXPECT_EQ(result->says, says);
  }
}

TEST(verify, warns_of_keys_that_are_too_short) {
  const auto secret = verify_token(*sign_token("HS256", "{}", "one"), "one");
  ASSERT_TRUE(secret);
  EXPECT_TRUE(secret->good);
  ASSERT_EQ(secret->warnings.size(), 1U);
  EXPECT_EQ(secret->warnings[0],
            "the secret has 3 bytes: HS256 takes 32 at least (RFC 7518 section 3.2); a shorter one can be guessed from "
            "one token");
  const KeyPair small(EVP_RSA_gen(1024));
  const auto rsa = verify_token(*sign_token("RS256", "{}", small.private_pem()), small.public_pem());
  ASSERT_TRUE(rsa);
  EXPECT_TRUE(rsa->good);
  ASSERT_EQ(rsa->warnings.size(), 1U);
  EXPECT_EQ(rsa->warnings[0], "the RSA key has 1024 bits: RS256 takes 2048 at least (RFC 7518 section 3.3)");
  const std::string enough(32, 's');
  EXPECT_TRUE(verify_token(*sign_token("HS256", "{}", enough), enough)->warnings.empty());
}

TEST(verify, takes_keys_for_what_they_are_meant_for) {
  const std::string hs = *sign_token("HS256", "{}", "one");
  const auto with = [&](const char* members) {
    return verify_token(hs, std::string(R"({"kty":"oct","k":"b25l",)") + members + "}");
  };
  EXPECT_TRUE(with(R"("use":"sig","key_ops":["sign","verify"])")->good);
  EXPECT_EQ(with(R"("key_ops":["sign","wrapKey"])")->says,
            "the key's key_ops are sign, wrapKey, and none of them is verify");
  EXPECT_EQ(with(R"("use":"enc","key_ops":["verify"])")->says, "the key's use is 'enc', not sig");
}

TEST(verify, says_where_a_set_does_not_tell_which_key_is_meant) {
  const std::string hs = *sign_token("HS256", "{}", R"({"kty":"oct","k":"b25l","kid":"a"})");
  const std::string a = R"({"kty":"oct","k":"b25l","kid":"a"})";
  EXPECT_EQ(verify_token(hs, "{\"keys\":[" + a + R"(,{"kty":"oct","k":"dHdv","kid":"a"}]})")->says,
            "the set has 2 keys of the token's kid, a: which one is meant is not certain");
  EXPECT_EQ(verify_token(hs, "{\"keys\":[" + a + "," + kVectors[2].key + "]}")->says,
            "the set has secrets and public keys: which kind is meant is not certain, and a public key is no secret");
}

TEST(verify, judges_a_signature_over_what_is_no_json) {
  const std::string secret(32, 's');
  for (const char* payload : {"foo", "", "[1]"}) {
    const auto result = verify_token(*sign_token("HS256", payload, secret), secret);
    ASSERT_TRUE(result) << payload;
    EXPECT_TRUE(result->good) << payload;
  }
}

TEST(verify, names_the_wrong_alphabet) {
  const std::string good = *sign_token("HS256", "{}", "one");
  EXPECT_EQ(verify_token(good + "=", "one")->says,
            "the signature ends in '=': base64url in a JWT has no padding (RFC 7515 section 2)");
  std::string plus = good;
  plus[good.rfind('.') + 1] = '+';
  EXPECT_EQ(verify_token(plus, "one")->says,
            "the signature holds + or /: that is base64, and a JWT takes base64url (- and _)");
}

struct BadKey {
  std::string key, message;
};

TEST(verify, names_keys_that_cannot_be_read) {
  const BadKey rows[] = {
      {"", "cannot read the key: it is empty"},
      {"\n", "cannot read the key: it is empty"},
      {"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
       "cannot read the key: its PEM holds no key or certificate, or one with a password"},
      {KeyPair::rsa().encrypted_pem(),
       "cannot read the key: its PEM holds no key or certificate, or one with a password"},
      {"{\"kty\":", "cannot read the key: it begins like JSON and is not: "},
      {R"({"kty":"OKP"})", "cannot read the key: its kty is 'OKP', and none of oct, RSA and EC"},
      {R"({"kty":"RSA","n":"AQAB"})", "cannot read the key: the JWK of kty RSA lacks a member, or one is wrong"},
      {R"({"keys":[]})", "cannot read the key: the JWK set holds no key that can be used"},
      {"ssh-rsa AAAAB3NzaC1yc2E me", "cannot read the key: it is an SSH public key"},
  };
  const std::string token = *sign_token("HS256", "{}", "one");
  for (const BadKey& row : rows) {
    const auto result = verify_token(token, row.key);
    ASSERT_FALSE(result) << row.key;
    EXPECT_EQ(result.error().message.substr(0, row.message.size()), row.message);
    EXPECT_EQ(result.error().kind, ErrorKind::usage);
  }
  EXPECT_EQ(verify_token("opaque", "x").error().message, "cannot check the token: it is opaque, not a JWT");
}

TEST(sign, refuses_what_it_cannot_do) {
  EXPECT_EQ(sign_token("none", "{}", "x").error().message, "cannot sign by none: no such algorithm");
  EXPECT_EQ(sign_token("RS256", "{}", "x").error().message, "cannot sign by RS256: the key is a secret");
  EXPECT_EQ(sign_token("RS256", "{}", KeyPair::rsa().public_pem()).error().message,
            "cannot sign by RS256: the key is an RSA key of 2048 bits, its public half only");
}

}  // namespace
}  // namespace whydrop::auth
