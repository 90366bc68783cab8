#include "base/text.hpp"
#include "base/try.hpp"
#include "check/from_recording.hpp"
#include "check_run/files.hpp"
#include "check_run/runner.hpp"
#include "cli/app.hpp"
#include "cli/commands.hpp"
#include "cli/errors.hpp"
#include "cli/options.hpp"
#include "cli/options/endpoint.hpp"
#include "cli/options/output.hpp"
#include "cli/options/session.hpp"
#include "os/environment.hpp"
#include "os/file_names.hpp"
#include "os/rereadable_file.hpp"
#include "os/streams.hpp"
#include "replay/plan.hpp"
#include "run/profiles.hpp"
#include "run/session_profile.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

namespace whydrop::cli {
namespace {

struct Flags {
  std::vector<std::string> files, reports;
  check_run::CheckPlan plan;
  check_run::CheckChoice choice;
  bool list = false;
  std::string from_capture;
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

/// A variable that no check has was meant for one.
Result<void> check_variables(const std::vector<check::Check>& checks, const std::vector<std::string>& given) {
  for (const std::string& text : given) {
    const bool taken = std::any_of(
        checks.begin(), checks.end(), [&](const auto& check) { return !check_run::given_to(check, {text}).empty(); });
    if (!taken) {
      return fail(ErrorKind::usage, "option --var: no check has the variable " + text.substr(0, text.find('=')));
    }
  }
  return {};
}

Result<void> check_rehearsals(const std::vector<check::Check>& checks, const check_run::CheckSettings& settings) {
  for (const check::Check& check : checks) {
    if (const auto playable = check_run::can_be_played(check, settings); !playable) {
      return fail(playable.error().kind,
                  fmt::format("{}:{}: {}: {}", check.path, check.place.line, check.name, playable.error().message),
                  playable.error().hint);
    }
  }
  return {};
}

Result<void> make_folder(const std::string& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder.empty() ? "." : folder, failed);
  return failed ? fail(ErrorKind::local, fmt::format("cannot create folder {}: {}", folder, failed.message()))
                : Result<void>();
}

Result<int> print_list(const std::vector<check::Check>& checks) {
  std::string lines;
  for (const check::Check& check : checks) {
    lines += fmt::format("{}:{}: {}{}\n",
                         check.path,
                         check.place.line,
                         check.name,
                         check.tags.empty() ? "" : fmt::format(" [{}]", fmt::join(check.tags, ", ")));
  }
  os::FdSink out(STDOUT_FILENO, "standard output", false);
  return out.write(escape_lines(lines)).map([] { return 0; });
}

/// A recorded session as a check to edit.
Result<int> write_check(const Flags& flags) {
  if (!flags.files.empty()) {
    return fail(
        ErrorKind::usage,
        fmt::format("option --from-capture: it prints a check and runs none, so {} has no part in it", flags.files[0]),
        fmt::format("whydrop check --from-capture {} > FILE", flags.from_capture));
  }
  const auto file = os::RereadableFile::open(flags.from_capture);
  WHYDROP_TRY(file);
  const auto open = [&file] {
    return replay::Recording::open([&file]() -> Result<capture::ByteSource> { return file->read(); },
                                   {file->name(), {}, false, true});
  };
  auto recording = open();
  WHYDROP_TRY(recording);
  const std::string& given = flags.plan.settings.session.profile.profile;
  const std::string& recorded = (*recording)->header().profile;
  const std::string name = given.empty() && os::is_plain_name(recorded) ? recorded : given;
  auto profile = name.empty() ? Result<std::shared_ptr<const profile::Profile>>(nullptr)
                              : run::find_profile(name, os::process_environment, os::read_file);
  WHYDROP_TRY(profile);
  const auto plan = replay::make_plan(**recording, profile->get(), {}, false);
  auto again = plan ? open() : tl::unexpected<Error>(plan.error());
  const auto text =
      again ? check::from_recording(**again, *plan, profile->get(), flags.plan.settings.session.url.value_or(""))
            : tl::unexpected<Error>(again.error());
  os::FdSink out(STDOUT_FILENO, "standard output", false);
  return text.and_then([&out](const std::string& made) { return out.write(made); }).map([] { return 0; });
}

Result<int> check_all(const Flags& flags) {
  if (!flags.from_capture.empty()) {
    return write_check(flags);
  }
  if (flags.files.empty()) {
    return fail(ErrorKind::usage, "no FILE given", "whydrop check --help");
  }
  const auto targets = report_targets(flags.reports);
  WHYDROP_TRY(targets);
  const check_run::CheckSettings& settings = flags.plan.settings;
  const auto say = [](const Error& error) { report(error); };
  auto checks = check_run::read_checks(flags.files, settings.session.profile.profile, say).and_then([&](auto&& all) {
    return check_run::chosen(std::forward<decltype(all)>(all), flags.choice);
  });
  WHYDROP_TRY(checks);
  if (flags.list) {
    return print_list(*checks);
  }
  const auto ready = check_variables(*checks, settings.session.profile.variables)
                         .and_then([&] { return check_rehearsals(*checks, settings); })
                         .and_then([&] { return make_folder(flags.plan.captures); });
  WHYDROP_TRY(ready);
  auto reports = check_run::Reports::open(*targets, checks->size());
  WHYDROP_TRY(reports);
  check_run::CheckPlan plan = flags.plan;
  plan.say = say;
  return check_run::run_checks(*checks, plan, **reports);
}

}  // namespace

Run setup_check(Options& options) {
  const auto flags = std::make_shared<Flags>();
  check_run::CheckSettings& settings = flags->plan.settings;
  run::SessionSettings& session = settings.session;
  options.positionals("FILE", flags->files, false, "Check files, patterns or folders; - is standard input");
  options.group("Checks");
  options.list(
      "--report",
      "KIND[:PATH]",
      flags->reports,
      "junit:PATH, tap or ndjson; without a path on standard output, and the lines for people on standard error; "
      "repeatable");
  options.number("-j,--jobs", "N", flags->plan.jobs, 1, 256, "Run so many checks at once (1)");
  options.flag("--fail-fast", flags->plan.fail_fast, "Begin no more checks once one has failed");
  options.number("--retry", "N", flags->plan.retries, 0, 100, "Try a check that failed up to N times more");
  options.text("--filter", "TEXT|/PATTERN/", flags->choice.filter, "Only checks whose name has it");
  options.list("--tag", "TAG", flags->choice.tags, "Only checks with this tag, or another one given; repeatable");
  options.flag("--list", flags->list, "Print the checks and run none");
  options.duration("--timeout", settings.timeout, "Of each check, in place of its own (1m)");
  options.text(
      "--captures", "DIR", flags->plan.captures, "Folder for captures of failed checks (that of the first report)");
  options.flag("--keep-all", flags->plan.keep_all, "Keep captures of checks that passed too");
  options.text("--from-capture", "FILE", flags->from_capture, "Print the session recorded there as a check file");
  options.group("Target");
  options.custom({{"--url"}, "URL", "Connect to it in place of each check's own"},
                 [&session](const std::vector<std::string>& given) {
                   session.url = given.back();
                   return std::string();
                 });
  options.text("--profile", "NAME|FILE", session.profile.profile, "In place of the profile that a check names");
  options.suggest(run::built_in_profiles());
  options.list("--var",
               "NAME=VALUE",
               session.profile.variables,
               "Value of a variable of the checks or their profiles, or NAME=@FILE; repeatable");
  options.text(
      "--at",
      "URL",
      session.profile.at,
      "Connect to http://HOST:PORT or https://HOST:PORT in place of the profiles' hosts; names and paths stay");
  options.flag_or_text(
      "--rehearse",
      "SCENARIO",
      settings.rehearse,
      check_run::kOwnScenario,
      "Play the scenario that each check names, or this one: a server of our own, on loopback, stands for "
      "the profile's hosts");
  options.text("--rehearsal", "FILE", session.rehearsal, "Where the scenarios are, in place of what is built in");
  for (const char* other : {"--at", "--url", "--location", "--unix-socket", "--proxy"}) {
    options.contradict("--rehearse", other);
  }
  add_endpoint_options(options, session.endpoint);
  options.group("Output");
  options.choice("--color",
                 {"auto", "always", "never"},
                 session.output.color,
                 "Colour: on a terminal (auto) unless NO_COLOR is set");
  session.capture.tool = std::string("whydrop ") + version();
  session.output.fail_on = "never";
  session.output.quiet = true;
  options.choice("--fail-on",
                 {"error", "warning", "never"},
                 session.output.fail_on,
                 "Least severity of an observed finding that fails a check whose steps pass (never)");
  add_secret_options(options, session.secrets);
  return [flags] {
    return complete_user(flags->plan.settings.session.endpoint.user).and_then([&] { return check_all(*flags); });
  };
}

}  // namespace whydrop::cli
