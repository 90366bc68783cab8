#include "capture/jwt.hpp"

#include "base/base64.hpp"

#include <algorithm>
#include <cmath>

namespace whydrop::capture {
namespace {

constexpr double kMaxTime = 9e15;

/// Decodes one part into `json`; false if it is no JSON object.
bool read_part(std::string_view part, json::Json& json) {
  const auto text = base64url_decode(part);
  return text && !json.parse(*text) && json.root().is(json::Type::object);
}

/// A NumericDate, which may have a fraction. RFC 7519 section 2.
std::optional<std::int64_t> time_of(json::Value claims, std::string_view key) {
  const auto value = claims.find(key);
  if (!value || !value->is(json::Type::number) || std::fabs(value->number()) > kMaxTime) {
    return std::nullopt;
  }
  const double seconds = value->number();
  const auto whole = static_cast<std::int64_t>(seconds);
  return static_cast<double>(whole) > seconds ? whole - 1 : whole;
}

void add_words(std::string_view text, std::vector<std::string>& out) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.size(), text.find(' '));
    if (end > 0) {
      out.emplace_back(text.substr(0, end));
    }
    text.remove_prefix(std::min(text.size(), end + 1));
  }
}

void add_scopes(json::Value value, std::vector<std::string>& out) {
  add_words(value.string(), out);
  for (std::size_t i = 0; value.is(json::Type::array) && i < value.size(); ++i) {
    if (value.item(i).is(json::Type::string)) {
      out.emplace_back(value.item(i).string());
    }
  }
}

}  // namespace

TokenClaims read_claims(json::Value claims) {
  TokenClaims read{time_of(claims, "exp"), time_of(claims, "nbf"), time_of(claims, "iat"), {}};
  for (const std::string_view key : {"scope", "scp", "scopes"}) {
    if (const auto scopes = claims.find(key)) {
      add_scopes(*scopes, read.scopes);
    }
  }
  return read;
}

std::optional<session::Token> read_jwt(const std::string& variable, std::string_view text) {
  const std::size_t first = text.find('.');
  const std::size_t second = first == std::string_view::npos ? first : text.find('.', first + 1);
  if (second == std::string_view::npos || text.size() > kMaxToken || !base64url_decode(text.substr(second + 1))) {
    return std::nullopt;
  }
  json::Json part;
  if (!read_part(text.substr(0, first), part)) {
    return std::nullopt;
  }
  const auto alg = part.root().find("alg");
  if (!alg || !alg->is(json::Type::string)) {
    return std::nullopt;
  }
  session::Token token;
  token.variable = variable;
  token.alg = alg->string();
  if (!read_part(text.substr(first + 1, second - first - 1), part)) {
    return std::nullopt;
  }
  TokenClaims claims = read_claims(part.root());
  token.exp = claims.exp;
  token.iat = claims.iat;
  token.nbf = claims.nbf;
  token.scopes = std::move(claims.scopes);
  return token;
}

}  // namespace whydrop::capture
