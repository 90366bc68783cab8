#include "cli/options/profile.hpp"

#include "base/text.hpp"
#include "base/try.hpp"
#include "cli/errors.hpp"
#include "cli/options.hpp"
#include "run/profiles.hpp"

#include <utility>

#include <fmt/format.h>

namespace whydrop::cli {

void add_profile_options(Options& options, ProfileFlags& flags) {
  options.group("Profile");
  options.text("--profile",
               "NAME|FILE|none",
               flags.profile,
               "What the API expects: a profile of `whydrop profile list`, or a file, which may be an AsyncAPI "
               "document; none: not even a recognised one");
  options.suggest(run::built_in_profiles());
  options.list("--var",
               "NAME=VALUE",
               flags.variables,
               "Value of a variable of the profile, or NAME=@FILE; repeatable. If not given: WHYDROP_<NAME> of the "
               "environment, then the store, then the profile's default");
  options.text("--store",
               "FILE",
               flags.store.file,
               "Where what replies gave is kept ($XDG_STATE_HOME/whydrop/<profile>.json, mode 0600)");
  options.flag("--no-store", flags.store.none, "Keep nothing, and use nothing that was kept");
  options.text(
      "--at",
      "URL",
      flags.at,
      "Connect to http://HOST:PORT or https://HOST:PORT in place of the profile's hosts; names and paths stay");
  options.contradict("--store", "--no-store");
}

Result<std::vector<run::GivenValue>> read_values(const std::vector<std::string>& given, const run::Host& host) {
  std::vector<run::GivenValue> values;
  for (const std::string& text : given) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return fail(ErrorKind::usage, "option --var: '" + text + "' is not NAME=VALUE", "--var region=mypurecloud.ie");
    }
    run::GivenValue value{text.substr(0, equals), text.substr(equals + 1), true};
    if (!value.value.empty() && value.value[0] == '@') {
      const std::string path = value.value.substr(1);
      const auto content = host.read(path);
      WHYDROP_TRY(content);
      value = {value.name, std::string(trim(*content)), false};
      if (value.value.empty()) {
        return fail(ErrorKind::usage, fmt::format("variable {}: the file {} is empty", value.name, path));
      }
    }
    values.push_back(std::move(value));
  }
  return values;
}

/// What of an AsyncAPI document was assumed or left out is told in one line here; `profile import` lists it.
void tell_notes(const std::string& given, const std::vector<asyncapi::Note>& notes) {
  warn(fmt::format("{} is an AsyncAPI document; whydrop profile import lists what was assumed or left out ({})",
                   given,
                   counted(notes.size(), "note")));
}

Result<std::shared_ptr<const profile::Profile>> named_profile(const std::string& given, const run::Host& host) {
  const auto tell = [&](const std::vector<asyncapi::Note>& notes) { tell_notes(given, notes); };
  return given.empty() || given == run::kNoProfile ? Result<std::shared_ptr<const profile::Profile>>()
                                                   : run::find_profile(given, host.environment, host.read, tell);
}

Result<run::ProfileChoice> choose_profile(const ProfileFlags& flags, const run::Host& host) {
  run::ProfileChoice choice;
  auto profile = named_profile(flags.profile, host);
  WHYDROP_TRY(profile);
  choice.profile = std::move(*profile);
  choice.recognise = flags.profile != run::kNoProfile;
  auto values = read_values(flags.variables, host);
  WHYDROP_TRY(values);
  choice.values = std::move(*values);
  choice.store = flags.store;
  for (const auto& [given, name] : {std::pair(!flags.store.file.empty(), "--store"),
                                    std::pair(flags.store.none, "--no-store"),
                                    std::pair(!flags.at.empty(), "--at")}) {
    if (given && choice.needs_profile.empty()) {
      choice.needs_profile = name;
    }
  }
  return choice;
}

Result<std::unique_ptr<run::ProfileContext>> profile_context(const ProfileFlags& flags, const run::Host& host) {
  return choose_profile(flags, host)
      .and_then([&](const run::ProfileChoice& choice) { return run::use_profile(choice, host); })
      .map([](run::ProfileInUse&& profile) { return std::move(profile.context); });
}

Result<std::optional<target::StandIn>> stand_in_of(const ProfileFlags& flags) {
  return flags.at.empty()
             ? Result<std::optional<target::StandIn>>()
             : target::parse_stand_in(flags.at).map([](target::StandIn&& at) { return std::optional(std::move(at)); });
}

}  // namespace whydrop::cli
