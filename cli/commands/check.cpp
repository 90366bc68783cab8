#include "check_run/check.hpp"

#include "base/try.hpp"
#include "cli/app.hpp"
#include "cli/commands.hpp"
#include "cli/errors.hpp"
#include "cli/host.hpp"
#include "cli/options.hpp"
#include "cli/options/endpoint.hpp"
#include "cli/options/output.hpp"
#include "cli/options/profile.hpp"
#include "run/profiles.hpp"

#include <memory>
#include <utility>

#include <fmt/format.h>

namespace whydrop::cli {
namespace {

/// As CheckFlags::rehearse: the scenario that each check names.
constexpr const char* kOwnScenario = "*";

struct CheckFlags {
  check_run::CheckRequest request;  ///< what needs no file, no environment and no other option
  std::vector<std::string> reports, variables;
  std::string url, at, rehearse, from_capture;
  EndpointFlags endpoint;
  SecretFlags secrets;
};

Result<std::vector<check::ReportTarget>> report_targets(const std::vector<std::string>& given) {
  std::vector<check::ReportTarget> targets;
  for (const std::string& text : given) {
    auto target = check::parse_report(text);
    WHYDROP_TRY(target);
    targets.push_back(std::move(*target));
  }
  return targets;
}

/// What the sessions of all checks have in common.
Result<run::Session> session_of(const CheckFlags& flags, const run::Host& host) {
  run::Session session = flags.request.plan.settings.session;
  if (!flags.url.empty()) {
    auto address = target::parse_address(flags.url);
    WHYDROP_TRY(address);
    session.address = std::move(*address);
  }
  auto endpoint = make_endpoint(flags.endpoint, host);
  WHYDROP_TRY(endpoint);
  session.endpoint = std::move(*endpoint);
  auto at = stand_in_of({{}, {}, flags.at, {}});
  WHYDROP_TRY(at);
  session.endpoint.at = std::move(*at);
  auto secrets = make_secrets(flags.secrets, host);
  WHYDROP_TRY(secrets);
  session.secrets = std::move(*secrets);
  session.capture.tool = std::string("whydrop ") + version();
  return session;
}

Result<check_run::CheckRequest> make_request(const CheckFlags& flags, const run::Host& host) {
  using Kind = check_run::RehearsalChoice::Kind;
  check_run::CheckRequest request = flags.request;
  auto reports = report_targets(flags.reports);
  WHYDROP_TRY(reports);
  request.reports = std::move(*reports);
  auto session = session_of(flags, host);
  WHYDROP_TRY(session);
  check_run::CheckSettings& settings = request.plan.settings;
  settings.session = std::move(*session);
  auto values = read_values(flags.variables, host);
  WHYDROP_TRY(values);
  settings.values = std::move(*values);
  settings.rehearsal.kind = flags.rehearse.empty()           ? Kind::none
                            : flags.rehearse == kOwnScenario ? Kind::own
                                                             : Kind::named;
  settings.rehearsal.scenario = flags.rehearse;
  return request;
}

Result<int> check_all(const CheckFlags& flags) {
  const run::Host& host = begin_run();
  const auto& files = flags.request.files;
  if (!flags.from_capture.empty() && !files.empty()) {
    return fail(
        ErrorKind::usage,
        fmt::format("option --from-capture: it prints a check and runs none, so {} has no part in it", files[0]),
        fmt::format("whydrop check --from-capture {} > FILE", flags.from_capture));
  }
  if (!flags.from_capture.empty()) {
    const auto text = check_run::recorded_check(host, {flags.from_capture, flags.request.profile, flags.url});
    return text.and_then([&](const std::string& check) { return host.out.write(check); }).map([] { return 0; });
  }
  if (files.empty()) {
    return fail(ErrorKind::usage, "no FILE given", "whydrop check --help");
  }
  const auto request = make_request(flags, host);
  WHYDROP_TRY(request);
  return check_run::run_all(host, *request, [](const Error& error) { report(error); });
}

}  // namespace

Run setup_check(Options& options) {
  const auto flags = std::make_shared<CheckFlags>();
  check_run::CheckRequest& request = flags->request;
  check_run::CheckPlan& plan = request.plan;
  run::Session& session = plan.settings.session;
  options.positionals("FILE", request.files, false, "Check files, patterns or folders; - is standard input");
  options.group("Checks");
  options.list(
      "--report",
      "KIND[:PATH]",
      flags->reports,
      "junit:PATH, tap, ndjson, prometheus:PATH or html:PATH; without a path to standard output, and the lines for "
      "people to standard error; "
      "repeatable");
  options.number("-j,--jobs", "N", plan.jobs, 1, 256, "Run this many checks at once (1)");
  options.flag("--fail-fast", plan.fail_fast, "Start no more checks once one has failed");
  options.number("--retry", "N", plan.retries, 0, 100, "Repeat a failed check up to N times");
  options.text("--filter", "TEXT|/PATTERN/", request.choice.filter, "Only checks whose name contains it");
  options.list("--tag", "TAG", request.choice.tags, "Only checks with this tag, or another one given; repeatable");
  options.flag("--list", request.list, "Print the checks and run none");
  options.duration("--timeout", plan.settings.timeout, "Time limit of each check, instead of its own (1m)");
  options.text(
      "--captures", "DIR", plan.captures, "Folder for captures of failed checks (default: beside the first report)");
  options.flag("--keep-all", plan.keep_all, "Keep captures of checks that passed too");
  options.text("--from-capture", "FILE", flags->from_capture, "Print the session recorded there as a check file");
  options.group("Target");
  options.text("--url", "URL", flags->url, "Connect to URL instead of each check's own");
  options.text("--profile", "NAME|FILE", request.profile, "Use this profile instead of the one that a check names");
  options.suggest(run::built_in_profiles());
  options.list("--var",
               "NAME=VALUE",
               flags->variables,
               "Value of a variable of the checks or their profiles, or NAME=@FILE; repeatable");
  options.list("--allow-path",
               "PATH",
               request.allowed_paths,
               "Let the checks name files (schemas, profiles) there, besides those below their own folder");
  options.list("--env",
               "NAME",
               plan.settings.environment,
               "Let the checks read this environment variable by {$env:NAME}; WHYDROP_* are always allowed");
  options.text(
      "--at",
      "URL",
      flags->at,
      "Connect to http://HOST:PORT or https://HOST:PORT in place of the profiles' hosts; names and paths stay");
  options.flag_or_text(
      "--rehearse",
      "SCENARIO",
      flags->rehearse,
      kOwnScenario,
      "Play the scenario that each check names, or this one: a local server takes the place of the profile's hosts");
  options.text(
      "--rehearsal", "FILE", plan.settings.rehearsal.file, "Take the scenarios from FILE instead of the built-in ones");
  for (const char* other : {"--at", "--url", "--location", "--unix-socket", "--proxy"}) {
    options.contradict("--rehearse", other);
  }
  add_endpoint_options(options, flags->endpoint);
  options.group("Output");
  add_color_option(options, session.output.color);
  session.output.fail_on = std::nullopt;
  session.output.quiet = true;
  add_fail_on_option(options, session.output.fail_on, "fails a check whose steps pass (never)");
  add_secret_options(options, flags->secrets);
  return [flags] { return complete_user(flags->endpoint).and_then([&] { return check_all(*flags); }); };
}

}  // namespace whydrop::cli
