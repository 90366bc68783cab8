// Internal: the schema of the configuration, part of the program (cmake/EmbedTexts.cmake).
#pragma once

#include <string_view>

namespace whydrop::config {

extern const std::string_view kConfigSchema;

}  // namespace whydrop::config
