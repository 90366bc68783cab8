// Any bytes as XML. Internal to check/.
#pragma once

#include <string>
#include <string_view>

namespace whydrop::check {

/// As the text of an element: what XML 1.0 cannot hold is shown as whydrop shows it on a terminal (\x1b), and what is
/// not UTF-8 too. Line ends and tabs stay.
std::string xml_text(std::string_view bytes);
/// As the value of an attribute in double quotes, on one line.
std::string xml_attribute(std::string_view bytes);

}  // namespace whydrop::check
