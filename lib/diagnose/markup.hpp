// Internal to diagnose/.
#pragma once

#include <string>
#include <string_view>

namespace whydrop::diagnose {

/// The text of a piece of HTML or XML: no tags, the commonest entities read, blanks as one.
std::string text_of_markup(std::string_view markup);

}  // namespace whydrop::diagnose
