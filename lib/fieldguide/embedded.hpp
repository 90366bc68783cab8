// What cmake/EmbedFieldguide.cmake makes of fixtures/fieldguide. Internal to fieldguide/.
#pragma once

#include <string_view>
#include <vector>

namespace whydrop::fieldguide {

/// The files' texts, by name.
const std::vector<std::string_view>& embedded_files();

}  // namespace whydrop::fieldguide
