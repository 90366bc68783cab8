// Rule of this directory: cli/ declares options, turns what was given into values once, calls one function of lib/, and
// prints its Error. What a command does lives in lib/, where it can be tested without a process.
#pragma once

#include <string>
#include <vector>

namespace whydrop::cli {

/// Runs the program with its arguments (without argv[0]) and returns its exit code.
int run(std::vector<std::string> arguments);

/// "0.2.0"
const char* version();
/// "OpenSSL 3.0.17, zlib 1.2.13, …": the libraries that it is built with, as their headers call themselves.
std::string libraries();

}  // namespace whydrop::cli
