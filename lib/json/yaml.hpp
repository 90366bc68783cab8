#pragma once

#include <string_view>

namespace whydrop::json {

/// True for a text that is not JSON, and begins as YAML does: with "---", or a name, a colon and a blank.
bool looks_like_yaml(std::string_view text);

}  // namespace whydrop::json
