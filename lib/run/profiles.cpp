#include "run/profiles.hpp"

#include "base/text.hpp"
#include "os/file_names.hpp"
#include "profile/load.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>

namespace whydrop::run {
namespace {

tl::unexpected<Error> no_such_profile(const std::string& name) {
  std::vector<std::string_view> names;
  for (const profile::BuiltIn& row : profile::built_in()) {
    names.push_back(row.name);
  }
  const auto near = nearest(name, names);
  return fail(ErrorKind::usage,
              "profile " + escape_for_terminal(name) + ": no such profile" +
                  (near ? "; did you mean " + std::string(*near) + "?" : ""),
              "whydrop profile list");
}

}  // namespace

std::string own_profiles(const os::Environment& environment) {
  const std::string config = environment("XDG_CONFIG_HOME");
  const std::string home = environment("HOME");
  const std::string base = !config.empty() ? config : home.empty() ? "" : home + "/.config";
  return base.empty() ? "" : base + "/whydrop/profiles";
}

void add_own_profiles(profile::Dialects& dialects, const os::Environment& environment, const os::FileReader& read) {
  std::error_code failed;
  for (const auto& file : std::filesystem::directory_iterator(own_profiles(environment), failed)) {
    if (file.path().extension() != ".json") {
      continue;
    }
    const std::string path = file.path().string();
    auto text = read(path);
    if (const auto own = text ? profile::load(std::move(*text), path) : tl::unexpected<Error>(text.error())) {
      dialects.add(*own);
    }
  }
}

std::vector<std::string> built_in_profiles() {
  std::vector<std::string> names;
  for (const profile::BuiltIn& row : profile::built_in()) {
    names.emplace_back(row.name);
  }
  return names;
}

Result<std::shared_ptr<const profile::Profile>> find_profile(const std::string& given,
                                                             const os::Environment& environment,
                                                             const os::FileReader& read) {
  if (!os::is_plain_name(given)) {
    auto text = read(given);
    return text ? profile::load(std::move(*text), given)
                : Result<std::shared_ptr<const profile::Profile>>(tl::unexpected<Error>(text.error()));
  }
  if (const std::string folder = own_profiles(environment); !folder.empty()) {
    const std::string path = folder + "/" + given + ".json";
    auto text = read(path);
    if (text) {
      return profile::load(std::move(*text), path);
    }
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored)) {
      // Falling back to what is built in would check against another profile than the person's.
      return tl::unexpected<Error>(text.error());
    }
  }
  const profile::BuiltIn* found = profile::find_built_in(given);
  return found != nullptr ? profile::load(*found) : no_such_profile(given);
}

}  // namespace whydrop::run
