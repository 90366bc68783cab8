#include "run/session.hpp"

#include "base/try.hpp"
#include "run/rehearsals.hpp"

#include <utility>

namespace whydrop::run {
namespace {

Result<net::Url> url_of(const Session& session, const ProfileInUse& profile, const profile::Bindings* values) {
  if (session.address) {
    return session.address->url;
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
Result<target::Endpoint> with_profile(target::Endpoint endpoint, const profile::Bindings& values) {
  std::vector<target::HeaderLine> headers;
  for (const profile::Field& field : values.profile().socket_headers) {
    if (target::gives_header(endpoint, field.name)) {
      continue;
    }
    const auto value = values.fill_text(field.value);
    WHYDROP_TRY(value);
    auto line = target::header_line(field.name, *value);
    WHYDROP_TRY(line);
    headers.push_back(std::move(*line));
  }
  endpoint.headers.insert(endpoint.headers.begin(), headers.begin(), headers.end());
  if (endpoint.subprotocols.empty()) {
    endpoint.subprotocols = values.profile().subprotocols;
  }
  return endpoint;
}

}  // namespace

Result<ProfileInUse> use_profile(const ProfileChoice& choice, const Host& host) {
  if (choice.profile == nullptr) {
    const std::string option = choice.values.empty() ? choice.needs_profile : "--var";
    return option.empty()
               ? Result<ProfileInUse>(ProfileInUse())
               : fail(ErrorKind::usage, "option " + option + ": no profile to apply it to", "--profile NAME");
  }
  StoreChoice store = choice.store;
  store.none = store.none || !choice.scenario.empty();
  auto context = ProfileContext::make(choice.profile, choice.values, store, host);
  WHYDROP_TRY(context);
  ProfileInUse made{std::move(*context), nullptr, nullptr};
  if (choice.scenario.empty()) {
    return made;
  }
  auto rehearsal = find_rehearsal(*choice.profile, choice.rehearsal_file, host.read);
  WHYDROP_TRY(rehearsal);
  made.rehearsal = std::move(*rehearsal);
  return made.rehearsal->find(choice.scenario).map([&](const profile::Scenario* scenario) {
    made.scenario = scenario;
    return std::move(made);
  });
}

SessionRun::Settings settings_of(const Session& session, const ProfileInUse& profile, bool recognise) {
  SessionRun::Settings settings;
  settings.output = session.output;
  settings.capture = session.capture;
  settings.secrets = session.secrets;
  settings.expect_close = session.expect_close;
  settings.max_message = session.endpoint.max_message;
  settings.profile = profile.context.get();
  settings.recognise = recognise;
  return settings;
}

Result<net::ConnectOptions> connect_options_of(const Session& session,
                                               const ProfileInUse& profile,
                                               const profile::Bindings* values) {
  values = values == nullptr && profile.context ? &profile.context->bindings() : values;
  const auto url = url_of(session, profile, values);
  WHYDROP_TRY(url);
  const auto endpoint =
      values != nullptr ? with_profile(session.endpoint, *values) : Result<target::Endpoint>(session.endpoint);
  WHYDROP_TRY(endpoint);
  return target::connect_options(*endpoint, *url);
}

}  // namespace whydrop::run
