// Internal: Unicode properties as ECMA-262 names them.
#pragma once

#include "schema/char_set.hpp"

#include <optional>
#include <string_view>

namespace whydrop::schema {

/// What stands between the braces of \p{}: a general category, a script (which ECMA-262 wants behind "Script=") or a
/// binary property. Null for one that neither RE2 nor the tables here know.
std::optional<CharSet> unicode_property(std::string_view given);

}  // namespace whydrop::schema
