#include "base/secret_keys.hpp"

#include <gtest/gtest.h>

namespace whydrop {
namespace {

TEST(SecretKeys, NamesThatPeopleUseInQueriesAreSecretInAnySpelling) {
  for (const char* name : {"access_token",
                           "accessToken",
                           "access-token",
                           "ACCESS_TOKEN",
                           "token",
                           "Token",
                           "authToken",
                           "auth_token",
                           "wstoken",
                           "userToken",
                           "session_token",
                           "sessionToken",
                           "id_token",
                           "refresh_token",
                           "guestToken",
                           "csrf_token",
                           "connectionToken",
                           "negotiateToken",
                           "X-Amz-Security-Token",
                           "access_token_secret",
                           "auth",
                           "Authorization",
                           "api_key",
                           "apikey",
                           "apiKey",
                           "APIKey",
                           "api-key",
                           "x-api-key",
                           "app_key",
                           "appkey",
                           "key",
                           "secret",
                           "client_secret",
                           "clientSecret",
                           "app_secret",
                           "secret_key",
                           "secretKey",
                           "private_key",
                           "access_key",
                           "subscription-key",
                           "Ocp-Apim-Subscription-Key",
                           "listenKey",
                           "signing_key",
                           "password",
                           "passwd",
                           "Pwd",
                           "pass",
                           "user_pass",
                           "passcode",
                           "passphrase",
                           "password2",
                           "jwt",
                           "id_jwt",
                           "bearer",
                           "ticket",
                           "wsTicket",
                           "sig",
                           "signature",
                           "Signature",
                           "X-Amz-Signature",
                           "X-Goog-Signature",
                           "X-Amz-Credential",
                           "sign",
                           "hmac",
                           "session",
                           "sessionid",
                           "session_id",
                           "PHPSESSID",
                           "JSESSIONID",
                           "assertion",
                           "client_assertion",
                           "SAMLResponse",
                           "code_verifier",
                           "auth_code",
                           "otp",
                           "credentials",
                           "user[password]",
                           "auth.token",
                           "sas",
                           "license_key"}) {
    EXPECT_EQ(secrecy_of(name, NamePlace::parameter) == Secrecy::none, false) << name;
  }
  EXPECT_EQ(secrecy_of("code", NamePlace::parameter), Secrecy::beside_state);
}

TEST(SecretKeys, HeadersOfCredentialsAreSecret) {
  for (const char* name : {"Authorization",
                           "Proxy-Authorization",
                           "Cookie",
                           "Set-Cookie",
                           "X-Api-Key",
                           "X-Auth-Token",
                           "X-Amz-Security-Token",
                           "Ocp-Apim-Subscription-Key",
                           "X-Hub-Signature-256",
                           "Cf-Access-Jwt-Assertion",
                           "X-CSRF-Token",
                           "DPoP",
                           "passcode",
                           "x-functions-key",
                           "X-BAPI-SIGN",
                           "OK-ACCESS-PASSPHRASE",
                           "X-MBX-APIKEY",
                           "X-Vault-Token",
                           "PRIVATE-TOKEN",
                           "X-Forwarded-Access-Token",
                           "X-Session-Id",
                           "Authentication"}) {
    EXPECT_TRUE(is_secret_header(name)) << name;
  }
}

TEST(SecretKeys, HarmlessNamesAreNot) {
  for (const char* name : {"",
                           "a",
                           "_",
                           "token_count",
                           "tokenCount",
                           "tokens",
                           "max_tokens",
                           "total_tokens",
                           "token_type",
                           "nextToken",
                           "next_page_token",
                           "nextPageToken",
                           "pageToken",
                           "continuationToken",
                           "progressToken",
                           "partialResultToken",
                           "max_token",
                           "keyboard",
                           "keyword",
                           "monkey",
                           "hotkey",
                           "cacheKey",
                           "primary_key",
                           "public_key",
                           "publicKey",
                           "idempotency_key",
                           "routingKey",
                           "sort_key",
                           "partitionKey",
                           "Sec-WebSocket-Key",
                           "Sec-WebSocket-Accept",
                           "Sec-WebSocket-Protocol",
                           "codec",
                           "codecs",
                           "decode",
                           "error_code",
                           "status_code",
                           "statusCode",
                           "closeCode",
                           "zip_code",
                           "currencyCode",
                           "opcode",
                           "author",
                           "authors",
                           "authority",
                           "authenticated",
                           "auth_type",
                           "authMethod",
                           "secretary",
                           "passenger",
                           "passed",
                           "compass",
                           "bypass",
                           "password_required",
                           "passwordless",
                           "sigma",
                           "config",
                           "design",
                           "signal",
                           "assign",
                           "methodSignature",
                           "signatureAlgorithm",
                           "ticket_id",
                           "ticketNumber",
                           "tickets",
                           "ticker",
                           "session_duration",
                           "sessions",
                           "cookie_consent",
                           "X-Request-Id",
                           "Content-Type",
                           "User-Agent",
                           "WWW-Authenticate",
                           "ETag",
                           "access_key_id",
                           "AWSAccessKeyId",
                           "expires_in",
                           "scope",
                           "nonce",
                           "state",
                           "grant_type",
                           "client_id",
                           "sid",
                           "uid",
                           "userId",
                           "hash",
                           "encoding",
                           "description",
                           "version",
                           "region"}) {
    for (const auto place : {NamePlace::member, NamePlace::parameter, NamePlace::header}) {
      EXPECT_EQ(secrecy_of(name, place), Secrecy::none) << name << " at place " << static_cast<int>(place);
    }
  }
}

TEST(SecretKeys, WhatIsCommonInMessagesIsSecretInQueriesOnly) {
  for (const char* name : {"key", "code", "session", "session_id", "sign", "sas"}) {
    EXPECT_EQ(secrecy_of(name, NamePlace::member), Secrecy::none) << name;
    EXPECT_NE(secrecy_of(name, NamePlace::parameter), Secrecy::none) << name;
  }
}

TEST(SecretKeys, TheFirstLookMissesNoSecretName) {
  for (const char* name : {"token", "apiKey", "PASSWORD", "sig", "password2", "user[password]", "token_"}) {
    const std::string_view text = name;
    EXPECT_TRUE(may_end_secret_key(text[text.size() - 2], text.back())) << name;
  }
  EXPECT_FALSE(may_end_secret_key('m', 'e'));
}

TEST(SecretKeys, AddedNamesAreSecretEverywhere) {
  SecretKeys keys;
  EXPECT_FALSE(keys.has("myPin"));
  keys.add("my_pin");
  keys.add("session_id");
  EXPECT_EQ(keys.secrecy("myPin", NamePlace::member), Secrecy::whole);
  EXPECT_EQ(keys.secrecy("sessionId", NamePlace::member), Secrecy::whole);
  EXPECT_TRUE(keys.may_end('i', 'n'));
}

}  // namespace
}  // namespace whydrop
