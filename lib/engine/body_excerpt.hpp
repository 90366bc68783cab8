#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace whydrop::engine {

/// Bytes of a body (of a REST call, or of a refused upgrade) that are told.
inline constexpr std::size_t kBodyExcerpt = 4096;

/// The beginning of a body, as long as it may be. A JSON string and a form's field are in it as a whole or not at all,
/// so that no secret loses the end that it is known by.
std::string body_excerpt(std::string_view body);

}  // namespace whydrop::engine
