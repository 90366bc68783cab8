#pragma once

#include "base/result.hpp"

#include <string>

namespace whydrop::cli {

/// `whydrop profile match`: what a URL, a message or a capture looks like, without a network. Exit code 0 if anything
/// known is like it, 1 if nothing is.
Result<int> match_profile(const std::string& given);

}  // namespace whydrop::cli
