#include "auth/jwt.hpp"

#include "auth/signature.hpp"
#include "base/base64.hpp"
#include "base/text.hpp"
#include "base/try.hpp"
#include "capture/jwt.hpp"
#include "json/read.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <set>

#include <fmt/format.h>

namespace whydrop::auth {
namespace {

using json::Type;
using json::Value;

constexpr std::size_t kLargeToken = 8U << 10;
constexpr std::size_t kMaxWarnings = 32;
constexpr double kMilliseconds = 1e11;  ///< as seconds the year 5138

tl::unexpected<Error> unreadable_token(const std::string& why) {
  return fail(ErrorKind::usage, "cannot read the token: " + why, "a JWT is header.claims.signature, each in base64url");
}

/// What is read of a token, and where its warnings go.
struct Reading {
  std::vector<std::string>& warnings;
  Value header, claims;
  std::string_view signature;  ///< decoded

  void warn(std::string text) const {
    if (warnings.size() < kMaxWarnings) {
      warnings.push_back(std::move(text));
    }
  }
};

std::string quoted(std::string_view text) {
  constexpr std::size_t kColumns = 60;
  return "'" + escape_for_terminal(elide(text, kColumns)) + "'";
}

std::string_view without(std::string_view text, std::string_view prefix) {
  return starts_with(text, prefix) ? text.substr(prefix.size()) : text;
}

std::vector<std::string_view> split_parts(std::string_view token) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; parts.size() < 6;) {
    const std::size_t dot = std::min(token.size(), token.find('.', at));
    parts.push_back(token.substr(at, dot - at));
    if (dot == token.size()) {
      break;
    }
    at = dot + 1;
  }
  return parts;
}

/// Decodes one part, also where it is not quite base64url, and says so then.
Result<std::string> decode(std::string_view part, std::string_view name, std::vector<std::string>& warnings) {
  std::string digits(part);
  const bool padded = !digits.empty() && digits.back() == '=';
  const bool standard = digits.find_first_of("+/") != std::string::npos;
  std::replace(digits.begin(), digits.end(), '+', '-');
  std::replace(digits.begin(), digits.end(), '/', '_');
  auto bytes = base64url_decode(digits);
  if (!bytes) {
    return unreadable_token(fmt::format("its {} is not base64url", name));
  }
  if (padded) {
    warnings.push_back(fmt::format("its {} ends in '=': base64url in a JWT has no padding (RFC 7515)", name));
  }
  if (standard) {
    warnings.push_back(fmt::format("its {} holds + or /: that is base64, and a JWT takes base64url (- and _)", name));
  }
  return std::move(*bytes);
}

Result<void> parse_object(const std::string& text, std::string_view name, json::Json& into) {
  if (const auto fault = into.parse(text)) {
    return unreadable_token(fmt::format("its {} is not JSON: {}", name, fault->why));
  }
  return into.root().is(Type::object) ? Result<void>()
                                      : unreadable_token(fmt::format("its {} is no JSON object", name));
}

// ---- warnings: one function each ------------------------------------------------------------------------------------

void warn_duplicates(const Reading& token) {
  for (const auto& [name, object] : {std::pair("header", token.header), std::pair("claims", token.claims)}) {
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < object.size(); ++i) {
      const std::string_view key = object.member(i).first;
      if (!seen.insert(key).second) {
        token.warn(fmt::format("its {} {} {} twice: readers differ on which one counts",
                               name,
                               name[0] == 'h' ? "has" : "have",
                               quoted(key)));
      }
    }
  }
}

void warn_alg(const Reading& token) {
  // Registered, but none that is checked here.
  constexpr std::array<std::string_view, 4> kOthers{"EdDSA", "Ed25519", "Ed448", "ES256K"};
  const auto alg = token.header.find("alg");
  const std::string name = json::read::text(token.header, "alg");
  if (!alg) {
    token.warn("its header has no alg: a server cannot check it");
  } else if (!alg->is(Type::string)) {
    token.warn(fmt::format("alg is a JSON {}, not a string", json::name(alg->type())));
  } else if (is_none(name)) {
    token.warn(fmt::format("alg is {}: it is not signed, and anyone can make such a token", quoted(name)));
  } else if (find_algorithm(name) == nullptr && std::find(kOthers.begin(), kOthers.end(), name) == kOthers.end()) {
    token.warn(fmt::format("alg is {}: no algorithm of that name is registered (RFC 7518)", quoted(name)));
  }
}

