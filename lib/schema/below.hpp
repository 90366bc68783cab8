// Internal: for modules that walk through schemas themselves.
#pragma once

#include <cstdint>
#include <string_view>

namespace whydrop::schema {

/// What holds schemas below a keyword.
enum class Below : std::uint8_t { nothing, schema, list, map, schema_or_list };
Below below(std::string_view keyword);

}  // namespace whydrop::schema
