#include "run/prepare.hpp"

#include "base/try.hpp"
#include "base/units.hpp"
#include "run/calls.hpp"

#include <utility>

#include <fmt/format.h>

namespace whydrop::run {

Result<std::unique_ptr<rehearsal::Server>> start_rehearsal(SessionRun& run, Session& session, ProfileInUse& profile) {
  profile::Bindings& bindings = profile.context->bindings();
  rehearsal::ServerOptions options;
  options.play = std::make_shared<const rehearsal::Play>(rehearsal::Play{profile.context->share(),
                                                                         profile.rehearsal,
                                                                         profile.scenario->name,
                                                                         profile.context->given(),
                                                                         run.host().outside()});
  auto server = std::make_unique<rehearsal::Server>(run.network().sockets(), std::move(options));
  WHYDROP_TRY(server->start());
  auto part = server->client_part();
  WHYDROP_TRY(part);
  for (auto& [name, value] : part->variables) {
    if (bindings.origin(name) == profile::Origin::given) {
      continue;
    }
    WHYDROP_TRY(bindings.set(name, std::move(value), profile::Origin::given));
  }
  auto at = target::parse_stand_in(server->base_url());
  WHYDROP_TRY(at);
  session.endpoint.at = std::move(*at);
  run.talk(fmt::format("rehearsal {} of {}, on {}: {}",
                       profile.scenario->name,
                       profile.rehearsal->profile,
                       server->base_url(),
                       profile.scenario->says));
  return server;
}

Result<net::ConnectOptions> scenario_connect_options(const Session& session,
                                                     const ProfileInUse& profile,
                                                     const profile::Bindings* values) {
  auto options = connect_options_of(session, profile, values);
  if (profile.scenario == nullptr) {
    return options;
  }
  for (const auto& [text, target] : {std::pair(&profile.scenario->ping_interval, &net::ConnectOptions::ping_interval),
                                     std::pair(&profile.scenario->idle_timeout, &net::ConnectOptions::idle_timeout)}) {
    const auto limit = text->empty() ? Result<std::chrono::nanoseconds>(0) : parse_duration(*text);
    if (options && limit && limit->count() > 0) {
      (*options).*target = *limit;
    }
  }
  return options;
}

std::vector<const profile::Call*> first_calls(const Session& session, const ProfileInUse& profile) {
  if (profile.scenario != nullptr) {
    return calls_named(profile.context->profile(), profile.scenario->calls);
  }
  return session.new_session ? session_calls(profile.context->profile()) : std::vector<const profile::Call*>();
}

bool is_chosen(const Session& session, const ProfileInUse& profile) {
  return session.address || session.endpoint.at || profile.scenario != nullptr;
}

Result<void> check_destination(Destinations& destinations,
                               const Session& session,
                               const ProfileInUse& profile,
                               const net::Url& url) {
  if (is_chosen(session, profile) || !profile.context || profile.context->is_owners_place(url)) {
    return {};
  }
  return destinations.check("cannot use profile " + profile.context->profile().path,
                            url,
                            profile.context->carried_by_session(),
                            Destinations::Near::site);
}

void adopt_destination(Destinations& destinations,
                       SessionRun& run,
                       const Session& session,
                       const ProfileInUse& profile,
                       const net::Url& url) {
  const bool keeps = !profile.context || profile.context->store() != nullptr;
  const bool own = session.address || (profile.context && profile.context->is_owners_place(url));
  if (!keeps || !own || session.endpoint.at || profile.scenario != nullptr) {
    return;
  }
  std::vector<Carried> carried = profile.context ? profile.context->carried_by_session() : std::vector<Carried>();
  for (const capture::Secret& secret : session.secrets.values) {
    carried.push_back({secret.variable, secret.value, "--secret"});
  }
  if (const auto kept = destinations.adopt(url, carried); !kept) {
    run.talk("warning: " + kept.error().message);
  }
}

Result<Prepared> prepare(SessionRun& run,
                         Session& session,
                         ProfileInUse& profile,
                         const std::vector<const profile::Call*>& calls,
                         Destinations& destinations) {
  Prepared prepared;
  if (session.address && session.address->guessed) {
    run.talk(fmt::format("no scheme given: {} is taken", session.address->text));
  }
  if (profile.scenario != nullptr) {
    auto server = start_rehearsal(run, session, profile);
    WHYDROP_TRY(server);
    prepared.server = std::move(*server);
  }
  for (const std::string& warning : profile.context ? profile.context->warnings() : std::vector<std::string>()) {
    run.talk("warning: " + warning);
  }
  if (calls.empty()) {
    return prepared;
  }
  const CallsMade made = make_calls(run, session.endpoint, *profile.context, calls, destinations);
  return conclude_failed(run, made).map([&](const std::optional<int>& code) {
    prepared.code = code;
    return std::move(prepared);
  });
}

}  // namespace whydrop::run
