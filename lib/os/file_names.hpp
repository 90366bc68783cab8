#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace whydrop::os {

/// A file's name, or those that a pattern names, sorted: a pattern that no shell expanded is expanded here. `given`
/// itself where it names nothing.
std::vector<std::string> expanded(const std::string& given);

/// True for a name that is no path and ends as no file does that holds a profile. What a capture calls its profile may
/// come from anyone, and leads to no file.
bool is_plain_name(std::string_view name);

}  // namespace whydrop::os
