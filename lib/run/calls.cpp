#include "run/calls.hpp"

#include "base/error_text.hpp"
#include "base/text.hpp"
#include "base/try.hpp"

#include <utility>

#include <fmt/format.h>

namespace whydrop::run {

std::vector<const profile::Call*> session_calls(const profile::Profile& profile) {
  return calls_named(profile, profile.session_calls);
}

std::vector<const profile::Call*> calls_named(const profile::Profile& profile, const std::vector<std::string>& names) {
  std::vector<const profile::Call*> calls;
  for (const std::string& name : names) {
    if (const profile::Call* call = profile.call(name)) {
      calls.push_back(call);
    }
  }
  return calls;
}

void CallsMade::tell(diagnose::RunOutcome& run) const {
  run.call_refused = !outcome.complete;
  run.signal = signal;
  run.usage = outcome.error && outcome.error->kind == ErrorKind::usage;
}

namespace {

std::string doing(const profile::Call& call, const ProfileContext& context) {
  return fmt::format("cannot make call {} of profile {}", call.name, context.profile().path);
}

}  // namespace

Result<void> judge_call(Destinations& destinations,
                        const ProfileContext& context,
                        const profile::Call& call,
                        const net::Url& url) {
  return context.is_owners_place(url)
             ? Result<void>()
             : destinations.judge(doing(call, context), url, context.carried_by(call), Destinations::Near::site);
}

auth::CallRunner::Parts call_parts(SessionRun& run,
                                   const target::Endpoint& endpoint,
                                   ProfileContext& context,
                                   profile::Bindings& bindings,
                                   auth::Store* store,
                                   Destinations& destinations) {
  const bool person_says = endpoint.at.has_value();
  return {run.network().sockets(),
          run.pipeline(),
          bindings,
          store,
          endpoint.at ? endpoint.at->text : "",
          [endpoint](const net::Url& url) { return target::connect_options(endpoint, url); },
          [&context, &destinations, person_says](const profile::Call& call, const net::Url& url) -> Result<void> {
            if (person_says) {
              return {};
            }
            if (!context.is_owners_place(url)) {
              return destinations.check(doing(call, context), url, context.carried_by(call), Destinations::Near::site);
            }
            if (context.store() != nullptr) {
              // A record that cannot be written is told where the session's is.
              (void)destinations.adopt(url, context.carried_by(call));
            }
            return {};
          },
          [&context](const std::string& variable, const std::string& origin) { context.taken(variable, origin); },
          [&host = run.host()] { return host.now_s(); }};
}

CallsMade make_calls(SessionRun& run,
                     const target::Endpoint& endpoint,
                     ProfileContext& context,
                     const std::vector<const profile::Call*>& calls,
                     Destinations& destinations) {
  CallsMade made;
  auth::CallRunner runner(call_parts(run, endpoint, context, context.bindings(), context.store(), destinations));
  runner.start(calls, [&](auth::CallRunner::Outcome ended) {
    made.outcome = std::move(ended);
    run.loop().stop();
  });
  run.loop().on_signal([&](int number) {
    made.signal = number;
    runner.cancel();
  });
  run.loop().run();
  run.loop().on_signal([](int) {});  // what the handler calls goes now
  if (context.store() != nullptr && !made.outcome.taken.empty()) {
    if (const auto saved = context.store()->save(); !saved) {
      made.unsaved = saved.error();
    }
  }
  return made;
}

Result<std::optional<int>> conclude_failed(SessionRun& run, const CallsMade& made) {
  const auto& error = made.outcome.error;
  if (error && !made.outcome.conn) {
    return tl::unexpected<Error>(*error);
  }
  if (made.outcome.complete && !made.unsaved) {
    return std::optional<int>();
  }
  if (error) {
    run.talk(error_text(*error));
  }
  diagnose::RunOutcome outcome;
  made.tell(outcome);
  return std::optional(run.finish(outcome, made.unsaved));
}

Result<int> make_calls(const Host& host,
                       const Session& session,
                       ProfileContext& context,
                       const std::vector<const profile::Call*>& calls,
                       const std::function<void(SessionRun&, const std::vector<std::string>&)>& told) {
  SessionRun::Settings settings;
  settings.output = session.output;
  settings.capture = session.capture;
  settings.secrets = session.secrets;
  settings.profile = &context;
  auto made = SessionRun::make(host, settings);
  WHYDROP_TRY(made);
  SessionRun& run = **made;
  for (const std::string& warning : context.warnings()) {
    run.talk("warning: " + warning);
  }
  Destinations destinations(host, session.endpoint.send_to, true);
  const CallsMade calls_made = make_calls(run, session.endpoint, context, calls, destinations);
  const auto failed = conclude_failed(run, calls_made);
  WHYDROP_TRY(failed);
  if (*failed) {
    return **failed;
  }
  diagnose::RunOutcome result;
  calls_made.tell(result);
  const int code = run.finish(result);
  told(run, calls_made.outcome.taken);
  return code;
}

}  // namespace whydrop::run
