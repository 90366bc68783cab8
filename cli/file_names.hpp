#pragma once

#include <string>
#include <vector>

namespace whydrop::cli {

/// A file's name, or those that a pattern names, sorted: a pattern that no shell expanded is expanded here. `given`
/// itself where it names nothing.
std::vector<std::string> expanded(const std::string& given);

}  // namespace whydrop::cli
