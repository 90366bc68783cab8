#include "auth/token_text.hpp"

#include "base/text.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace whydrop::auth {
namespace {

constexpr std::int64_t kSkew = 60;  ///< clocks of two machines differ by that much often enough

struct Unit {
  std::int64_t seconds;
  std::string_view name;
};
constexpr std::array<Unit, 5> kUnits{
    {{365LL * 86400, "year"}, {86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}}};

/// RFC 3339, or the number where that has no room for it.
std::string time_text(std::int64_t seconds) {
  constexpr std::int64_t kYear10000 = 253402300800;
  if (seconds < 0 || seconds >= kYear10000) {
    return fmt::format("{}", seconds);
  }
  std::string text = format_rfc3339(seconds * kSecond);
  return text.erase(text.find('.'), 4);
}

/// "3 minutes ago", "in 3 minutes", "just now".
std::string relative(std::int64_t at, std::int64_t now) {
  return at == now ? "just now" : at < now ? span_words(now - at) + " ago" : "in " + span_words(at - now);
}

std::string issued_words(std::int64_t iat, std::int64_t now) {
  const std::string when = fmt::format("issued {} ({})", relative(iat, now), time_text(iat));
  return iat > now ? when + ": this machine's clock is behind the issuer's, or the issuer's is ahead" : when;
}

std::string not_before_words(std::int64_t nbf, std::int64_t now) {
  return nbf > now ? fmt::format("not valid yet: it is {} ({})", relative(nbf, now), time_text(nbf))
                   : fmt::format("valid since {} ({})", span_words(now - nbf), time_text(nbf));
}

std::string expiry_words(std::int64_t exp, std::int64_t now) {
  const std::string when =
      fmt::format("{} {} ({})", exp <= now ? "expired" : "expires", relative(exp, now), time_text(exp));
  return std::abs(exp - now) <= kSkew ? when + "; a clock that differs by a minute would see it otherwise" : when;
}

std::string safe_lines(const std::string& text, std::string_view indent) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.size(), text.find('\n', at));
    out += fmt::format("{}{}\n", indent, escape_for_terminal(std::string_view(text).substr(at, end - at)));
    at = end + 1;
  }
  return out;
}

std::string pretty_lines(const std::string& text) {
  json::Json document;
  return safe_lines(document.parse(text) ? text : json::pretty(document.root()), "  ");
}

std::string joined(const std::vector<std::string>& words, std::string_view separator) {
  return escape_for_terminal(fmt::format("{}", fmt::join(words, separator)));
}

std::string list_json(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) {
    out += (out.empty() ? "" : ",") + json::quote(text);
  }
  return "[" + out + "]";
}

std::string time_json(const std::optional<std::int64_t>& time) {
  return time ? fmt::format("{}", *time) : "null";
}

std::string compact(const std::string& text) {
  json::Json document;
  return document.parse(text) ? "null" : document.root().text();
}

}  // namespace

std::string span_words(std::int64_t seconds) {
  const auto* unit = std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& u) { return seconds >= u.seconds; });
  if (unit == kUnits.end()) {
    return counted(0, "second");
  }
  const auto n = static_cast<std::uint64_t>(seconds / unit->seconds);
  const auto* smaller = unit + 1;
  const std::uint64_t rest =
      smaller == kUnits.end() ? 0 : static_cast<std::uint64_t>(seconds % unit->seconds / smaller->seconds);
  // Of minutes and of what is long the rest tells nothing.
  return rest == 0 || n > 9 || unit->seconds <= 60 ? counted(n, unit->name)
                                                   : counted(n, unit->name) + " " + counted(rest, smaller->name);
}

TokenState judge_token(const TokenView& view, std::int64_t now, const std::vector<std::string>& required_scopes) {
  TokenState state;
  state.expired = view.exp && *view.exp <= now;
  state.early = view.nbf && *view.nbf > now;
  std::copy_if(
      required_scopes.begin(), required_scopes.end(), std::back_inserter(state.missing), [&](const std::string& scope) {
        return std::find(view.scopes.begin(), view.scopes.end(), scope) == view.scopes.end();
      });
  if (view.opaque) {
    return state;
  }
  if (view.iat) {
    state.times.push_back(issued_words(*view.iat, now));
  }
  if (view.nbf) {
    state.times.push_back(not_before_words(*view.nbf, now));
  }
  state.times.push_back(view.exp ? expiry_words(*view.exp, now) : "has no exp: by itself it never expires");
  return state;
}

std::string token_text(const TokenView& view, const TokenState& state) {
  std::string out;
  if (view.opaque) {
    out = "An opaque token: it is not a JWT, and says nothing of itself. Only the server that made it can read it.\n";
  } else {
    out = "header\n" + pretty_lines(view.header) + "claims\n" + pretty_lines(view.claims) + "times\n";
    for (const std::string& time : state.times) {
      out += "  " + time + "\n";
    }
    out += fmt::format("scopes\n  {}\n", view.scopes.empty() ? "none" : joined(view.scopes, " "));
  }
  if (!state.missing.empty()) {
    out += fmt::format("missing scopes\n  {}\n", joined(state.missing, " "));
  }
  if (!view.warnings.empty()) {
    out += "warnings\n" + safe_lines(fmt::format("{}", fmt::join(view.warnings, "\n")), "  ");
  }
  return view.opaque ? out : out + "The signature was not checked: whydrop token verify does that.\n";
}

std::string token_json(const TokenView& view, const TokenState& state) {
  return fmt::format(
      R"({{"opaque":{},"header":{},"claims":{},"exp":{},"nbf":{},"iat":{},"expired":{},"not_yet_valid":{},)"
      R"("scopes":{},"missing_scopes":{},"times":{},"warnings":{},"signature_checked":false}})"
      "\n",
      view.opaque,
      view.opaque ? "null" : compact(view.header),
      view.opaque ? "null" : compact(view.claims),
      time_json(view.exp),
      time_json(view.nbf),
      time_json(view.iat),
      state.expired,
      state.early,
      list_json(view.scopes),
      list_json(state.missing),
      list_json(state.times),
      list_json(view.warnings));
}

std::string verification_text(const Verification& verification, const TokenState& state) {
  std::string out;
  for (const std::string& warning : verification.warnings) {
    out += "warning: " + warning + "\n";
  }
  return out + verification.says + "\n" + (state.expired ? "it " + state.times.back() + "\n" : "");
}

std::string verification_json(const Verification& verification, const TokenState& state) {
  return fmt::format("{{\"good\":{},\"says\":{},\"warnings\":{},\"expired\":{}}}\n",
                     verification.good,
                     json::quote(verification.says),
                     list_json(verification.warnings),
                     state.expired);
}

}  // namespace whydrop::auth
