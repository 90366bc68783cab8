#include "check_run/check.hpp"

#include "base/text.hpp"
#include "base/try.hpp"
#include "check/from_recording.hpp"
#include "os/file_names.hpp"
#include "os/rereadable_file.hpp"
#include "replay/plan.hpp"
#include "run/profiles.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

namespace whydrop::check_run {
namespace {

/// A variable that no check has was meant for one.
Result<void> check_values(const std::vector<check::Check>& checks, const std::vector<run::GivenValue>& values) {
  for (const run::GivenValue& given : values) {
    if (std::none_of(checks.begin(), checks.end(), [&](const auto& check) { return takes(check, given.name); })) {
      return fail(ErrorKind::usage, "option --var: no check has the variable " + given.name);
    }
  }
  return {};
}

Result<void> check_rehearsals(const std::vector<check::Check>& checks,
                              const CheckSettings& settings,
                              const os::FileReader& read) {
  for (const check::Check& check : checks) {
    if (const auto playable = can_be_played(check, settings, read); !playable) {
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

Result<int> print_list(const std::vector<check::Check>& checks, ByteSink& out) {
  std::string lines;
  for (const check::Check& check : checks) {
    lines += fmt::format("{}:{}: {}{}\n",
                         check.path,
                         check.place.line,
                         check.name,
                         check.tags.empty() ? "" : fmt::format(" [{}]", fmt::join(check.tags, ", ")));
  }
  return out.write(escape_lines(lines)).map([] { return 0; });
}

}  // namespace

Result<int> run_all(const run::Host& host, const CheckRequest& request, const std::function<void(const Error&)>& say) {
  const auto checks =
      read_checks(host, request.files, request.profile, request.allowed_paths, say).and_then([&](auto&& all) {
        return chosen(std::forward<decltype(all)>(all), request.choice);
      });
  WHYDROP_TRY(checks);
  if (request.list) {
    return print_list(*checks, host.out);
  }
  const CheckSettings& settings = request.plan.settings;
  WHYDROP_TRY(check_values(*checks, settings.values));
  WHYDROP_TRY(check_rehearsals(*checks, settings, host.read));
  WHYDROP_TRY(make_folder(request.plan.captures));
  const auto reports = Reports::open(request.reports, checks->size(), host);
  WHYDROP_TRY(reports);
  return run_checks(host, *checks, request.plan, **reports, say);
}

Result<std::string> recorded_check(const run::Host& host, const RecordedCheck& recorded) {
  if (recorded.conns.size() > 1) {
    return fail(ErrorKind::usage, "option --conn: a check is made of one connection", "give one number");
  }
  const auto file = os::RereadableFile::open(recorded.file);
  WHYDROP_TRY(file);
  replay::Selection selection;
  if (!recorded.conns.empty()) {
    selection.conn = recorded.conns.front();
  }
  const auto open = [&file, &selection] {
    return replay::Recording::open([&file]() -> Result<ByteSource> { return file->read(); },
                                   {file->name(), selection, false, true});
  };
  const auto recording = open();
  WHYDROP_TRY(recording);
  const std::string& known = (*recording)->header().profile;
  const std::string name = recorded.profile.empty() && os::is_plain_name(known) ? known : recorded.profile;
  const auto profile = name.empty() ? Result<std::shared_ptr<const profile::Profile>>(nullptr)
                                    : run::find_profile(name, host.environment, host.read);
  WHYDROP_TRY(profile);
  const auto plan = replay::make_plan(**recording, profile->get(), {}, false);
  WHYDROP_TRY(plan);
  const auto again = open();
  WHYDROP_TRY(again);
  return check::from_recording(**again, *plan, profile->get(), recorded.url);
}

}  // namespace whydrop::check_run
