// Refusals for who asks: what the answer says of it, and what the request carried.
#include "base/text.hpp"
#include "diagnose/answers.hpp"
#include "diagnose/guide.hpp"
#include "diagnose/judging.hpp"
#include "diagnose/reasons.hpp"
#include "diagnose/words.hpp"
#include "profile/url_parts.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace whydrop::diagnose {

namespace {

Judgement inferred(const Ledger& ledger, std::string says, std::string lead) {
  return {std::move(says),
          {ledger.request_seq, ledger.response->seq},
          Basis::inferred,
          Confidence::medium,
          {},
          std::nullopt,
          std::move(lead)};
}

bool has_token_in_url(const Ledger& ledger) {
  static constexpr std::string_view kTokenNames[] = {
      "token", "access_token", "auth", "key", "apikey", "api_key", "jwt", "ticket", "sig", "signature"};
  const auto query = profile::split_url(ledger.url).query;
  return std::any_of(query.begin(), query.end(), [](const auto& pair) {
    return std::any_of(std::begin(kTokenNames), std::end(kTokenNames), [&](std::string_view name) {
      return same_caseless(pair.first, name);
    });
  });
}

/// True if nothing in the request could have logged anybody in. A HAR may leave out Cookie and Authorization: Chrome
/// saves it so unless it is asked for "sensitive data".
bool sent_no_credential(const Ledger& ledger) {
  return !ledger.from_har && ledger.request_seq != 0 && ledger.request_authorization.empty() &&
         !ledger.request_cookie && !ledger.request_key && !has_token_in_url(ledger) && ledger.tokens.empty();
}

/// True if the answer's words are about a credential that the server saw.
bool server_saw_one(const Ledger& ledger) {
  static constexpr std::string_view kWords[] = {"expire", "invalid", "signature", "malformed", "revoked", "wrong"};
  const std::string words = answer_says(ledger.response->fact);
  return std::any_of(
      std::begin(kWords), std::end(kWords), [&](std::string_view it) { return contains_caseless(words, it); });
}

constexpr std::string_view kSendOne =
    "Send what the server asks for: -H 'Authorization: Bearer TOKEN', -u user, or -H 'Cookie: …'.";

/// What to do about words that tell of a credential: one that expired wants another remedy than one that may too
/// little.
std::string_view credential_fix(const Ledger& ledger, std::string_view words) {
  struct Remedy {
    std::string_view words, fix;
  };
  static constexpr Remedy kRemedies[] = {
      {"expire", "Get a fresh token: the one that was sent is over (whydrop token inspect shows when one ends)."},
      {"scope", "Get a token with the scope that the answer asks for."},
      {"permission", "Use a login or token that has the permission that the answer names."},
      {"role", "Use a login or token that has the role that the answer names."},
      {"audience", "Get a token that is made for this server: its aud claim says for whom one is."},
      {"issuer", "Get a token from the issuer that this server trusts: its iss claim says whose one is."},
      {"signature", "Get the token from the issuer that this server trusts, and send it whole and unchanged."}};
  const auto* found = std::find_if(std::begin(kRemedies), std::end(kRemedies), [words](const Remedy& remedy) {
    return contains_caseless(words, remedy.words);
  });
  if (found != std::end(kRemedies)) {
    return found->fix;
  }
  const auto topic = topic_of(words);
  const bool about_it = topic == Topic::credentials || ledger.response->fact.status == 401;
  if (about_it && sent_no_credential(ledger) && !server_saw_one(ledger)) {
    return kSendOne;
  }
  // No message was sent yet, and "origin" alone may be a server's name for another.
  static constexpr Topic kOfRequests[] = {Topic::credentials, Topic::rate, Topic::not_found, Topic::subprotocol};
  const bool of_request =
      topic && std::find(std::begin(kOfRequests), std::end(kOfRequests), *topic) != std::end(kOfRequests);
  return of_request ? row_of(*topic).fix : "Look up the server's words in the API's documentation, or ask who runs it.";
}

std::optional<Judgement> says_why(const Ledger& ledger, std::string_view) {
  // 426 and the like are told of by who answered, and known phrases by a finding of their own.
  if (!ledger.was_refused_with({401, 403}) || !answer_kind(ledger).empty()) {
    return std::nullopt;
  }
  const session::Response& response = ledger.response->fact;
  const std::string words = answer_says(response);
  if (words.empty() || only_asks(words)) {
    return std::nullopt;
  }
  const std::string status = printable(response.start_line.substr(response.start_line.find(' ') + 1), 60);
  Judgement judgement{fmt::format("The answer says why: \"{}\".", words), {ledger.response->seq}};
  const std::string through = shows_a_hop(ledger) ? fmt::format(" (through {})", elide(hop_name(ledger), 40)) : "";
  judgement.lead = fmt::format("the server{} refused the upgrade and said why: \"{}\" ({}).", through, words, status);
  judgement.fix = credential_fix(ledger, words);
  return judgement;
}

std::optional<Judgement> no_credential(const Ledger& ledger, std::string_view) {
  if (!ledger.was_refused_with({401}) || !sent_no_credential(ledger) || server_saw_one(ledger)) {
    return std::nullopt;
  }
  const std::string* wanted = ledger.header("WWW-Authenticate");
  const std::string asks = wanted == nullptr ? "" : fmt::format(" The server asks for {}.", printable(*wanted, 120));
  Judgement judgement =
      inferred(ledger,
               "The request carried no credential: no Authorization, no Cookie, no token in the URL." + asks,
               "the missing credential: none was sent in Authorization, Cookie or the URL");
  if (wanted != nullptr && starts_with(lower_case(*wanted), "basic")) {
    judgement.fix = "Send user and password: -u USER.";
  }
  return judgement;
}

std::optional<Judgement> no_scheme(const Ledger& ledger, std::string_view) {
  const std::string_view value = trim(ledger.request_authorization);
  if (!ledger.was_refused_with({401, 403}) || value.empty() || value.find(' ') != std::string_view::npos) {
    return std::nullopt;
  }
  return inferred(ledger,
                  "The Authorization header is one word: it lacks the scheme before the token (Bearer, Basic).",
                  "the Authorization header: it lacks the scheme, as Bearer, before the token");
}

}  // namespace

const std::vector<FindingRow>& credential_findings() {
  static const std::vector<FindingRow> rows = {
      {"answer-says-why",
       Severity::error,
       Party::client,
       true,
       says_why,
       "The refusal says why",
       "The answer's body, WWW-Authenticate (RFC 6750 section 3) or X-WebSocket-Reject-Reason says more than its "
       "status does: an expired token, a missing scope, a login that may not do this.",
       "",
       "RFC 9110 section 11.6.1"},
      {"no-credential",
       Severity::warning,
       Party::client,
       false,
       no_credential,
       "The request carried no credential",
       "The server answered 401, and the request had neither Authorization nor Cookie, nor a token in the URL.",
       kSendOne,
       "RFC 9110 section 15.5.2"},
      {"auth-scheme-missing",
       Severity::warning,
       Party::client,
       false,
       no_scheme,
       "Authorization has no scheme",
       "The header's value is one word. It should be a scheme and the credential, as in Bearer TOKEN.",
       "Write -H 'Authorization: Bearer TOKEN'.",
       "RFC 9110 section 11.6.2"},
  };
  return rows;
}

}  // namespace whydrop::diagnose
