// Internal: what a scalar of YAML is in JSON.
#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace whydrop::yaml {

/// `value` as JSON. `tag`: "?" for a plain scalar, which may be a number, true, false or null; "!" for a quoted one;
/// else what it says of the type. YAML 1.2.2 section 10.3. Errors: why JSON cannot say it.
tl::expected<std::string, std::string> read_scalar(std::string_view tag, std::string_view value);

}  // namespace whydrop::yaml
