#pragma once

#include "base/result.hpp"

#include <string>

namespace whydrop::cli {

/// Prints "whydrop: error: <message>" and, where there is one, "hint: <hint>" to standard error; returns the exit code
/// of that kind of failure.
int report(const Error& error);
/// Prints "whydrop: warning: <text>" to standard error.
void warn(const std::string& text);

}  // namespace whydrop::cli
