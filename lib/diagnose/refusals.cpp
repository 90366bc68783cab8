#include "diagnose/refusals.hpp"

#include "diagnose/findings.hpp"
#include "diagnose/words.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace whydrop::diagnose {

using session::Party;
using session::Severity;

namespace {

/// What an error body says, by the names that OAuth (RFC 6749 section 5.2) and the platforms' REST APIs give it.
struct ErrorBody {
  std::string code, says, context;
};

std::string first_string(json::Value body, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const auto value = body.find(name);
    if (value && value->is(json::Type::string) && !value->string().empty()) {
      return std::string(value->string());
    }
  }
  return {};
}

ErrorBody read_body(const session::Response& response) {
  json::Json document;
  if (document.parse(response.body) || !document.root().is(json::Type::object)) {
    return {};
  }
  const json::Value body = document.root();
  return {first_string(body, {"error", "code"}),
          first_string(body, {"error_description", "description", "message"}),
          first_string(body, {"contextId"})};
}

/// Which refusals a finding is about: of one of these statuses, and with one of these codes in the body.
struct Sign {
  std::string_view id;
  int least, most;  ///< status
  std::array<std::string_view, 3> codes{};
};

/// The first that holds counts.
constexpr std::array<Sign, 14> kSigns{{
    {"token-invalid-client", 400, 401, {"invalid_client"}},
    {"token-grant-refused", 400, 403, {"unsupported_grant_type", "unauthorized_client", "invalid_grant"}},
    {"token-invalid-scope", 400, 403, {"invalid_scope"}},
    {"token-invalid-request", 400, 400, {"invalid_request"}},
    {"call-credentials-expired", 401, 401, {"credentials.expired", "expired_token"}},
    {"call-unauthorized", 401, 401, {}},
    {"call-forbidden", 403, 403, {}},
    {"call-not-found", 404, 404, {}},
    {"call-media-type", 415, 415, {}},
    {"call-rate-limited", 429, 429, {}},
    {"call-failed", 500, 599, {}},
    {"call-redirected", 301, 303, {}},
    {"call-redirected", 307, 308, {}},
    {"call-bad-request", 400, 400, {}},
}};

bool shows(const Sign& sign, int status, const std::string& code) {
  return status >= sign.least && status <= sign.most &&
         (sign.codes[0].empty() ||
          (!code.empty() && std::find(sign.codes.begin(), sign.codes.end(), code) != sign.codes.end()));
}

/// "401 bad.credentials: Invalid login credentials. (contextId …; Retry-After: 30)"
std::string answer_words(const session::Response& response) {
  const ErrorBody body = read_body(response);
  const std::size_t space = response.start_line.find(' ');
  std::string words = body.code.empty() && space != std::string::npos
                          ? printable(std::string_view(response.start_line).substr(space + 1), 80)
                          : fmt::format("{} {}", response.status, printable(body.code, 80));
  if (!body.says.empty()) {
    std::string says = printable(body.says, 200);
    says.erase(says.find_last_not_of(". ") + 1);
    words += ": " + says;
  }
  std::string more;
  for (const auto& [name, value] :
       {std::pair(std::string_view("contextId"), body.context),
        std::pair(std::string_view("inin-correlation-id"), header_of(response, "inin-correlation-id")),
        std::pair(std::string_view("Retry-After"), header_of(response, "Retry-After")),
        std::pair(std::string_view("Location"), header_of(response, "Location"))}) {
    if (!value.empty()) {
      more += fmt::format("{}{} {}", more.empty() ? "" : ", ", name, printable(value, 80));
    }
  }
  return more.empty() ? words : fmt::format("{} ({})", words, more);
}

std::optional<Judgement> refused_so(const Ledger& ledger, std::string_view id) {
  if (refusal_of(ledger) != id) {
    return std::nullopt;
  }
  return Judgement{fmt::format("{} was refused: {}.", call_words(ledger), answer_words(ledger.response->fact)),
                   {ledger.request_seq, ledger.response->seq}};
}

FindingRow row(std::string_view id,
               Party at_fault,
               std::string_view title,
               std::string_view text,
               std::string_view fix,
               std::string_view citation) {
  return {id, Severity::error, at_fault, true, refused_so, title, text, fix, citation};
}

}  // namespace

