#pragma once

#include "base/result.hpp"

namespace whydrop::cli {

/// Prints "whydrop: error: <message>" and, where there is one, "hint: <hint>" to standard error; returns the exit code
/// of that kind of failure.
int report(const Error& error);

}  // namespace whydrop::cli
