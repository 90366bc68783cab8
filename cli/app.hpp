// Rule of this directory: cli/ parses arguments and owns process concerns (streams, exit codes); what can be tested
// without a process lives in lib/. It is the only place that joins concrete parts.
#pragma once

#include <string>
#include <vector>

namespace whydrop::cli {

/// Runs the program with its arguments (without argv[0]) and returns its exit code.
int run(std::vector<std::string> arguments);

/// "0.1.0"
const char* version();

}  // namespace whydrop::cli
