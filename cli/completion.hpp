#pragma once

#include <string>

namespace whydrop::cli {

/// Completion scripts, made from the table of commands and their options.
std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

}  // namespace whydrop::cli