void warn_signature(const Reading& token) {
  const std::string alg = json::read::text(token.header, "alg");
  const Algorithm* algorithm = find_algorithm(alg);
  if (is_none(alg) && !token.signature.empty()) {
    token.warn("alg is none, and yet there is a signature");
  } else if (algorithm != nullptr && token.signature.empty()) {
    token.warn("its signature is empty");
  } else if (algorithm != nullptr && algorithm->signature_size != 0 &&
             token.signature.size() != algorithm->signature_size) {
    token.warn(fmt::format(
        "its signature has {} bytes; one by {} has {}", token.signature.size(), alg, algorithm->signature_size));
  }
}

void warn_header(const Reading& token) {
  struct Row {
    std::string_view key, says;
  };
  constexpr std::array<Row, 4> kOwnKeys{{
      {"jku", "names a URL to fetch the key from"},
      {"x5u", "names a URL to fetch the certificate from"},
      {"jwk", "brings its own key"},
      {"x5c", "brings its own certificate"},
  }};
  for (const Row& row : kOwnKeys) {
    if (token.header.find(row.key)) {
      token.warn(
          fmt::format("its header {} ({}): a server that trusts it trusts whoever made the token", row.says, row.key));
    }
  }
  if (const auto crit = token.header.find("crit")) {
    token.warn(fmt::format("crit demands that the server knows {}; one that does not must refuse the token",
                           escape_for_terminal(elide(crit->text(), 60))));
  }
  const auto kid = token.header.find("kid");
  if (kid && !kid->is(Type::string)) {
    token.warn(fmt::format("kid is a JSON {}, not a string", json::name(kid->type())));
  } else if (kid && kid->string().find_first_of(std::string_view("/\\'\";|\0\n", 8)) != std::string_view::npos) {
    token.warn(fmt::format("kid is {}: it looks like a path or a query, not like a key's name", quoted(kid->string())));
  }
}

void warn_types(const Reading& token) {
  for (const std::string_view key : {"iss", "sub", "jti"}) {
    const auto claim = token.claims.find(key);
    if (claim && !claim->is(Type::string)) {
      token.warn(fmt::format("{} is a JSON {}, not a string", key, json::name(claim->type())));
    }
  }
  const auto audience = token.claims.find("aud");
  if (audience && !audience->is(Type::string) && !audience->is(Type::array)) {
    token.warn(fmt::format("aud is a JSON {}, not a string or a list", json::name(audience->type())));
  }
  for (const std::string_view key : {"scope", "scp", "scopes"}) {
    const auto scopes = token.claims.find(key);
    if (scopes && !scopes->is(Type::string) && !scopes->is(Type::array)) {
      token.warn(fmt::format("{} is a JSON {}, not a string or a list", key, json::name(scopes->type())));
    }
  }
}

void warn_times(const Reading& token) {
  for (const std::string_view key : {"exp", "nbf", "iat"}) {
    const auto claim = token.claims.find(key);
    if (claim && !claim->is(Type::number)) {
      token.warn(fmt::format("{} is a JSON {}, not a number: many servers refuse it", key, json::name(claim->type())));
    } else if (claim && std::fabs(claim->number()) > kMilliseconds) {
      token.warn(fmt::format("{} is {}: those are milliseconds, and a JWT counts seconds", key, claim->text()));
    }
  }
}

void warn_order(const TokenView& view, const Reading& token) {
  if (view.exp && view.iat && *view.exp <= *view.iat) {
    token.warn("exp is not after iat: it had expired when it was made");
  }
  if (view.exp && view.nbf && *view.exp <= *view.nbf) {
    token.warn("exp is not after nbf: there is no time at which it holds");
  }
}

constexpr std::array<void (*)(const Reading&), 6> kWarnings{
    warn_alg, warn_signature, warn_duplicates, warn_header, warn_types, warn_times};

/// True if `part` may be a JWT's header: what is base64url of an object, or was meant to be.
bool looks_like_header(std::string_view part) {
  const auto bytes = base64url_decode(part);
  return part.substr(0, 2) == "ey" || (bytes && !bytes->empty() && bytes->front() == '{');
}

}  // namespace

std::string_view bare_token(std::string_view given) {
  const std::string_view text = trim(given);
  return trim(without(without(text, "Bearer "), "bearer "));
}

