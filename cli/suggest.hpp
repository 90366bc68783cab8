#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace whydrop::cli {

/// The candidate nearest to `typed` by edits, or empty if none is near enough to be meant.
std::string nearest(std::string_view typed, const std::vector<std::string>& candidates);

}  // namespace whydrop::cli
