#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace whydrop::cli {

/// Overwrites what is secret in values given to an option, or to a positional argument of this name, where the process
/// list shows it, and leaves it out of all errors from then on. Options that take no secret are passed over.
void hide_secrets(std::string_view option, const std::vector<std::string>& values);

/// `text` without the secrets of arguments that were hidden.
std::string without_secrets(std::string text);

}  // namespace whydrop::cli
