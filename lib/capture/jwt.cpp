#include "capture/jwt.hpp"

#include "base/base64.hpp"
#include "json/tree.hpp"

#include <cmath>

namespace whydrop::capture {
namespace {

using rapidjson::Document;
using rapidjson::Value;

constexpr std::size_t kMaxToken = 64U << 10;
constexpr double kMaxTime = 9e15;

/// Decodes one part into `tree`; false if it is no JSON object.
bool read_part(std::string_view part, Document& tree) {
  const auto json = base64url_decode(part);
  return json && json::parse_tree(*json, tree).why.empty() && tree.IsObject();
}

const Value* find(const Document& object, const char* key) {
  const auto found = object.FindMember(key);
  return found == object.MemberEnd() ? nullptr : &found->value;
}

/// A NumericDate, which may have a fraction. RFC 7519 section 2.
std::optional<std::int64_t> time_of(const Document& claims, const char* key) {
  const Value* value = find(claims, key);
  if (!value || !value->IsNumber() || std::fabs(value->GetDouble()) > kMaxTime) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(value->GetDouble());
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

void add_scopes(const Value& value, std::vector<std::string>& out) {
  if (value.IsString()) {
    add_words({value.GetString(), value.GetStringLength()}, out);
  } else if (value.IsArray()) {
    for (const Value& item : value.GetArray()) {
      if (item.IsString()) {
        out.emplace_back(item.GetString(), item.GetStringLength());
      }
    }
  }
}

}  // namespace

std::optional<session::Token> read_jwt(const std::string& variable, std::string_view text) {
  const std::size_t first = text.find('.');
  const std::size_t second = first == std::string_view::npos ? first : text.find('.', first + 1);
  if (second == std::string_view::npos || text.size() > kMaxToken || !base64url_decode(text.substr(second + 1))) {
    return std::nullopt;
  }
  Document header, claims;
  if (!read_part(text.substr(0, first), header) || !read_part(text.substr(first + 1, second - first - 1), claims)) {
    return std::nullopt;
  }
  const Value* alg = find(header, "alg");
  if (!alg || !alg->IsString()) {
    return std::nullopt;
  }
  session::Token token;
  token.variable = variable;
  token.alg.assign(alg->GetString(), alg->GetStringLength());
  token.exp = time_of(claims, "exp");
  token.iat = time_of(claims, "iat");
  token.nbf = time_of(claims, "nbf");
  for (const char* key : {"scope", "scp", "scopes"}) {
    if (const Value* scopes = find(claims, key)) {
      add_scopes(*scopes, token.scopes);
    }
  }
  return token;
}

}  // namespace whydrop::capture
