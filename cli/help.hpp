#pragma once

#include "cli/command.hpp"

#include <string>

namespace whydrop::cli {

/// `whydrop --help`: what it is and the commands.
std::string program_help();
/// `whydrop <command> --help`: usage, options by group, examples, exit codes.
std::string command_help(const Command& command, const Options& options);
/// The line after "usage: ".
std::string usage_line(const Options& options);

}  // namespace whydrop::cli
