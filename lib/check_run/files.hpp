#pragma once

#include "base/result.hpp"
#include "check/check.hpp"
#include "run/host.hpp"

#include <functional>
#include <string>
#include <vector>

namespace whydrop::check_run {

/// Which checks of the files are meant; empty: all.
struct CheckChoice {
  std::string filter;             ///< a part of the name, or /pattern/
  std::vector<std::string> tags;  ///< one of them
};

/// The checks of files, patterns and folders, in order. `profile`: in place of the one that a check names, or empty.
/// Mistakes of all files are said through `say`. Errors: usage and local.
Result<std::vector<check::Check>> read_checks(const run::Host& host,
                                              const std::vector<std::string>& given,
                                              const std::string& profile,
                                              const std::vector<std::string>& allowed,
                                              const std::function<void(const Error&)>& say);

/// Errors: usage, for a pattern that is none, or where no check is left.
Result<std::vector<check::Check>> chosen(std::vector<check::Check> checks, const CheckChoice& choice);

}  // namespace whydrop::check_run
