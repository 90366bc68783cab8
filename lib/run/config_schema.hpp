// Internal: the schema of the configuration, part of the program (cmake/EmbedSchemas.cmake).
#pragma once

#include <string_view>

namespace whydrop::run {

extern const std::string_view kConfigSchema;

}  // namespace whydrop::run
