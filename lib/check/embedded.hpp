// What cmake/EmbedTexts.cmake makes of fixtures/schemas/. Internal to check/.
#pragma once

#include <string_view>

namespace whydrop::check {

extern const std::string_view kCheckSchema;

}  // namespace whydrop::check
