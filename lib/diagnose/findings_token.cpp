#include "base/secret_keys.hpp"
#include "base/time.hpp"
#include "diagnose/judging.hpp"
#include "diagnose/words.hpp"
#include "profile/url_parts.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace whydrop::diagnose {

namespace {

/// Two clocks, and times in whole seconds: an end so shortly before the expiry may still come from it.
constexpr std::int64_t kSkewNs = 2 * kSecond;

}  // namespace

/// The credential of the socket: what the profile's variable holds, else what URL, head or first message carried.
const TokenNote* credential(const Ledger& ledger) {
  const auto used = [](const TokenNote& note) { return note.carrier != TokenNote::Carrier::server; };
  const auto& tokens = ledger.tokens;
  if (ledger.profile.used != nullptr && !ledger.profile.used->token_variable.empty()) {
    const auto named = std::find_if(tokens.begin(), tokens.end(), [&](const TokenNote& note) {
      return used(note) && note.token.variable == ledger.profile.used->token_variable;
    });
    if (named != tokens.end()) {
      return &*named;
    }
  }
  // A later message may well carry tokens that are no credential of the socket, and so may another variable.
  const auto may_be = [&](const TokenNote& note) {
    const profile::Profile* profile = ledger.profile.used;
    return used(note) && !note.late && (profile == nullptr || profile->variable(note.token.variable) == nullptr);
  };
  const auto first = std::find_if(tokens.begin(), tokens.end(), may_be);
  return first == tokens.end() ? nullptr : &*first;
}

namespace {

bool refused(const Ledger& ledger) {
  return ledger.how() == EndingHow::upgrade_refused || ledger.how() == EndingHow::upgrade_cut;
}

/// True if the session came to nothing, or to an end that this side did not want.
bool failed(const Ledger& ledger) {
  return refused(ledger) || ledger.ended_by_server_side() || (ledger.had_session() && ledger.went_silent());
}

Severity severity_of(const Ledger& ledger) {
  return failed(ledger) ? Severity::error : Severity::warning;
}

/// What happened at the end: "the server refused the upgrade with 403", "the server closed with 1000 (normal closure)".
std::string end_words(const Ledger& ledger) {
  if (refused(ledger)) {
    return ledger.response ? fmt::format("the server refused the upgrade with {}", ledger.response->fact.status)
                           : "the connection ended before the upgrade was answered";
  }
  if (ledger.first_close == Side::server) {
    return "the server closed with " + close_words(ledger.server);
  }
  if (ledger.ended_by_server_side()) {
    return "the server dropped the connection";
  }
  return ledger.first_close == Side::client ? fmt::format("{} closed", client_words(ledger.observer).your_side)
                                            : "the session ended";
}

/// What came of it, as a clause of its own.
std::string outcome_words(const Ledger& ledger) {
  if (!ledger.ended_by_server_side() && !refused(ledger) && ledger.went_silent()) {
    return fmt::format(
        "nothing came back after {} {}", client_words(ledger.observer).your, message_words(*ledger.client.last));
  }
  return failed(ledger) ? end_words(ledger) : "the session went on all the same";
}

std::vector<std::uint64_t> evidence(const Ledger& ledger, const TokenNote& note) {
  return {note.seq, ledger.client.last && failed(ledger) ? ledger.client.last->seq : 0, ledger.end_seq()};
}

std::string name_of(const TokenNote& note) {
  return fmt::format("The token ({}, #{})", printable(note.token.variable, 60), note.seq);
}

/// The moment at which the session opened, or was asked for.
std::int64_t use_t(const Ledger& ledger, const TokenNote& note) {
  return note.carrier != TokenNote::Carrier::request ? note.t_ns
         : ledger.had_session()                      ? ledger.session_t()
                                                     : ledger.request_t;
}

std::string_view use_words(const Ledger& ledger, const TokenNote& note) {
  return note.carrier != TokenNote::Carrier::request ? "it was sent"
         : ledger.had_session()                      ? "the session opened"
                                                     : "the upgrade was asked for";
}

/// A claim's time on the run's clock; null where either is not known.
std::optional<std::int64_t> run_time(const Ledger& ledger, const std::optional<std::int64_t>& seconds) {
  constexpr std::int64_t kFarthest = std::int64_t{4} * 1000 * 1000 * 1000;  // the year 2096: beyond it ns overflow
  if (!seconds || ledger.profile.started_ns == 0) {
    return std::nullopt;
  }
  return std::clamp<std::int64_t>(*seconds, 0, kFarthest) * kSecond - ledger.profile.started_ns;
}

Judgement told(const Ledger& ledger, const TokenNote& note, std::string says) {
  Judgement made{std::move(says), evidence(ledger, note)};
  made.severity = severity_of(ledger);
  return made;
}

std::optional<Judgement> expired(const Ledger& ledger, std::string_view) {
  const TokenNote* note = credential(ledger);
  const auto exp = note != nullptr ? run_time(ledger, note->token.exp) : std::nullopt;
  if (!exp || ledger.request_seq == 0) {
    return std::nullopt;
  }
  const std::int64_t used = use_t(ledger, *note);
  if (*exp <= used) {
    return told(ledger,
                *note,
                fmt::format("{} had expired {} before {}; {}.",
                            name_of(*note),
                            span_words(used - *exp),
                            use_words(ledger, *note),
                            outcome_words(ledger)));
  }
  if (*exp <= ledger.end_t()) {
    return told(
        ledger,
        *note,
        fmt::format("{} expired {} before {}.", name_of(*note), span_words(ledger.end_t() - *exp), end_words(ledger)));
  }
  if (ledger.ended_by_server_side() && *exp - ledger.end_t() <= kSkewNs) {
    Judgement near = told(ledger,
                          *note,
                          fmt::format("{} was to expire {} after {}: its expiry and the end fall together.",
                                      name_of(*note),
                                      span_words(*exp - ledger.end_t()),
                                      end_words(ledger)));
    near.basis = Basis::inferred;
    near.confidence = Confidence::medium;
    return near;
  }
  return std::nullopt;
}

std::optional<Judgement> not_yet_valid(const Ledger& ledger, std::string_view) {
  const TokenNote* note = credential(ledger);
  const auto nbf = note != nullptr ? run_time(ledger, note->token.nbf) : std::nullopt;
  if (!nbf || ledger.request_seq == 0 || *nbf <= use_t(ledger, *note)) {
    return std::nullopt;
  }
  return told(ledger,
              *note,
              fmt::format("{} is valid only from {} after {}: this clock or the issuer's is wrong; {}.",
                          name_of(*note),
                          span_words(*nbf - use_t(ledger, *note)),
                          use_words(ledger, *note),
                          outcome_words(ledger)));
}

std::optional<Judgement> scope_missing(const Ledger& ledger, std::string_view) {
  const TokenNote* note = credential(ledger);
  if (note == nullptr || ledger.profile.used == nullptr || ledger.request_seq == 0) {
    return std::nullopt;
  }
  const auto& has = note->token.scopes;
  std::vector<std::string> missing;
  std::copy_if(ledger.profile.used->scopes.begin(),
               ledger.profile.used->scopes.end(),
               std::back_inserter(missing),
               [&has](const std::string& scope) { return std::find(has.begin(), has.end(), scope) == has.end(); });
  if (missing.empty()) {
    return std::nullopt;
  }
  Judgement made = told(
      ledger,
      *note,
      fmt::format("{} lacks the scope{} {} ({}); {}.",
                  name_of(*note),
                  missing.size() == 1 ? "" : "s",
                  fmt::join(missing, " and "),
                  has.empty() ? "it has none" : "it has " + printable(fmt::format("{}", fmt::join(has, ", ")), 120),
                  outcome_words(ledger)));
  made.fix = fmt::format("Get a token with {}: whydrop token inspect shows what it has.", fmt::join(missing, " and "));
  return made;
}

/// The header in which the profile's socket takes its credential; null where it is none. That a name of the query is
/// missing is told of the URL.
const profile::Field* header_of_token(const profile::Profile& profile) {
  const std::string placeholder = "{" + profile.token_variable + "}";
  const auto found = std::find_if(profile.socket_headers.begin(), profile.socket_headers.end(), [&](const auto& field) {
    return field.value.find(placeholder) != std::string::npos;
  });
  return found == profile.socket_headers.end() ? nullptr : &*found;
}

/// True if a credential went with the request, of which nothing else may be known.
bool sent_credential(const Ledger& ledger) {
  const auto query = profile::split_url(ledger.url).query;
  const auto is_secret = [keys = SecretKeys()](const auto& pair) { return keys.has(pair.first); };
  return !ledger.request_authorization.empty() || credential(ledger) != nullptr ||
         std::any_of(query.begin(), query.end(), is_secret);
}

std::optional<Judgement> no_token(const Ledger& ledger, std::string_view) {
  const profile::Profile* used = ledger.profile.used;
  if (used == nullptr || used->token_variable.empty() || ledger.request_seq == 0 || sent_credential(ledger)) {
    return std::nullopt;
  }
  const profile::Field* header = header_of_token(*used);
  if (header == nullptr) {
    return std::nullopt;
  }
  Judgement made{fmt::format("No token was sent: {} takes {} in the header {}; {}.",
                             used->name,
                             used->token_variable,
                             header->name,
                             outcome_words(ledger)),
                 {ledger.request_seq, ledger.end_seq()}};
  made.severity = severity_of(ledger);
  made.fix = fmt::format("Send it, as in -H '{}: Bearer TOKEN'.", header->name);
  return made;
}

}  // namespace

