#pragma once

#include <string_view>

namespace whydrop::capture {

/// True if a file that begins with `head` (a few KiB) is a HAR: a JSON object whose first field is "log".
bool looks_like_har(std::string_view head);

/// What a file that is no capture most likely is, for a message: "a HAR", "a gzip file", "text" …
std::string_view what_file(std::string_view head);

}  // namespace whydrop::capture
