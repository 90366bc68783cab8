#include "run/session_profile.hpp"

#include "base/text.hpp"
#include "base/try.hpp"
#include "os/environment.hpp"
#include "os/streams.hpp"
#include "run/profiles.hpp"
#include "run/rehearsals.hpp"
#include "target/addresses.hpp"

#include <algorithm>
#include <utility>

namespace whydrop::run {
namespace {

/// What makes no sense without a profile.
Result<void> check_without_profile(const SessionSettings& flags) {
  for (const auto& [given, name] : {std::pair(!flags.rehearse.empty(), "--rehearse"),
                                    std::pair(!flags.rehearsal.empty(), "--rehearsal"),
                                    std::pair(flags.strict, "--strict"),
                                    std::pair(flags.no_opening, "--no-opening"),
                                    std::pair(flags.new_session, "--new-session")}) {
    if (given) {
      return fail(ErrorKind::usage, std::string("option ") + name + ": no profile to apply it to", "--profile NAME");
    }
  }
  return {};
}

Result<net::Url> url_of(const SessionSettings& flags, const SessionProfile& profile, const profile::Bindings* values) {
  if (flags.url) {
    return net::parse_url(*flags.url);
  }
  if (!profile.context) {
    return fail(ErrorKind::usage, "no URL given", "give one, or --profile NAME for that of a profile");
  }
  const std::string& own = profile.context->profile().socket_url;
  const std::string& text =
      profile.scenario != nullptr && !profile.scenario->socket_url.empty() ? profile.scenario->socket_url : own;
  if (text.empty()) {
    return fail(ErrorKind::usage,
                "no URL given, and profile " + profile.context->profile().name + " has none of its own",
                "give one before the messages");
  }
  return values->fill_url(text).and_then([](const std::string& url) { return net::parse_url(url); });
}

/// The profile's headers and subprotocols, where none of a person's own stand for them.
Result<target::EndpointSettings> with_profile(target::EndpointSettings flags, const profile::Bindings& values) {
  std::vector<std::string> headers;
  for (const profile::Field& field : values.profile().socket_headers) {
    if (target::gives_header(flags, field.name)) {
      continue;
    }
    const auto value = values.fill_text(field.value);
    WHYDROP_TRY(value);
    headers.push_back(value->empty() ? field.name + ";" : field.name + ": " + *value);
  }
  flags.headers.insert(flags.headers.begin(), headers.begin(), headers.end());
  if (flags.subprotocols.empty()) {
    flags.subprotocols = values.profile().subprotocols;
  }
  return flags;
}

}  // namespace

Result<SessionProfile> make_session_profile(const SessionSettings& flags) {
  ProfileSettings wanted = flags.profile;
  wanted.no_store = wanted.no_store || (!wanted.profile.empty() && !flags.rehearse.empty());
  auto context = ProfileContext::make(wanted, os::process_environment, os::read_file);
  WHYDROP_TRY(context);
  if (*context == nullptr) {
    return check_without_profile(flags).map([] { return SessionProfile(); });
  }
  SessionProfile made{std::move(*context), nullptr, nullptr};
  if (flags.rehearse.empty()) {
    return made;
  }
  auto rehearsal = find_rehearsal(made.context->profile(), flags.rehearsal, os::read_file);
  WHYDROP_TRY(rehearsal);
  made.rehearsal = std::move(*rehearsal);
  return made.rehearsal->find(flags.rehearse).map([&](const profile::Scenario* scenario) {
    made.scenario = scenario;
    return std::move(made);
  });
}

SessionRun::Settings settings_of(const SessionSettings& flags, const SessionProfile& profile) {
  SessionRun::Settings settings{flags.output,
                                flags.capture,
                                flags.secrets,
                                flags.expect_close,
                                flags.endpoint.max_message,
                                profile.context.get()};
  settings.recognise = flags.profile.profile != kNoProfile;
  return settings;
}

Result<net::ConnectOptions> connect_options_of(const SessionSettings& flags,
                                               const SessionProfile& profile,
                                               const std::string& at,
                                               const profile::Bindings* values) {
  values = values == nullptr && profile.context ? &profile.context->bindings() : values;
  const auto url = url_of(flags, profile, values);
  WHYDROP_TRY(url);
  WHYDROP_TRY(check_capture_settings(flags.capture));
  auto endpoint =
      values != nullptr ? with_profile(flags.endpoint, *values) : Result<target::EndpointSettings>(flags.endpoint);
  WHYDROP_TRY(endpoint);
  return target::with_connect_override(
      at,
      endpoint->proxy.is_given,
      target::make_connect_options(*endpoint, *url, os::process_environment, os::read_file));
}

}  // namespace whydrop::run
