#pragma once

#include "cli/options/headers.hpp"
#include "profile/rehearsal.hpp"

#include <memory>
#include <string>

namespace whydrop::cli {

/// The profile's rehearsal: `file` where it is given, else the one that is built in. Errors: usage, where there is
/// none.
Result<std::shared_ptr<const profile::Rehearsal>> find_rehearsal(const profile::Profile& profile,
                                                                 const std::string& file,
                                                                 const FileReader& read);

}  // namespace whydrop::cli