namespace {

constexpr std::string_view kTokenLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";

/// The members of an OAuth reply that hold a token, the one that opens sockets first. RFC 6749 section 5.1.
std::optional<std::string> token_of_reply(std::string_view text) {
  json::Json parsed;
  if (text.empty() || text.front() != '{' || parsed.parse(text)) {
    return std::nullopt;
  }
  for (const std::string_view name : {"access_token", "guest_token", "token", "jwt", "id_token"}) {
    const auto value = parsed.root().find(name);
    if (value && value->is(json::Type::string)) {
      return std::string(value->string());
    }
  }
  return std::nullopt;
}

/// A token that was wrapped, as a terminal or a mail does it: nothing but its letters and blanks.
std::string unwrapped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (kTokenLetters.find(c) != std::string_view::npos) {
      out += c;
    } else if (c != ' ' && c != '\t' && c != '\r' && c != '\n') {
      return std::string(text.substr(0, text.find_first_not_of(kTokenLetters)));
    }
  }
  return out;
}

/// Where a JWT begins in `text`: its header is an object, and base64url of {" is eyJ.
std::size_t begin_of_jwt(std::string_view text) {
  for (std::size_t at = text.find("eyJ"); at != std::string_view::npos; at = text.find("eyJ", at + 1)) {
    if (at == 0 || kTokenLetters.find(text[at - 1]) == std::string_view::npos) {
      return at;
    }
  }
  return std::string_view::npos;
}

}  // namespace

std::string token_in(std::string_view text) {
  text = trim(text);
  if (bare_token(text).find_first_of(" \t\r\n\"'{:") == std::string_view::npos) {
    return std::string(text);
  }
  if (auto of_reply = token_of_reply(text)) {
    return *of_reply;
  }
  const std::size_t at = begin_of_jwt(text);
  if (at == std::string_view::npos) {
    return std::string(text);
  }
  const std::string_view rest = text.substr(at);
  const bool in_quotes = at > 0 && (text[at - 1] == '"' || text[at - 1] == '\'');
  const std::size_t quote = in_quotes ? rest.find(text[at - 1]) : rest.size();
  std::string found = unwrapped(rest.substr(0, std::min(quote, rest.size())));
  const bool whole = std::count(found.begin(), found.end(), '.') == 2;
  return whole && !found.empty() ? found : std::string(text);
}

Result<TokenView> inspect_token(std::string_view given, Payload payload) {
  TokenView view;
  const std::string_view text = bare_token(given);
  if (text.size() != trim(given).size()) {
    view.warnings.emplace_back(
        "it begins with 'Bearer ': that belongs into the Authorization header, not to the token");
  }
  if (text.empty()) {
    return unreadable_token("it is empty");
  }
  if (text.size() > capture::kMaxToken) {
    return unreadable_token(
        fmt::format("it has {} bytes, and more than {} is no token", text.size(), capture::kMaxToken));
  }
  if (text.size() > kLargeToken) {
    view.warnings.push_back(
        fmt::format("it has {} bytes: many servers and proxies refuse headers of more than 8 KiB", text.size()));
  }
  const auto parts = split_parts(text);
  if (parts.size() != 3 || !looks_like_header(parts[0])) {
    view.opaque = true;
    if (parts.size() == 5 && looks_like_header(parts[0])) {
      view.warnings.emplace_back("it has five parts: it is encrypted (JWE), and only who has the key can read it");
    } else if (parts.size() < 3 && looks_like_header(parts[0])) {
      view.warnings.push_back(fmt::format("it begins as a JWT does, and has {} part{} instead of 3: it may be cut off",
                                          parts.size(),
                                          parts.size() == 1 ? "" : "s"));
    }
    return view;
  }
  auto header = decode(parts[0], "header", view.warnings);
  auto claims = header ? decode(parts[1], "payload", view.warnings) : header;
  const auto signature = claims ? decode(parts[2], "signature", view.warnings) : claims;
  WHYDROP_TRY(signature);
  json::Json header_json, claims_json;
  auto parsed = parse_object(*header, "header", header_json);
  if (parsed && !parse_object(*claims, "payload", claims_json)) {
    parsed = payload == Payload::claims ? parse_object(*claims, "payload", claims_json) : parsed;
    (void)claims_json.parse("{}");
  }
  WHYDROP_TRY(parsed);
  const Reading token{view.warnings, header_json.root(), claims_json.root(), *signature};
  for (const auto warn : kWarnings) {
    warn(token);
  }
  view.alg = json::read::text(token.header, "alg");
  view.typ = json::read::text(token.header, "typ");
  view.kid = json::read::text(token.header, "kid");
  capture::TokenClaims read = capture::read_claims(token.claims);
  view.exp = read.exp;
  view.nbf = read.nbf;
  view.iat = read.iat;
  view.scopes = std::move(read.scopes);
  warn_order(view, token);
  view.header = std::move(*header);
  view.claims = std::move(*claims);
  return view;
}

}  // namespace whydrop::auth
