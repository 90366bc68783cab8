#pragma once

#include "os/environment.hpp"
#include "profile/rehearsal.hpp"
#include "target/headers.hpp"

#include <memory>
#include <string>

namespace whydrop::run {

/// The profile's rehearsal: `file` where it is given, else the one that is built in. Errors: usage, where there is
/// none.
Result<std::shared_ptr<const profile::Rehearsal>> find_rehearsal(const profile::Profile& profile,
                                                                 const std::string& file,
                                                                 const os::FileReader& read);

}  // namespace whydrop::run
