// Rule of this directory: cli/ declares options, turns what was given into values once, calls one function of lib/, and
// prints its Error. What a command does lives in lib/, where it can be tested without a process.
#pragma once

#include <string>
#include <vector>

namespace whydrop::cli {

/// Runs the program with its arguments (without argv[0]) and returns its exit code.
int run(std::vector<std::string> arguments);

/// "0.1.0"
const char* version();

}  // namespace whydrop::cli
