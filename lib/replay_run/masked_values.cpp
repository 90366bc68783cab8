#include "replay_run/masked_values.hpp"

#include "base/percent.hpp"
#include "base/text.hpp"
#include "base/try.hpp"
#include "handshake/head.hpp"
#include "run/output.hpp"
#include "session/spans.hpp"
#include "target/endpoint.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace whydrop::replay_run {
namespace {

/// What each connection makes anew, and what is offered by other means.
constexpr std::array<std::string_view, 7> kOwn = {"host",
                                                  "connection",
                                                  "upgrade",
                                                  "sec-websocket-key",
                                                  "sec-websocket-version",
                                                  "sec-websocket-extensions",
                                                  "sec-websocket-protocol"};

std::optional<std::string> value_in(const std::vector<capture::Secret>& list, const std::string& variable) {
  const auto found =
      std::find_if(list.rbegin(), list.rend(), [&](const auto& row) { return row.variable == variable; });
  return found != list.rend() ? std::optional(found->value) : std::nullopt;
}

std::string words_of(profile::Origin origin) {
  switch (origin) {
  case profile::Origin::fallback:
    return "the profile's default";
  case profile::Origin::generated:
    return "made by chance";
  case profile::Origin::store:
    return "the store";
  case profile::Origin::environment:
    return "the environment";
  case profile::Origin::reply:
    return "a reply";
  case profile::Origin::given:
    return "--var";
  }
  return {};
}

bool is_own(const std::string& name) {
  return std::find(kOwn.begin(), kOwn.end(), lower_case(name)) != kOwn.end();
}

/// A profile fills its own header anew, and so knows better what is masked in the recorded one.
bool is_profiles(const session::Header& header, const profile::Bindings* bindings) {
  if (bindings == nullptr || header.redact.empty()) {
    return false;
  }
  const auto& fields = bindings->profile().socket_headers;
  return std::any_of(fields.begin(), fields.end(), [&](const profile::Field& field) {
    return handshake::same_token(field.name, header.name);
  });
}

}  // namespace

Result<MaskedValues> MaskedValues::make(const run::SecretSettings& secrets,
                                        const std::vector<std::string>& variables,
                                        bool profile,
                                        const os::Environment& environment,
                                        const os::FileReader& read) {
  MaskedValues made;
  made.environment_ = environment;
  auto given = run::read_secrets(secrets, environment, read);
  auto values = run::read_secrets({false, profile ? std::vector<std::string>() : variables}, environment, read);
  if (!given || !values) {
    return tl::unexpected<Error>(!given ? given.error() : values.error());
  }
  made.secrets_ = *std::move(given);
  made.variables_ = *std::move(values);
  return made;
}

std::optional<MaskedValues::Found> MaskedValues::find(const std::string& variable,
                                                      const profile::Bindings* bindings) const {
  if (auto value = value_in(secrets_, variable)) {
    return Found{*std::move(value), "--secret"};
  }
  if (auto value = value_in(variables_, variable)) {
    return Found{*std::move(value), "--var"};
  }
  if (bindings != nullptr && bindings->profile().variable(variable) != nullptr) {
    if (auto value = bindings->get(variable)) {
      return Found{*std::move(value), words_of(*bindings->origin(variable))};
    }
  }
  if (std::string value = environment_(profile::environment_name(variable)); !value.empty()) {
    return Found{std::move(value), profile::environment_name(variable)};
  }
  return std::nullopt;
}

Error MaskedValues::unset(const std::string& variable, const std::string& place) {
  const std::string name = escape_for_terminal(variable);
  return {ErrorKind::usage,
          fmt::format("variable {} is not set: it is masked in {}", name, place),
          fmt::format(
              "--secret {0}=@FILE, --var {0}=VALUE, or {1} of the environment", name, profile::environment_name(name))};
}

Result<std::string> MaskedValues::fill(std::string_view text,
                                       const std::vector<session::RedactSpan>& spans,
                                       const std::string& place,
                                       const profile::Bindings* bindings,
                                       bool in_url) const {
  std::string filled;
  std::size_t at = 0;
  for (const session::RedactSpan& span : spans) {
    if (span.at < at || span.at > text.size()) {
      continue;  // spans of a capture that was changed by hand
    }
    const auto found = find(span.variable, bindings);
    if (!found) {
      return tl::unexpected<Error>(unset(span.variable, place));
    }
    filled += text.substr(at, span.at - at);
    filled += in_url ? percent_encoded(found->value, is_unreserved) : found->value;
    at = end_in(span, text.size());
  }
  return filled.append(text.substr(at));
}

void use_recorded_values(const capture::CaptureHeader& header, profile::Bindings& bindings) {
  const auto is_given = [&](const std::string& name) {
    return std::find(header.given.begin(), header.given.end(), name) != header.given.end();
  };
  // What was a default then goes on following the variables that it is made of.
  profile::Bindings then(bindings.profile(), {[] { return std::int64_t{0}; }, nullptr});
  for (const auto& [name, value] : header.variables) {
    if (is_given(name)) {
      (void)then.set(name, value, profile::Origin::given);
    }
  }
  for (const auto& [name, value] : header.variables) {
    const profile::Variable* variable = bindings.profile().variable(name);
    const bool by_default = !is_given(name) && then.get(name) == value;
    if (variable != nullptr && !variable->secret && !by_default) {
      (void)bindings.set(name, value, profile::Origin::fallback);  // what the profile no longer takes stays unset
    }
  }
}

Result<std::vector<std::string>> recorded_headers(const session::Request& request,
                                                  const target::EndpointSettings& flags,
                                                  bool user_agent_given,
                                                  const profile::Bindings* bindings,
                                                  const MaskedValues& values) {
  std::vector<std::string> headers;
  bool user_agent = user_agent_given || request.headers.empty();
  for (const session::Header& header : request.headers) {
    const bool is_agent = handshake::same_token(header.name, "User-Agent");
    const bool replaced = target::gives_header(flags, header.name) || (is_agent && user_agent_given);
    user_agent = user_agent || is_agent;
    if (is_own(header.name) || replaced || is_profiles(header, bindings) || !handshake::is_token(header.name)) {
      continue;
    }
    auto value = values.fill(header.value, header.redact, "the header " + header.name, bindings);
    WHYDROP_TRY(value);
    headers.push_back(value->empty() ? header.name + ";" : header.name + ": " + *value);
  }
  if (!user_agent) {
    headers.emplace_back("User-Agent:");
  }
  return headers;
}

}  // namespace whydrop::replay_run
