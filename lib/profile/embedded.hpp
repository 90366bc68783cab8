// What cmake/EmbedProfiles.cmake makes of fixtures/; it also defines built_in() of load.hpp. Internal to profile/.
#pragma once

#include "profile/load.hpp"

#include <string_view>
#include <vector>

namespace whydrop::profile {

extern const std::string_view kProfileSchema, kRehearsalSchema;

/// The files of fixtures/owners, by name.
const std::vector<std::string_view>& owner_texts();

}  // namespace whydrop::profile
