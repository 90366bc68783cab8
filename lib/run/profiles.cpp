#include "run/profiles.hpp"

#include "base/percent.hpp"
#include "base/text.hpp"
#include "base/try.hpp"
#include "json/json.hpp"
#include "os/file_names.hpp"
#include "os/named_files.hpp"
#include "profile/load.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

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
  const std::string folder = os::config_folder(environment);
  return folder.empty() ? "" : folder + "/profiles";
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

Result<asyncapi::Imported> import_profile(const std::string& path,
                                          asyncapi::Options options,
                                          const std::vector<std::string>& allowed,
                                          const os::FileReader& read) {
  const auto text = read(path);
  WHYDROP_TRY(text);
  const os::NamedFiles files(std::filesystem::path(path).parent_path().string(), allowed);
  options.read = [&files](const std::string& name) { return files.read(name); };
  return asyncapi::import_document(*text, path == "-" ? "standard input" : path, options);
}

namespace {

/// FILE and the channel that "#/channels/NAME" behind it names.
std::pair<std::string, std::string> split_channel(const std::string& given) {
  constexpr std::string_view kChannels = "#/channels/";
  const std::size_t mark = given.find(kChannels);
  std::error_code failed;
  if (mark == std::string::npos || std::filesystem::exists(given, failed)) {
    return {given, ""};
  }
  return {given.substr(0, mark), json::unescape_step(percent_decoded(given.substr(mark + kChannels.size())))};
}

Result<std::shared_ptr<const profile::Profile>> profile_at(
    const std::string& given,
    const os::FileReader& read,
    const std::function<void(const std::vector<asyncapi::Note>& notes)>& tell) {
  const auto [path, channel] = split_channel(given);
  auto text = read(path);
  WHYDROP_TRY(text);
  if (channel.empty() && !asyncapi::is_document(*text)) {
    return profile::load(std::move(*text), path);
  }
  asyncapi::Options options;
  options.channel = channel;
  auto imported = import_profile(path, options, {}, read);
  WHYDROP_TRY(imported);
  if (tell) {
    tell(imported->notes);
  }
  return profile::load(std::move(imported->profile), path);
}

}  // namespace

Result<std::shared_ptr<const profile::Profile>> find_profile(
    const std::string& given,
    const os::Environment& environment,
    const os::FileReader& read,
    const std::function<void(const std::vector<asyncapi::Note>& notes)>& tell) {
  if (!os::is_plain_name(given)) {
    return profile_at(given, read, tell);
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
