#pragma once

#include "base/result.hpp"

#include <string>

namespace whydrop::cli {

/// Exit code of a failure of ours. design.md section 5.
int exit_code_of(ErrorKind kind);

/// "whydrop: error: <message>" and, where there is one, "hint: <hint>".
std::string error_text(const Error& error);

/// Prints `error` to standard error and returns its exit code.
int report(const Error& error);

}  // namespace whydrop::cli
