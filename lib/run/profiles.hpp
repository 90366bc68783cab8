#pragma once

#include "asyncapi/asyncapi.hpp"
#include "base/result.hpp"
#include "os/environment.hpp"
#include "profile/dialects.hpp"
#include "profile/profile.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::run {

/// In place of a profile's name: judge by none, and recognise none.
inline constexpr std::string_view kNoProfile = "none";

/// Names of the profiles that are built in.
std::vector<std::string> built_in_profiles();

/// The folder of a person's own profiles; empty where there is no home to look in.
std::string own_profiles(const os::Environment& environment);

/// Makes the person's own profiles known; what cannot be loaded is left out.
void add_own_profiles(profile::Dialects& dialects, const os::Environment& environment, const os::FileReader& read);

/// Makes a profile of the AsyncAPI document at `path`, or of "-". Files that it refers to are read as os::NamedFiles
/// has it, also in what is `allowed`. Errors: local, where it cannot be read; usage.
Result<asyncapi::Imported> import_profile(const std::string& path,
                                          asyncapi::Options options,
                                          const std::vector<std::string>& allowed,
                                          const os::FileReader& read);

/// By path, else of the person's own directory, else built in. Errors: usage, "profile x: no such profile", did you
/// mean. A path may lead to an AsyncAPI document, "FILE#/channels/NAME" to one of its channels; `tell` then hears of
/// what was assumed or left out.
Result<std::shared_ptr<const profile::Profile>> find_profile(
    const std::string& given,
    const os::Environment& environment,
    const os::FileReader& read,
    const std::function<void(const std::vector<asyncapi::Note>& notes)>& tell = {});

}  // namespace whydrop::run
