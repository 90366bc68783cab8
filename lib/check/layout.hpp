// JSON as a person would write it. Internal to check/.
#pragma once

#include "json/json.hpp"

#include <string>

namespace whydrop::check {

/// A value over as few lines as fit: what is short stands on one line, two spaces a level.
std::string laid_out(json::Value value, std::size_t indent = 0);

}  // namespace whydrop::check
