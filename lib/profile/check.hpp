// What check() and check_rehearsal() share. Internal to profile/.
#pragma once

#include "base/result.hpp"
#include "profile/load.hpp"

#include <string>
#include <vector>

namespace whydrop::profile {

/// The error for a file with mistakes (at least one): the first, and how many more there are.
Error first_of(const std::vector<Mistake>& mistakes, const std::string& path);

}  // namespace whydrop::profile
