#include "cli/calls.hpp"

#include "cli/arguments.hpp"
#include "cli/errors.hpp"
#include "cli/options.hpp"
#include "cli/streams.hpp"

#include <ctime>
#include <utility>

#include <fmt/format.h>

namespace whydrop::cli {

void add_call_options(Options& options, CallFlags& flags, const std::string& key_help) {
  add_profile_options(options, flags.profile);
  add_transport_options(options, flags.endpoint, key_help);
  options.text("-A,--user-agent", "NAME", flags.endpoint.user_agent, "Send this User-Agent (whydrop)");
  add_output_options(options, flags.output);
  add_capture_options(options, flags.capture);
  add_secret_options(options, flags.secrets);
}

Result<net::ConnectOptions> call_options(const EndpointFlags& flags, const std::string& at, const net::Url& url) {
  const auto target = at.empty() ? Result<net::Url>(url) : net::parse_url(at);
  if (!target) {
    return tl::unexpected<Error>(target.error());
  }
  auto options = make_connect_options(flags, *target, process_environment, read_file);
  if (options && !at.empty()) {
    options->overrides.insert(options->overrides.begin(), {"", 0, target->host, target->port, {}});
  }
  return options;
}

void keep_secret(SessionRun& run, profile::Bindings& bindings) {
  for (const auto& [variable, value] : bindings.secrets()) {
    hide_argument(value);
    run.pipeline().add_secret({variable, value});
  }
  bindings.on_secret([&run](const std::string& variable, const std::string& value) {
    run.pipeline().add_secret({variable, value});
  });
}

Result<int> make_calls(const CallFlags& flags,
                       ProfileContext& context,
                       const std::vector<const profile::Call*>& calls,
                       const std::function<void(SessionRun&, const std::vector<std::string>&)>& told) {
  if (const auto checked = check_capture_flags(flags.capture); !checked) {
    return tl::unexpected<Error>(checked.error());
  }
  SessionRun::Settings settings;
  settings.output = flags.output;
  settings.capture = flags.capture;
  settings.secrets = flags.secrets;
  auto made = SessionRun::make(settings);
  if (!made) {
    return tl::unexpected<Error>(made.error());
  }
  SessionRun& run = **made;
  keep_secret(run, context.bindings());
  for (const std::string& warning : context.warnings()) {
    run.talk("warning: " + warning);
  }
  auth::CallRunner runner(
      {run.loop(),
       run.pipeline(),
       context.bindings(),
       context.store(),
       flags.profile.at,
       [&flags](const net::Url& url) { return call_options(flags.endpoint, flags.profile.at, url); },
       [] { return static_cast<std::int64_t>(std::time(nullptr)); }});
  auth::CallRunner::Outcome outcome;
  runner.start(calls, [&](auth::CallRunner::Outcome ended) {
    outcome = std::move(ended);
    run.loop().stop();
  });
  int signal = 0;
  run.loop().on_signal([&](int number) {
    signal = number;
    runner.cancel();
  });
  run.loop().run();
  context.bindings().on_secret(nullptr);

  diagnose::RunOutcome result;
  result.call_refused = !outcome.complete;
  result.signal = signal;
  std::optional<Error> failure;
  if (context.store() != nullptr && !outcome.taken.empty()) {
    if (const auto saved = context.store()->save(); !saved) {
      failure = saved.error();
    }
  }
  if (outcome.error) {
    if (!outcome.conn) {
      return tl::unexpected<Error>(*outcome.error);  // nothing was sent: there is nothing to conclude
    }
    result.usage = outcome.error->kind == ErrorKind::usage;
    report(*outcome.error);
  }
  const int code = run.finish(result, failure);
  if (outcome.complete && !failure) {
    told(run, outcome.taken);
  }
  return code;
}

}  // namespace whydrop::cli
