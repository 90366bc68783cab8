#pragma once

#include <functional>
#include <string>

namespace whydrop::cli {

/// Looks up an environment variable; empty if it is not set.
using Environment = std::function<std::string(const std::string&)>;

/// That of the process.
std::string process_environment(const std::string& name);

}  // namespace whydrop::cli
