#pragma once

#include "base/result.hpp"
#include "cli/options.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace whydrop::cli {

/// Cuts a command line as a POSIX shell does, as far as a pasted command needs it: quotes, backslashes, line
/// continuations and $'…'; nothing is expanded. One that is written for cmd.exe of Windows, with carets before its
/// quotes or line ends, is cut as that does.
Result<std::vector<std::string>> split_shell_words(std::string_view text);

/// Turns a pasted curl command (without the word curl) into arguments of `connect`. Flags that mean nothing for a
/// WebSocket are dropped, headers that the upgrade makes itself too. A long flag that curl does not have but `own` does
/// is kept, since people write it after what they pasted; any other is an error.
Result<std::vector<std::string>> translate_curl(const std::vector<std::string>& words,
                                                const std::vector<OptionInfo>& own = {});

}  // namespace whydrop::cli
