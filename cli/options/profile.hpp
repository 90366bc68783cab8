#pragma once

#include "run/profile_context.hpp"

namespace whydrop::cli {

class Options;

void add_profile_options(Options& options, run::ProfileSettings& flags);

}  // namespace whydrop::cli
