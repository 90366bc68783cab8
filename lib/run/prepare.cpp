#include "run/prepare.hpp"

#include "base/try.hpp"
#include "base/units.hpp"
#include "run/calls.hpp"
#include "run/profile_context.hpp"

#include <utility>

#include <fmt/format.h>

namespace whydrop::run {

Result<std::unique_ptr<rehearsal::Server>> start_rehearsal(SessionRun& run,
                                                           const SessionSettings& flags,
                                                           SessionProfile& profile) {
  profile::Bindings& bindings = profile.context->bindings();
  rehearsal::ServerOptions options;
  options.play = std::make_shared<const rehearsal::Play>(rehearsal::Play{
      profile.context->share(), profile.rehearsal, flags.rehearse, profile.context->given(), machine()});
  auto server = std::make_unique<rehearsal::Server>(run.loop(), std::move(options));
  WHYDROP_TRY(server->start());
  auto part = server->client_part();
  WHYDROP_TRY(part);
  for (auto& [name, value] : part->variables) {
    if (bindings.origin(name) == profile::Origin::given) {
      continue;
    }
    WHYDROP_TRY(bindings.set(name, std::move(value), profile::Origin::given));
  }
  run.talk(fmt::format("rehearsal {} of {}, on {}: {}",
                       profile.scenario->name,
                       profile.rehearsal->profile,
                       server->base_url(),
                       profile.scenario->says));
  return server;
}

Result<net::ConnectOptions> scenario_connect_options(const SessionSettings& flags,
                                                     const SessionProfile& profile,
                                                     const std::string& at,
                                                     const profile::Bindings* values) {
  auto options = connect_options_of(flags, profile, at, values);
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

std::vector<const profile::Call*> first_calls(const SessionSettings& flags, const SessionProfile& profile) {
  if (profile.scenario != nullptr) {
    return calls_named(profile.context->profile(), profile.scenario->calls);
  }
  return flags.new_session ? session_calls(profile.context->profile()) : std::vector<const profile::Call*>();
}

Result<Prepared> prepare(SessionRun& run,
                         const SessionSettings& flags,
                         SessionProfile& profile,
                         const std::vector<const profile::Call*>& calls) {
  Prepared ground{nullptr, flags.profile.at, std::nullopt};
  if (profile.scenario != nullptr) {
    auto server = start_rehearsal(run, flags, profile);
    WHYDROP_TRY(server);
    ground.server = std::move(*server);
    ground.at = ground.server->base_url();
  }
  for (const std::string& warning : profile.context ? profile.context->warnings() : std::vector<std::string>()) {
    run.talk("warning: " + warning);
  }
  if (calls.empty()) {
    return ground;
  }
  const CallsMade made = make_calls(run, flags.endpoint, ground.at, *profile.context, calls);
  return conclude_failed(run, made).map([&](const std::optional<int>& code) {
    ground.code = code;
    return std::move(ground);
  });
}

}  // namespace whydrop::run