std::string_view refusal_of(const Ledger& ledger) {
  if (ledger.role == session::Role::websocket || !ledger.response || !ledger.findings.empty()) {
    return {};
  }
  const session::Response& response = ledger.response->fact;
  const std::string code = read_body(response).code;
  const auto* sign =
      std::find_if(kSigns.begin(), kSigns.end(), [&](const Sign& s) { return shows(s, response.status, code); });
  return sign == kSigns.end() ? std::string_view() : sign->id;
}

const std::vector<FindingRow>& refusal_findings() {
  static const std::vector<FindingRow> rows = {
      row("token-invalid-client",
          Party::client,
          "The client id or its secret is wrong",
          "The authorization server does not know the client, or its secret does not match. It answers so too where "
          "the "
          "request came to another region's or organisation's server.",
          "Compare id and secret with the OAuth client's page, and the host with the region that it was made in.",
          "RFC 6749 section 5.2"),
      row("token-grant-refused",
          Party::client,
          "The grant is not one that the client may use",
          "The authorization server knows the grant type not at all, or not for this client.",
          "Send grant_type in the form body, and allow it (as client_credentials) on the OAuth client's page.",
          "RFC 6749 section 5.2"),
      row("token-invalid-scope",
          Party::client,
          "A scope is not known, or not allowed for the client",
          "The authorization server refuses one of the scopes that were asked for.",
          "Ask for scopes that the client has; leave scope out where access comes from roles.",
          "RFC 6749 section 5.2"),
      row("token-invalid-request",
          Party::client,
          "The token request is not well formed",
          "A parameter is missing, is there twice, or stands where it is not looked for, as in a header in place of "
          "the "
          "form body.",
          "Send grant_type and the rest as application/x-www-form-urlencoded in the body of a POST.",
          "RFC 6749 section 5.2"),
      row("call-credentials-expired",
          Party::client,
          "The call's token has expired",
          "The API knew the token, and its time is over.",
          "Get a new one: whydrop token get, or whydrop session create.",
          "RFC 6750 section 3.1"),
      row("call-unauthorized",
          Party::client,
          "The call carried no credentials that count",
          "The API answered 401: no token was sent, it is not one of this API's, or user and password are wrong.",
          "Look at the Authorization header of the request; whydrop token inspect reads a token.",
          "RFC 9110 section 15.5.2"),
      row("call-forbidden",
          Party::client,
          "The credentials are good and not enough",
          "The API answered 403: it knows who asks, who lacks a permission, role, division or scope, or the feature is "
          "switched off.",
          "Give the client the permission that the answer names; whydrop token inspect --require-scope checks scopes.",
          "RFC 9110 section 15.5.4"),
      row("call-not-found",
          Party::client,
          "The call's path or its object does not exist",
          "The API answered 404: path, region or an id in the path is wrong, or the object is gone.",
          "Compare host, path and ids with the profile: whydrop profile show.",
          "RFC 9110 section 15.5.5"),
      row("call-media-type",
          Party::client,
          "The API does not take this Content-Type",
          "The API answered 415.",
          "Send Content-Type: application/json for JSON, application/x-www-form-urlencoded for a token request.",
          "RFC 9110 section 15.5.16"),
      row("call-rate-limited",
          Party::client,
          "Too many calls in too short a time",
          "The API answered 429. Retry-After, if present, says how long to wait.",
          "Wait as long as Retry-After says; keep a token until it expires in place of getting one each time.",
          "RFC 6585 section 4"),
      row("call-failed",
          Party::server,
          "The API failed",
          "The API answered 5xx: the fault is on its side, or behind it.",
          "Try again with growing waits; where it stays, report the context id of the answer.",
          "RFC 9110 section 15.6"),
      row("call-redirected",
          Party::unknown,
          "The API answered with a redirect",
          "A redirect is not followed, since the credentials would go along.",
          "Put the URL of Location into the profile if it is the API's own.",
          "RFC 9110 section 15.4"),
      row("call-bad-request",
          Party::client,
          "The API does not understand the call",
          "The API answered 400: a field is missing, or has a value that it does not take.",
          "Read the answer's body; it usually names the field.",
          "RFC 9110 section 15.5.1"),
  };
  return rows;
}

}  // namespace whydrop::diagnose