const std::vector<FindingRow>& token_findings() {
  static const std::vector<FindingRow> rows = {
      {"token-expired",
       Severity::error,
       Party::client,
       true,
       expired,
       "The token had expired, or expired in the session",
       "The credential's exp claim lies before the time at which it was used, or between opening and end. Many servers "
       "then refuse the upgrade, close without a reason, or answer no more. The time is that of this machine's clock.",
       "Get a fresh token before connecting, and a new one before the old expires; check this machine's clock.",
       "RFC 7519 section 4.1.4"},
      {"token-not-yet-valid",
       Severity::error,
       Party::client,
       true,
       not_yet_valid,
       "The token is not valid yet",
       "The credential's nbf claim lies after the time at which it was used: the clock of this machine or of the "
       "issuer "
       "is wrong, or the token was made for later.",
       "Compare this machine's clock with the issuer's.",
       "RFC 7519 section 4.1.5"},
      {"token-missing",
       Severity::error,
       Party::client,
       true,
       no_token,
       "No token was sent",
       "The profile says that the socket takes a credential, and where; neither the request's head nor its URL held "
       "one. "
       "Servers tell this by 401 or 403, by a Close after the first message, or not at all.",
       "Send the token where the finding says.",
       "RFC 6750 section 2"},
      {"token-scope",
       Severity::error,
       Party::client,
       true,
       scope_missing,
       "The token lacks a scope",
       "The profile says which scopes the socket's credential must have, and the token does not name them all. Servers "
       "tell this by 401 or 403, by a Close, or not at all.",
       "Get a token with the scope: whydrop token inspect shows what it has.",
       "RFC 6750 section 3.1"},
  };
  return rows;
}

}  // namespace whydrop::diagnose
