#pragma once

#include "base/result.hpp"
#include "os/environment.hpp"

#include <string>
#include <string_view>

namespace whydrop::os {

/// What $VISUAL or $EDITOR names; "vi" where neither is set.
std::string editor_of(const Environment& environment);

/// Lets a person change `text` in `editor`, a shell's command, on the terminal of this process, and returns what it
/// became, without a last line end that it had not. It is in a file of mode 0600 meanwhile. Waits for the editor's end.
/// Errors: local.
Result<std::string> edited(const std::string& editor, std::string_view text, const Environment& environment);

}  // namespace whydrop::os
