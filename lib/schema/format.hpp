// Internal: what `format` asserts.
#pragma once

#include <string_view>

namespace whydrop::schema {

/// A format that is asserted where it is asked for.
struct Format {
  std::string_view name;
  std::string_view expected;  ///< "a date and time as 2024-05-06T07:08:09Z"
  bool (*holds)(std::string_view text);
};
/// Null for a format that is an annotation only.
const Format* find_format(std::string_view name);

}  // namespace whydrop::schema
