#pragma once

#include "check/report.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace whydrop::check_run {

/// What a check's process tells of its outcome: status, step, says, detail and exit_code.
std::string packed(const check::Outcome& outcome);
/// Null where the text is cut.
std::optional<check::Outcome> unpacked(std::string_view text);

}  // namespace whydrop::check_run
