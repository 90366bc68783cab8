#pragma once

#include "base/result.hpp"

#include <string>

namespace whydrop {

/// "error: <message>" and, on a line of its own, "hint: <hint>", where there is one. Not escaped: a peer's words may
/// stand in it.
std::string error_text(const Error& error);

}  // namespace whydrop
