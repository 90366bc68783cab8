#pragma once

#include "base/result.hpp"

#include <functional>
#include <string>

namespace whydrop::os {

/// Looks up an environment variable; empty if it is not set.
using Environment = std::function<std::string(const std::string&)>;

/// Reads a file whole.
using FileReader = std::function<Result<std::string>(const std::string& path)>;

/// $XDG_CONFIG_HOME/whydrop, or ~/.config/whydrop; empty where neither is set.
std::string config_folder(const Environment& environment);

/// That of the process.
std::string process_environment(const std::string& name);

}  // namespace whydrop::os
