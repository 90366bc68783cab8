#include "replay_run/masked_values.hpp"

#include "base/percent.hpp"
#include "base/text.hpp"
#include "base/try.hpp"
#include "engine/recorded_run.hpp"
#include "handshake/head.hpp"
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

bool is_own(const std::string& name) {
  return std::find(kOwn.begin(), kOwn.end(), lower_case(name)) != kOwn.end();
}

bool is_agent(const session::Header& header) {
  return handshake::same_token(header.name, "User-Agent");
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

Result<MaskedValues> MaskedValues::make(std::vector<capture::Secret> secrets,
                                        const std::vector<run::GivenValue>& variables,
                                        const os::Environment& environment) {
  MaskedValues made;
  made.environment_ = environment;
  made.secrets_ = std::move(secrets);
  for (const run::GivenValue& given : variables) {
    if (given.value.empty()) {
      return fail(ErrorKind::usage, "variable " + given.name + ": it has no value", "--var NAME=VALUE, or NAME=@FILE");
    }
    made.variables_.push_back({given.name, given.value});
  }
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
      return Found{*std::move(value), run::words_of(*bindings->origin(variable))};
    }
  }
  if (std::string value = environment_(profile::environment_name(variable)); !value.empty()) {
    return Found{std::move(value), profile::environment_name(variable)};
  }
  return std::nullopt;
}

std::vector<MaskedValues::Unset> MaskedValues::unset_of(const std::vector<session::RedactSpan>& spans,
                                                        const std::string& place,
                                                        const profile::Bindings* bindings) const {
  std::vector<Unset> all;
  for (const session::RedactSpan& span : spans) {
    if (!find(span.variable, bindings)) {
      all.push_back({span.variable, place});
    }
  }
  return all;
}

Error MaskedValues::unset(const std::vector<Unset>& all) {
  std::vector<std::string> names, places, variables;
  for (const Unset& it : all) {
    std::string name = escape_for_terminal(it.variable);
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      places.push_back(fmt::format("{}{} in {}", name, places.empty() ? " is masked" : "", it.place));
      variables.push_back(profile::environment_name(name));
      names.push_back(std::move(name));
    }
  }
  if (names.size() == 1) {
    return {ErrorKind::usage,
            fmt::format("variable {} is not set: it is masked in {}", names[0], all[0].place),
            fmt::format("--secret {0}=@FILE, --var {0}=VALUE, or {1} of the environment; a profile's take where the "
                        "server gave it under another name",
                        names[0],
                        variables[0])};
  }
  return {ErrorKind::usage,
          fmt::format("variables {} are not set: {}", fmt::join(names, ", "), fmt::join(places, ", ")),
          fmt::format("for each --secret NAME=@FILE or --var NAME=VALUE, or {} of the environment; a profile's take "
                      "where the server gave it under another name",
                      fmt::join(variables, ", "))};
}

Result<std::string> MaskedValues::fill(std::string_view text,
                                       const std::vector<session::RedactSpan>& spans,
                                       const std::string& place,
                                       const profile::Bindings* bindings,
                                       bool in_url) const {
  if (const auto missing = unset_of(spans, place, bindings); !missing.empty()) {
    return tl::unexpected<Error>(unset(missing));
  }
  std::string filled;
  std::size_t at = 0;
  for (const session::RedactSpan& span : spans) {
    if (span.at < at || span.at > text.size()) {
      continue;  // spans of a capture that was changed by hand
    }
    const auto found = find(span.variable, bindings);
    filled += text.substr(at, span.at - at);
    filled += in_url ? percent_encoded(found->value, is_unreserved) : found->value;
    at = end_in(span, text.size());
  }
  return filled.append(text.substr(at));
}

void use_recorded_values(const capture::CaptureHeader& header, profile::Bindings& bindings) {
  for (engine::RecordedValue& it : engine::recorded_values(header, bindings.profile())) {
    // What the profile no longer takes stays unset.
    (void)bindings.set(it.name, std::move(it.value), profile::Origin::fallback);
  }
}

std::vector<const session::Header*> resent_headers(const session::Request& request,
                                                   const target::Endpoint& endpoint,
                                                   const profile::Bindings* bindings) {
  std::vector<const session::Header*> headers;
  for (const session::Header& header : request.headers) {
    const bool replaced = target::gives_header(endpoint, header.name) || (is_agent(header) && endpoint.user_agent);
    if (!is_own(header.name) && !replaced && !is_profiles(header, bindings) && handshake::is_token(header.name)) {
      headers.push_back(&header);
    }
  }
  return headers;
}

std::string place_of(const session::Header& header) {
  return "the header " + header.name;
}

Result<std::vector<target::HeaderLine>> recorded_headers(const session::Request& request,
                                                         const target::Endpoint& endpoint,
                                                         const profile::Bindings* bindings,
                                                         const MaskedValues& values) {
  std::vector<target::HeaderLine> headers;
  for (const session::Header* header : resent_headers(request, endpoint, bindings)) {
    auto value = values.fill(header->value, header->redact, place_of(*header), bindings);
    WHYDROP_TRY(value);
    auto line = target::header_line(header->name, *value);
    WHYDROP_TRY(line);
    headers.push_back(std::move(*line));
  }
  const bool user_agent = endpoint.user_agent || request.headers.empty() ||
                          std::any_of(request.headers.begin(), request.headers.end(), is_agent);
  if (!user_agent) {
    headers.push_back({"User-Agent", "", true});
  }
  return headers;
}

}  // namespace whydrop::replay_run
