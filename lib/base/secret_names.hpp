#pragma once

#include "base/secret_keys.hpp"

#include <string_view>

namespace whydrop {

/// What may stand before a row's words in a name.
enum class NameFront : std::uint8_t {
  any,    ///< letters too: nothing harmless ends so
  words,  ///< whole words
  none,   ///< nothing: the words are all of the name
};

/// One row of what names mean.
struct SecretName {
  std::string_view letters;  ///< of the words at a name's end, lower case
  NameFront front;
  unsigned places;  ///< a bit for each NamePlace
  Secrecy secrecy;  ///< `none`: harmless, though it ends like another row
  std::string_view reason;
};

namespace place {
inline constexpr unsigned kMember = 1, kParameter = 2, kHeader = 4, kAll = 7;
}

// clang-format off
/// One table for every place where a name may mean a secret. The longest row that matches counts.
inline constexpr SecretName kSecretNames[] = {
    {"token", NameFront::any, place::kAll, Secrecy::whole, "whoever has it is let in: RFC 6750; access_token, authToken, X-Auth-Token"},
    {"accesstokens", NameFront::any, place::kAll, Secrecy::whole, "several of them"},
    {"refreshtokens", NameFront::any, place::kAll, Secrecy::whole, "several of them"},
    {"authtokens", NameFront::any, place::kAll, Secrecy::whole, "several of them"},
    {"apitokens", NameFront::any, place::kAll, Secrecy::whole, "several of them"},
    {"sessiontokens", NameFront::any, place::kAll, Secrecy::whole, "several of them"},
    {"idtokens", NameFront::any, place::kAll, Secrecy::whole, "several of them"},
    {"bearertokens", NameFront::any, place::kAll, Secrecy::whole, "several of them"},
    {"nexttoken", NameFront::any, place::kAll, Secrecy::none, "where a list goes on"},
    {"pagetoken", NameFront::any, place::kAll, Secrecy::none, "where a list goes on"},
    {"continuationtoken", NameFront::any, place::kAll, Secrecy::none, "where a list goes on"},
    {"synctoken", NameFront::any, place::kAll, Secrecy::none, "where a list goes on: Matrix, Google"},
    {"resumetoken", NameFront::any, place::kAll, Secrecy::none, "where a change stream goes on: MongoDB"},
    {"cursortoken", NameFront::any, place::kAll, Secrecy::none, "where a list goes on"},
    {"starttoken", NameFront::any, place::kAll, Secrecy::none, "where a list goes on"},
    {"endtoken", NameFront::any, place::kAll, Secrecy::none, "where a list goes on"},
    {"canceltoken", NameFront::any, place::kAll, Secrecy::none, "names a request"},
    {"cancellationtoken", NameFront::any, place::kAll, Secrecy::none, "names a request"},
    {"progresstoken", NameFront::any, place::kAll, Secrecy::none, "names a request: MCP, LSP"},
    {"partialresulttoken", NameFront::any, place::kAll, Secrecy::none, "names a request: LSP"},
    {"workdonetoken", NameFront::any, place::kAll, Secrecy::none, "names a request: LSP"},
    {"eostoken", NameFront::any, place::kAll, Secrecy::none, "a word of a language model"},
    {"bostoken", NameFront::any, place::kAll, Secrecy::none, "a word of a language model"},
    {"padtoken", NameFront::any, place::kAll, Secrecy::none, "a word of a language model"},
    {"stoptoken", NameFront::any, place::kAll, Secrecy::none, "a word of a language model"},
    {"unktoken", NameFront::any, place::kAll, Secrecy::none, "a word of a language model"},
    {"maxtoken", NameFront::any, place::kAll, Secrecy::none, "a limit"},
    {"pertoken", NameFront::any, place::kAll, Secrecy::none, "a price"},
    {"secret", NameFront::any, place::kAll, Secrecy::whole, "says so itself: client_secret, RFC 6749 section 2.3.1"},
    {"secrets", NameFront::words, place::kAll, Secrecy::whole, "several of them"},
    {"password", NameFront::any, place::kAll, Secrecy::whole, "RFC 7617, RFC 6749 section 4.3"},
    {"passwords", NameFront::words, place::kAll, Secrecy::whole, "several of them"},
    {"passwd", NameFront::any, place::kAll, Secrecy::whole, "password"},
    {"passphrase", NameFront::any, place::kAll, Secrecy::whole, "opens a key; OKX and KuCoin log in with it"},
    {"passcode", NameFront::any, place::kAll, Secrecy::whole, "STOMP 1.2, CONNECT"},
    {"pwd", NameFront::words, place::kAll, Secrecy::whole, "password"},
    {"pass", NameFront::words, place::kAll, Secrecy::text, "NATS, TURN and forms; as a number or an object it is a test's result"},
    {"jwt", NameFront::any, place::kAll, Secrecy::whole, "RFC 7519"},
    {"jws", NameFront::words, place::kAll, Secrecy::whole, "RFC 7515"},
    {"jwe", NameFront::words, place::kAll, Secrecy::whole, "RFC 7516"},
    {"bearer", NameFront::words, place::kAll, Secrecy::text, "RFC 6750"},
    {"assertion", NameFront::words, place::kAll, Secrecy::text, "RFC 7523: client_assertion, Cf-Access-Jwt-Assertion"},
    {"idtokenhint", NameFront::any, place::kAll, Secrecy::whole, "a token: OpenID Connect"},
    {"samlresponse", NameFront::any, place::kAll, Secrecy::whole, "logs in: SAML 2.0 bindings"},
    {"authorization", NameFront::any, place::kAll, Secrecy::whole, "RFC 9110 section 11.6.2"},
    {"authorisation", NameFront::any, place::kAll, Secrecy::whole, "the same in other English"},
    {"authentication", NameFront::words, place::kHeader, Secrecy::whole, "stands for Authorization with some servers"},
    {"auth", NameFront::words, place::kAll, Secrecy::whole, "Socket.IO, Pusher: what is shown to be let in"},
    {"credential", NameFront::any, place::kAll, Secrecy::whole, "TURN, X-Amz-Credential, WebAuthn"},
    {"credentials", NameFront::any, place::kAll, Secrecy::whole, "TURN, X-Amz-Credential, WebAuthn"},
    {"creds", NameFront::words, place::kAll, Secrecy::whole, "credentials"},
    {"cookie", NameFront::words, place::kAll, Secrecy::whole, "RFC 6265: logs in as its owner"},
    {"cookies", NameFront::words, place::kAll, Secrecy::whole, "several of them"},
    {"setcookie", NameFront::words, place::kAll, Secrecy::whole, "RFC 6265"},
    {"signature", NameFront::words, place::kAll, Secrecy::text, "stands for a secret while it holds: AWS, Google Cloud, Azure"},
    {"methodsignature", NameFront::any, place::kAll, Secrecy::none, "words, not a proof"},
    {"functionsignature", NameFront::any, place::kAll, Secrecy::none, "words, not a proof"},
    {"typesignature", NameFront::any, place::kAll, Secrecy::none, "words, not a proof"},
    {"emailsignature", NameFront::any, place::kAll, Secrecy::none, "words, not a proof"},
    {"sig", NameFront::words, place::kAll, Secrecy::text, "signature: Azure's shared access"},
    {"sign", NameFront::words, place::kParameter | place::kHeader, Secrecy::text, "signature: OKX, Bybit, X-BAPI-SIGN"},
    {"hmac", NameFront::words, place::kAll, Secrecy::text, "signature"},
    {"ticket", NameFront::words, place::kAll, Secrecy::text, "lets one connection in; as an object it is somebody's question"},
    {"csrf", NameFront::words, place::kAll, Secrecy::text, "stands for a session against forgery"},
    {"xsrf", NameFront::words, place::kAll, Secrecy::text, "stands for a session against forgery"},
    {"otp", NameFront::words, place::kAll, Secrecy::text, "RFC 6238"},
    {"totp", NameFront::words, place::kAll, Secrecy::text, "RFC 6238"},
    {"code", NameFront::none, place::kParameter, Secrecy::beside_state, "RFC 6749 section 4.1.2; elsewhere a number of something"},
    {"authcode", NameFront::words, place::kAll, Secrecy::text, "RFC 6749 section 4.1.2"},
    {"authorizationcode", NameFront::words, place::kAll, Secrecy::text, "RFC 6749 section 4.1.2"},
    {"devicecode", NameFront::words, place::kAll, Secrecy::text, "RFC 8628"},
    {"usercode", NameFront::words, place::kAll, Secrecy::text, "RFC 8628"},
    {"verificationcode", NameFront::words, place::kAll, Secrecy::text, "sent to a telephone"},
    {"mfacode", NameFront::words, place::kAll, Secrecy::text, "second factor"},
    {"otpcode", NameFront::words, place::kAll, Secrecy::text, "second factor"},
    {"totpcode", NameFront::words, place::kAll, Secrecy::text, "second factor"},
    {"smscode", NameFront::words, place::kAll, Secrecy::text, "second factor"},
    {"accesscode", NameFront::words, place::kAll, Secrecy::text, "lets in"},
    {"logincode", NameFront::words, place::kAll, Secrecy::text, "lets in"},
    {"pairingcode", NameFront::words, place::kAll, Secrecy::text, "lets in"},
    {"recoverycode", NameFront::words, place::kAll, Secrecy::text, "second factor"},
    {"recoverycodes", NameFront::any, place::kAll, Secrecy::whole, "second factor"},
    {"backupcodes", NameFront::any, place::kAll, Secrecy::whole, "second factor"},
    {"codeverifier", NameFront::any, place::kAll, Secrecy::whole, "RFC 7636"},
    {"oauthverifier", NameFront::any, place::kAll, Secrecy::whole, "RFC 5849"},
    {"sessionid", NameFront::any, place::kParameter | place::kHeader, Secrecy::text, "is the session; in a message it is most often a number of it"},
    {"session", NameFront::none, place::kParameter, Secrecy::text, "is the session"},
    {"jsessionid", NameFront::any, place::kAll, Secrecy::text, "is the session: servlets"},
    {"sessid", NameFront::any, place::kAll, Secrecy::text, "is the session: PHPSESSID"},
    {"sas", NameFront::none, place::kParameter, Secrecy::text, "Azure's shared access"},
    {"dpop", NameFront::none, place::kHeader, Secrecy::text, "RFC 9449"},
    {"connectionstring", NameFront::any, place::kAll, Secrecy::text, "holds a key: Azure"},
    {"key", NameFront::none, place::kParameter, Secrecy::text, "Google's and Mapbox' API key; elsewhere a name of something"},
    {"apikey", NameFront::any, place::kAll, Secrecy::whole, "lets a program in"},
    {"accesskey", NameFront::any, place::kAll, Secrecy::whole, "AWS, Azure"},
    {"secretkey", NameFront::any, place::kAll, Secrecy::whole, "AWS"},
    {"privatekey", NameFront::any, place::kAll, Secrecy::whole, "signs and opens"},
    {"signingkey", NameFront::any, place::kAll, Secrecy::whole, "signs"},
    {"encryptionkey", NameFront::any, place::kAll, Secrecy::whole, "opens"},
    {"decryptionkey", NameFront::words, place::kAll, Secrecy::whole, "opens"},
    {"aeskey", NameFront::words, place::kAll, Secrecy::whole, "opens"},
    {"hmackey", NameFront::words, place::kAll, Secrecy::whole, "signs"},
    {"sharedkey", NameFront::words, place::kAll, Secrecy::whole, "signs"},
    {"accountkey", NameFront::words, place::kAll, Secrecy::text, "Azure"},
    {"subscriptionkey", NameFront::any, place::kAll, Secrecy::whole, "Ocp-Apim-Subscription-Key"},
    {"functionskey", NameFront::words, place::kAll, Secrecy::whole, "Azure: x-functions-key"},
    {"hostkey", NameFront::words, place::kAll, Secrecy::text, "Azure"},
    {"masterkey", NameFront::words, place::kAll, Secrecy::text, "opens all"},
    {"authkey", NameFront::any, place::kAll, Secrecy::whole, "lets in"},
    {"appkey", NameFront::any, place::kAll, Secrecy::whole, "lets a program in"},
    {"applicationkey", NameFront::words, place::kAll, Secrecy::text, "lets a program in"},
    {"clientkey", NameFront::any, place::kAll, Secrecy::text, "lets a program in"},
    {"servicekey", NameFront::words, place::kAll, Secrecy::text, "lets a program in"},
    {"adminkey", NameFront::words, place::kAll, Secrecy::text, "lets in"},
    {"licencekey", NameFront::any, place::kAll, Secrecy::whole, "was paid for"},
    {"licensekey", NameFront::any, place::kAll, Secrecy::whole, "was paid for"},
    {"listenkey", NameFront::any, place::kAll, Secrecy::whole, "Binance: opens the account's stream"},
    {"streamkey", NameFront::words, place::kAll, Secrecy::text, "lets somebody send as its owner: RTMP"},
    {"sessionkey", NameFront::words, place::kAll, Secrecy::text, "opens what is encrypted with it"},
    {"securitykey", NameFront::words, place::kAll, Secrecy::text, "lets in"},
    {"customerkey", NameFront::words, place::kAll, Secrecy::text, "AWS: x-amz-server-side-encryption-customer-key"},
    {"developerkey", NameFront::words, place::kAll, Secrecy::whole, "lets a program in"},
    {"userkey", NameFront::words, place::kAll, Secrecy::text, "lets in: Pushover"},
    {"apikeys", NameFront::any, place::kAll, Secrecy::whole, "several of them"},
    {"privatekeys", NameFront::any, place::kAll, Secrecy::whole, "several of them"},
    {"accesskeys", NameFront::any, place::kAll, Secrecy::whole, "several of them"},
    {"psk", NameFront::words, place::kAll, Secrecy::text, "shared key"},
};
// clang-format on

}  // namespace whydrop
