// What cmake/EmbedProfiles.cmake makes of fixtures/; it also defines built_in() of load.hpp. Internal to profile/.
#pragma once

#include "profile/load.hpp"

#include <string_view>

namespace whydrop::profile {

extern const std::string_view kProfileSchema, kRehearsalSchema;

}  // namespace whydrop::profile
