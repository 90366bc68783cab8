#pragma once

#include "base/result.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::os {

/// Runs a program of the path with these words, its input empty, and waits. `take` is given what it prints, in pieces;
/// `last_words` the end of what it prints on standard error. Returns its exit status; 128 and the signal that ended it.
/// Errors: local, where it cannot be started.
Result<int> run_program(const std::vector<std::string>& words,
                        const std::function<void(std::string_view)>& take,
                        std::string& last_words);

}  // namespace whydrop::os
