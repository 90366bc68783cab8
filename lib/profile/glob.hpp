#pragma once

#include "profile/url_parts.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace whydrop::profile {

/// True if `text` fits `glob`, in which "*" stands for any text and nothing else is special.
bool fits_glob(std::string_view text, std::string_view glob);
/// True if one of `globs` fits the URL's scheme, host and path: whatever port it has.
bool fits_url(const UrlParts& url, const std::vector<std::string>& globs);

}  // namespace whydrop::profile
