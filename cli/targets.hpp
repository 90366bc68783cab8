#pragma once

#include "base/result.hpp"
#include "cli/options.hpp"
#include "run/host.hpp"

#include <string>
#include <vector>

namespace whydrop::cli {

/// `arguments` with "@NAME" in place of a URL written as the options that the person's configuration has for that
/// target. Only for commands that connect to a URL; one that exists as a file stays. Errors: usage, local.
Result<std::vector<std::string>> with_target(const Options& options,
                                             std::vector<std::string> arguments,
                                             const run::Host& host);

}  // namespace whydrop::cli
